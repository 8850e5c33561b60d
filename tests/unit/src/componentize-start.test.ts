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
      'in a segment of another table',
      `${'(table 1 funcref)'.repeat(11)} ${TABLE} (elem (table $t) (i32.const 0) func $start $yield)`,
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
  const LANES = Array(16).fill(11).join(' ');

  // Wherever there may be, there are bytes 11: read as an instruction, each of them would be the function's end.
  // Nothing of it is valid, and no engine sees it.
  test.each([
    ...['i32.const 11', 'i32.const 1419', 'i64.const 11', 'i64.const -9223372036854775808'],
    ...['f32.const 0x1.161616p-105', 'f64.const 0x1.b0b0b0b0b0b0bp-847'],
    ...['unreachable', 'nop', 'block end', 'loop end', 'if else end', 'block block end end'],
    ...['block (result i64) end', 'block (result (ref null 11)) end', 'loop (type 1408) end'],
    ...['br 11', 'br_if 11', 'br_table 11 11 11', 'br_table 11', 'return'],
    ...['call_indirect 11 (type 11)', 'return_call_indirect 11 (type 11)'],
    ...['call_ref 11', 'return_call_ref 11', 'ref.func 11'],
    ...['drop', 'select', 'select (result i32)', 'select (result (ref null 11))'],
    ...['local.get 11', 'local.set 11', 'local.tee 11', 'global.get 11', 'global.set 11'],
    ...['table.get 11', 'table.set 11', 'table.init 11 11', 'elem.drop 11', 'table.copy 11 11'],
    ...['table.grow 11', 'table.size 11', 'table.fill 11'],
    ...['i32.load offset=11', 'i64.store32 11 offset=11', 'f64.load offset=1419 align=1'],
    ...['memory.size 11', 'memory.grow 11', 'memory.init 11 11', 'data.drop 11'],
    ...['memory.copy 11 11', 'memory.fill 11'],
    ...['i32.eqz', 'i64.extend32_s', 'i32.trunc_sat_f64_u', 'i64.add128', 'i64.mul_wide_u'],
    ...['ref.null 11', 'ref.null func', 'ref.is_null', 'ref.eq', 'ref.as_non_null'],
    ...['br_on_null 11', 'br_on_non_null 11'],
    ...['throw 11', 'throw_ref', 'rethrow 11', 'try catch 11 catch_all end', 'try delegate 11'],
    'try_table (catch 11 11) (catch_ref 11 11) (catch_all 11) (catch_all_ref 11) end',
    ...['struct.new 11', 'struct.new_default 11', 'struct.get 11 11', 'struct.set 11 11'],
    ...['array.new 11', 'array.new_default 11', 'array.new_fixed 11 11', 'array.new_data 11 11'],
    ...['array.new_elem 11 11', 'array.get 11', 'array.get_u 11', 'array.set 11', 'array.len'],
    ...['array.fill 11', 'array.copy 11 11', 'array.init_data 11 11', 'array.init_elem 11 11'],
    ...[
      'ref.test (ref 11)',
      'ref.test (ref null 11)',
      'ref.cast (ref 11)',
      'ref.cast (ref null 11)',
    ],
    ...['br_on_cast 11 (ref null 11) (ref 11)', 'br_on_cast_fail 11 (ref null 11) (ref 11)'],
    ...['any.convert_extern', 'extern.convert_any', 'ref.i31', 'i31.get_s', 'i31.get_u'],
    ...[`v128.const i8x16 ${LANES}`, `i8x16.shuffle ${LANES}`, 'i8x16.swizzle'],
    ...['i8x16.extract_lane_u 11', 'i8x16.replace_lane 11', 'f32x4.relaxed_madd', 'i8x16.add'],
    ...['v128.load 11 offset=11', 'v128.store offset=11', 'v128.load64_zero offset=11'],
    ...['v128.load8_lane 11 offset=11 11', 'v128.store8_lane offset=11 11', 'f64x2.sqrt'],
    ...[
      'memory.atomic.notify offset=11',
      'i64.atomic.rmw32.cmpxchg_u 11 offset=11',
      'atomic.fence',
    ],
  ])('%s', async (body) => {
    const calls = await module(YIELD, `(func $start ${body} call $yield)`, START);
    expect(() => checkStart(readGuest('it', calls))).toThrow(CALLS);
    const callsNot = await module(YIELD, `(func $start ${body})`, START);
    expect(() => checkStart(readGuest('it', callsNot))).not.toThrow();
  });

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

test('a table of typed references with a function of WASI in it counts too', async () => {
  const table = '(type $f (func (result i32))) (table 1 (ref null $f))';
  const segment = '(elem (i32.const 0) (ref null $f) (ref.func $yield))';
  const call = '(func $start (drop (call_ref $f (table.get (i32.const 0)))))';
  const bytes = await module(YIELD, table, segment, call, START);
  expect(() => checkStart(readGuest('it', bytes))).toThrow(MAY_CALL);
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
