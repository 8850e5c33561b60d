// SPDX-License-Identifier: MIT
// Start sections: one that calls WASI, by whatever way, is refused; one that does not may be there. Every instruction
// that may stand before the call is passed over by the right number of bytes.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readGuest } from '../../../src/componentize/guest.ts';
import { checkStart } from '../../../src/componentize/start.ts';
import { componentize } from '../../../src/index.ts';
import { functionUses, skipLocals } from '../../../src/wasm/instructions.ts';
import { Reader } from '../../../src/wasm/reader.ts';
import { command, module, preview1 } from '../../support/components.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const YIELD = preview1('sched_yield', '(result i32)', '$yield');
const CALL = '(drop (call $yield))';
const START = '(start $start)';

/** What componentize says of a module that imports sched_yield and starts with `$start`. */
async function said(...fields: readonly string[]): Promise<string> {
  try {
    componentize(await command(YIELD, ...fields, START));
    return 'taken';
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    expect(code).toBe('ERR_COMPONENTIZE');
    return message;
  }
}

const CALLS =
  /^the module's start section calls WASI \(sched_yield\); .*asc --exportStart _start\)$/;
const MAY_CALL = /^the module's start section may call WASI \(sched_yield\); /;

describe('a start section that calls WASI', () => {
  test.each([
    ['itself', `(func $start ${CALL})`],
    ['in a branch that may not be taken', `(func $start (if (i32.const 0) (then ${CALL})))`],
    ['through functions', `(func $start call $a) (func $a call $b) (func $b ${CALL})`],
    ['through a tail call', `(func $start return_call $a) (func $a ${CALL})`],
    ['behind a recursion', `(func $start call $start call $a) (func $a call $start ${CALL})`],
    ['behind locals of all kinds', `(func $start (local i32 i64 f32 f64 v128 funcref) ${CALL})`],
  ])('%s', async (_, fields) => {
    expect(await said(fields)).toMatch(CALLS);
  });

  test('being a function of WASI', async () => {
    const bytes = await command(preview1('proc_exit', ''), '(start 0)');
    // The type of proc_exit is another one, so that this can only be met by what looks at the start alone.
    expect(() => checkStart(readGuest('it', bytes))).toThrow(/calls WASI \(proc_exit\)/);
  });

  test('names each function once, and no other', async () => {
    const bytes = await command(
      preview1('fd_close', '(param i32) (result i32)', '$close'),
      preview1('fd_sync', '(param i32) (result i32)', '$sync'),
      preview1('fd_datasync', '(param i32) (result i32)', '$datasync'),
      `(func $start ${'(drop (call $close (i32.const 1)))'.repeat(2)} (drop (call $datasync (i32.const 1))))`,
      START,
    );
    expect(() => componentize(bytes)).toThrow(/calls WASI \(fd_close, fd_datasync\)/);
  });
});

describe('a start section that calls none', () => {
  test.each([
    ['and nothing else', '(func $start)'],
    ['beside functions that do', `(func $start call $a) (func $a) (func $b ${CALL})`],
    [
      'though its functions are many and call each other',
      '(func $start call $a) (func $a call $start)',
    ],
    [
      'but a table, in which no function of WASI is',
      `(table 1 funcref) (elem (i32.const 0) $a) (func $a) (func $start (call_indirect (i32.const 0)))`,
    ],
    [
      'and no table, in which there is one',
      '(table 1 funcref) (elem (i32.const 0) $yield) (func $start)',
    ],
  ])('%s', async (_, fields) => {
    expect(await said(fields)).toBe('taken');
  });

  test('none at all', async () => {
    const bytes = await command(YIELD, `(func ${CALL})`);
    expect(() => componentize(bytes)).not.toThrow();
  });
});

describe('an indirect call, with a function of WASI', () => {
  const INDIRECT = '(func $start (drop (call_indirect (result i32) (i32.const 0))))';
  const TABLE = '(table $t 1 funcref)';
  test.each([
    ['in a segment', `${TABLE} (elem (i32.const 0) $yield)`],
    [
      'in a segment of a table with a number',
      `(table 1 funcref) ${TABLE} (elem (table $t) (i32.const 0) func $start $yield)`,
    ],
    ['in a passive segment', `${TABLE} (elem func $yield)`],
    ['in a declarative segment', `${TABLE} (elem declare func $yield)`],
    [
      'in a segment of expressions',
      `${TABLE} (elem (i32.const 0) funcref (ref.null func) (ref.func $yield))`,
    ],
    ['in a passive segment of expressions', `${TABLE} (elem funcref (item ref.func $yield))`],
    [
      'in the second of two segments',
      `${TABLE} (elem (i32.const 0) $start) (elem (i32.const 0) $yield)`,
    ],
    ['in a global', `${TABLE} (global funcref (ref.func $yield)) (global (mut i32) (i32.const 1))`],
  ])('%s', async (_, fields) => {
    expect(await said(fields, INDIRECT)).toMatch(MAY_CALL);
    expect(await said(fields, '(func $start)')).toBe('taken');
  });

  test('in a reference that the start takes', async () => {
    const fields = '(table 1 funcref) (export "y" (func $yield))';
    const puts = '(table.set (i32.const 0) (ref.func $yield))';
    const calls = '(drop (call_indirect (result i32) (i32.const 0)))';
    expect(await said(fields, `(func $start ${puts} ${calls})`)).toMatch(MAY_CALL);
    expect(await said(fields, `(func $start ${puts})`)).toBe('taken');
    expect(await said(fields, `(func $start ${calls}) (func ${puts})`)).toBe('taken');
  });

  test('as a tail call', async () => {
    const tail =
      '(func $start (drop (call $a))) (func $a (result i32) (return_call_indirect (result i32) (i32.const 0)))';
    expect(await said(`${TABLE} (elem (i32.const 0) $yield)`, tail)).toMatch(MAY_CALL);
  });
});

describe('instructions before the call', () => {
  /** Bodies of the newer proposals, which not every engine has: they are read, and not validated. */
  async function calls(body: string, ...fields: readonly string[]) {
    const bytes = await module(YIELD, ...fields, `(func $start ${body} ${CALL})`, START);
    expect(() => checkStart(readGuest('it', bytes)), body).toThrow(CALLS);
    const without = await module(YIELD, ...fields, `(func $start ${body})`, START);
    expect(() => checkStart(readGuest('it', without)), body).not.toThrow();
  }

  const MEMORY = '(memory 1)';
  const TABLES = '(table $t 1 funcref) (table $u 1 funcref)';
  const ONE = '(i32.const 1)';

  test.each([
    [
      'constants',
      '(drop (i32.const -1)) (drop (i64.const -9223372036854775808)) (drop (f32.const 1.5)) (drop (f64.const nan))',
    ],
    [
      'constants whose bytes are those of other instructions',
      '(drop (i32.const 0x0b)) (drop (i64.const 0x0b0b0b0b0b0b0b0b)) (drop (f64.const 0x1.b0b0b0b0b0b0bp+7))',
    ],
    [
      'blocks',
      '(block) (loop) (if (i32.const 1) (then (block (block)))) (drop (block (result i64) (i64.const 1)))',
    ],
    [
      'blocks with a type of the type section',
      '(block (param) (result i32 i32) (i32.const 1) (i32.const 2)) drop drop',
    ],
    ['else', `(if (i32.const 1) (then nop) (else (loop nop)))`],
    [
      'branches',
      `(block (br 0)) (block (br_if 0 ${ONE})) (block (block (br_table 0 1 0 1 ${ONE})))`,
    ],
    [
      'numbers',
      `(drop (i32.add ${ONE} (i32.clz ${ONE}))) (drop (i64.extend32_s (i64.extend_i32_u ${ONE}))) (drop (i32.trunc_sat_f64_u (f64.const 1)))`,
    ],
    [
      'select',
      `(drop (select ${ONE} ${ONE} ${ONE})) (drop (select (result funcref) (ref.null func) (ref.null func) ${ONE}))`,
    ],
  ])('%s', (_, body) => calls(body));

  test('locals and globals', () =>
    calls(
      '(local $l i32) (local.set $l (i32.const 300)) (drop (local.tee $l (local.get $l))) (global.set $g (global.get $g))',
      '(global $g (mut i32) (i32.const 0))',
    ));

  test('memory', () =>
    calls(
      `(drop (i32.load offset=65535 ${ONE})) (i64.store32 offset=4 align=1 ${ONE} (i64.const 1)) (drop (memory.grow (memory.size))) (memory.fill ${ONE} ${ONE} ${ONE}) (memory.copy ${ONE} ${ONE} ${ONE}) (memory.init 0 ${ONE} ${ONE} ${ONE}) (data.drop 0)`,
      MEMORY,
      '(data "x")',
    ));

  test('several memories', () =>
    calls(
      `(drop (i32.load $b offset=11 ${ONE})) (memory.copy $a $b ${ONE} ${ONE} ${ONE}) (drop (v128.load8_lane $b 3 ${ONE} (v128.const i64x2 1 2)))`,
      '(memory $a 1) (memory $b 1)',
    ));

  test('tables and references', () =>
    calls(
      `(drop (ref.is_null (table.get $u ${ONE}))) (table.set $u ${ONE} (ref.null func)) (drop (table.grow $u (ref.null extern) ${ONE})) (drop (table.size $u)) (table.fill $u ${ONE} (ref.null func) ${ONE}) (table.copy $u $t ${ONE} ${ONE} ${ONE}) (table.init $u 0 ${ONE} ${ONE} ${ONE}) (elem.drop 0) (drop (ref.func $start))`,
      TABLES,
      '(elem func $start)',
    ));

  test('SIMD, relaxed too', () =>
    calls(
      `(drop (i32x4.extract_lane 3 (v128.const i32x4 11 11 11 11))) (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.load offset=3 ${ONE}) (v128.load32_zero ${ONE}))) (v128.store64_lane offset=9 1 ${ONE} (i32x4.splat ${ONE})) (drop (f32x4.relaxed_madd (v128.const i64x2 0 0) (v128.const i64x2 0 0) (f64x2.sqrt (v128.const i64x2 0 0))))`,
      MEMORY,
    ));

  test('atomics', () =>
    calls(
      `(atomic.fence) (drop (i32.atomic.rmw.add offset=4 ${ONE} ${ONE})) (drop (memory.atomic.notify ${ONE} ${ONE})) (drop (i64.atomic.rmw32.cmpxchg_u ${ONE} (i64.const 1) (i64.const 2)))`,
      '(memory 1 1 shared)',
    ));

  test('exceptions, the new ones', () =>
    calls(
      `(block $b (try_table (catch_all $b) (catch $e $b) (throw $e))) (block (result exnref) (try_table (result exnref) (catch_all_ref 0) unreachable)) throw_ref`,
      '(tag $e)',
    ));

  test('exceptions, the old ones', () =>
    calls(
      `try nop catch $e rethrow 0 catch_all nop end try try nop delegate 0 catch_all end`,
      '(tag $e)',
    ));

  test('calls of typed references', () =>
    calls(
      `(block (call_ref $f (ref.null $f))) (block (br_on_null 0 (ref.null $f)) drop) (drop (ref.as_non_null (ref.null func)))`,
      '(type $f (func))',
    ));

  test('garbage collection, with types that are no functions', () =>
    calls(
      `(drop (struct.get $s 0 (struct.new $s ${ONE}))) (drop (array.new_fixed $a 2 ${ONE} ${ONE})) (drop (array.len (array.new_default $a ${ONE}))) (drop (ref.test (ref null $s) (ref.null any))) (drop (i31.get_u (ref.i31 ${ONE}))) (block (result anyref) (br_on_cast 0 anyref (ref null $s) (ref.null any))) drop (array.copy $a $a (ref.null $a) ${ONE} (ref.null $a) ${ONE} ${ONE})`,
      '(rec (type $s (sub (struct (field i32) (field (mut i8)) (field (ref null $a))))) (type $a (array (mut i32))))',
      '(type (sub final $s (struct (field i32) (field (mut i8)) (field (ref null $a)) (field f64))))',
    ));

  test('wide arithmetic', () =>
    calls(
      '(i64.add128 (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1)) drop drop (i64.mul_wide_u (i64.const 1) (i64.const 1)) drop drop',
    ));

  test.each([
    [[0x27], '0x27'],
    [[0xff], '0xff'],
    [[0xfc, 0x80, 0x02], '0xfc 0x100'],
  ])('one that is not known is named, and not guessed: %j', async (instruction, shown) => {
    const nops = instruction.map(() => 1);
    const bytes = Buffer.from(
      await module(YIELD, `(func $start ${'nop '.repeat(nops.length)})`, START),
    );
    const end = 0x0b;
    bytes.set(instruction, bytes.indexOf(Buffer.from([...nops, end])));
    expect(() => checkStart(readGuest('it', bytes))).toThrow(
      `it cannot be told whether the module's start section calls WASI: the instruction ${shown} is not known; `,
    );
  });

  const examples = readdirSync(`${root}build/examples`).filter((name) => name.endsWith('.wasm'));
  test.each(examples)('each function of %s is read to its last byte', (name) => {
    const code = readGuest(name, readFileSync(`${root}build/examples/${name}`)).section(10);
    const bodies = new Reader(code?.content ?? Uint8Array.of());
    bodies.vector((each) => {
      const body = new Reader(each.bytes(each.number()));
      skipLocals(body);
      for (const _ of functionUses(body));
      expect(body.ended).toBe(true);
    });
    expect(bodies.ended).toBe(true);
  });
});

test('a table with a function of WASI for its initial value counts as one that has it', async () => {
  const table = '(table 1 funcref (ref.func $yield))';
  const bytes = await module(
    YIELD,
    table,
    '(func $start (drop (call_indirect (result i32) (i32.const 0))))',
    START,
  );
  expect(() => checkStart(readGuest('it', bytes))).toThrow(MAY_CALL);
});
