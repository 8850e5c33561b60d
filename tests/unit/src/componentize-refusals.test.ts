// SPDX-License-Identifier: MIT
// What componentize refuses: each module and option by its code, with a message that names the culprit and the remedy.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PREVIEW1_NAMES } from '../../../host/index.ts';
import {
  type ComponentizeOptions,
  componentize,
  type PolluxErrorCode,
} from '../../../src/index.ts';
import { command, FOUR, module, preview1, taken } from '../../support/components.ts';
import { leb, MODULE, section } from '../../support/wasm.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Numbers of sections. */
const [TYPE, FUNCTION, CODE, DATA] = [1, 3, 10, 11] as const;

function refused(bytes: unknown, options?: ComponentizeOptions) {
  return expect(() => componentize(bytes as Uint8Array, options));
}

const told = (code: PolluxErrorCode, message: RegExp) =>
  expect.objectContaining({ name: 'PolluxError', code, message: expect.stringMatching(message) });

describe('bytes that are no module', () => {
  test.each([
    ['nothing', Uint8Array.of(), /^the guest is not a WebAssembly module: it is empty/],
    ['text', Buffer.from('hello, world'), /^the guest is not a WebAssembly module$/],
    ['the text format', Buffer.from('(module (func))'), /the text format, which wat2wasm/],
    ['a header cut off', Uint8Array.from(MODULE.slice(0, 7)), /^the guest is not a WebAssembly/],
    ['another version', Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0), /not a valid WebAssembly/],
    ['noise behind a header', Uint8Array.from([...MODULE, 3, 9, 1]), /not a valid WebAssembly/],
  ])('%s', (_, bytes, message) => {
    refused(bytes).toThrow(told('ERR_MODULE_INVALID', message));
  });

  test('a module cut off anywhere, and the engine says where', async () => {
    const bytes = await command(
      preview1('fd_write', FOUR),
      '(func (drop (call 0 (i32.const 0) (i32.const 1) (i32.const 2) (i32.const 3))))',
      '(table 1 funcref) (elem (i32.const 0) 1)',
      '(data (i32.const 0) "text")',
    );
    // Where it ends between two sections it is a module, but without those that follow.
    const ends = new Map<number, number>();
    let at = MODULE.length;
    for (const { id, content } of taken(bytes)) {
      at += 1 + leb(content.length).length + content.length;
      ends.set(at, id);
    }
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      const last = length === MODULE.length ? TYPE : ends.get(length);
      if (last === undefined) {
        refused(cut).toThrow(
          told('ERR_MODULE_INVALID', /^the guest is not a (valid )?WebAssembly/),
        );
      } else if (last < FUNCTION) {
        refused(cut).toThrow(told('ERR_MODULE_MEMORY', /exports no memory/));
      } else if (last < CODE) {
        refused(cut).toThrow(told('ERR_MODULE_INVALID', /not a valid WebAssembly module/));
      } else {
        expect(() => componentize(cut)).not.toThrow();
      }
    }
    expect(ends.get(bytes.length)).toBe(DATA);
  });

  test('a module with a wrong instruction', async () => {
    const bytes = await module(
      '(memory (export "memory") 1) (func (export "_start") i32.add drop)',
    );
    refused(bytes).toThrow(
      told('ERR_MODULE_INVALID', /not a valid .*; if it runs elsewhere, try a newer Node$/),
    );
  });

  test.each([
    ['a component', Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0)],
    ['what componentize has made', componentize(readFileSync(`${root}build/examples/echo.wasm`))],
  ])('%s', (_, bytes) => {
    refused(bytes).toThrow(
      told(
        'ERR_MODULE_COMPONENT',
        /^the guest is a component already; .*wasm32-wasip1, not wasip2$/,
      ),
    );
  });

  test.each([
    ['a path', 'app.wasm'],
    ['nothing at all', undefined],
    ['an ArrayBuffer', new ArrayBuffer(8)],
  ])('%s', (_, bytes) => {
    refused(bytes).toThrow(told('ERR_OPTION', /takes the bytes of a module in a Uint8Array/));
  });
});

describe('imports', () => {
  test('that nobody has, all of them by name, each once', async () => {
    const bytes = await command(
      '(import "env" "foo" (func))',
      preview1('fd_write', FOUR),
      '(import "env" "foo" (func))',
      preview1('sock_open', '(param i32) (result i32)'),
      '(import "wasi:io/poll@0.2.0" "poll" (func))',
    );
    refused(bytes).toThrow(
      told(
        'ERR_MODULE_IMPORTS',
        /does not have: env\.foo, wasi_snapshot_preview1\.sock_open, wasi:io\/poll@0\.2\.0\.poll; its imports must be functions of wasi_snapshot_preview1 \(env\.\* are/,
      ),
    );
  });

  test('of preview 0', async () => {
    refused(await command('(import "wasi_unstable" "fd_write" (func))')).toThrow(
      told('ERR_MODULE_IMPORTS', /wasi_unstable\.fd_write.*preview 0: rebuild it/),
    );
  });

  test.each([
    ['(import "env" "t" (table 1 funcref))', 'env.t (a table)'],
    ['(import "env" "g" (global i32))', 'env.g (a global)'],
    [
      '(import "wasi_snapshot_preview1" "fd_write" (global i32))',
      'wasi_snapshot_preview1.fd_write (a global)',
    ],
  ])('that are no functions: %s', async (field, shown) => {
    refused(await command(field)).toThrow(
      told('ERR_MODULE_IMPORTS', new RegExp(`does not have: ${shown.replace(/[.()]/g, '\\$&')};`)),
    );
  });

  test('by a type that they have not, with both types', async () => {
    const bytes = await command(
      preview1('fd_write', FOUR),
      preview1('fd_seek', '(param i32 i32 i32 i32) (result i32)'),
      preview1('proc_exit', '(param i32) (result i32)'),
      preview1('sched_yield', ''),
    );
    refused(bytes).toThrow(
      told(
        'ERR_MODULE_IMPORTS',
        /other types than they have: fd_seek as \(i32, i32, i32, i32\) -> i32, which is \(i32, i64, i32, i32\) -> i32, proc_exit as \(i32\) -> i32, which is \(i32\) -> \(\), sched_yield as \(\) -> \(\), which is \(\) -> i32; declare/,
      ),
    );
  });

  test.each([...PREVIEW1_NAMES.keys()])('%s of another type', async (name) => {
    refused(await command(preview1(name, '(param f32) (result f64)'))).toThrow(
      told('ERR_MODULE_IMPORTS', new RegExp(`: ${name} as \\(f32\\) -> f64, which is `)),
    );
  });

  test('of one function nine times; eight there is room for', async () => {
    const times = (count: number) => command(...Array(count).fill(preview1('fd_write', FOUR)));
    const eight = await times(8);
    expect(() => componentize(eight)).not.toThrow();
    refused(await times(9)).toThrow(
      told('ERR_COMPONENTIZE', /imports fd_write 9 times, .* 8 times; wasm-opt --duplicate-import/),
    );
  });
});

describe('a memory', () => {
  const START = '(func (export "_start"))';
  test.each([
    [
      'that is imported',
      '(import "env" "memory" (memory 1)) (export "memory" (memory 0))',
      /imports its memory \(env\.memory\).*--import-memory/,
    ],
    ['that is shared', '(memory (export "memory") 1 1 shared)', /is shared.*wasm32-wasip1-threads/],
    [
      'that is shared and imported',
      '(import "env" "memory" (memory 1 1 shared)) (export "memory" (memory 0))',
      /is shared/,
    ],
    ['of 64 bits', '(memory (export "memory") i64 1)', /addresses of 64 bits.*wasm32/],
    ['that is not exported', '(memory 1)', /exports no memory named 'memory'.*--export-memory/],
    ['of another name', '(memory (export "mem") 1)', /exports no memory named 'memory'/],
    [
      'that is none',
      '(global (export "memory") i32 (i32.const 0))',
      /exports no memory named 'memory'/,
    ],
    ['that is not there', '', /exports no memory named 'memory'/],
  ])('%s', async (_, field, message) => {
    refused(await module(field, START)).toThrow(told('ERR_MODULE_MEMORY', message));
  });

  test('of threads is told before the imports that belong to it', async () => {
    const bytes = await command(
      '(import "wasi" "thread-spawn" (func (param i32) (result i32)))',
      '(memory 1 1 shared)',
    );
    refused(bytes).toThrow(told('ERR_MODULE_MEMORY', /as threads need it/));
  });
});

describe('_start', () => {
  const MEMORY = '(memory (export "memory") 1)';
  test.each([
    [
      'of a library is not there',
      '(func (export "add"))',
      /is a library and no WASI command; build it for wasm32-wasip1 with a main/,
    ],
    [
      'of a reactor is not there',
      '(func (export "_initialize"))',
      /exports _initialize, so it was built as a reactor; .* build it as one$/,
    ],
    [
      'of a reactor of pollux is not there',
      '(func (export "_initialize")) (func (export "turn"))',
      /exports _initialize and turn, .*\(pollux build, without --reactor\)$/,
    ],
    [
      'takes something',
      '(func (export "_start") (param i32))',
      /_start is of type \(i32\) -> \(\)/,
    ],
    [
      'answers something',
      '(func (export "_start") (result i64 f32) unreachable)',
      /_start is of type \(\) -> \(i64, f32\)/,
    ],
    ['is no function', '(global (export "_start") i32 (i32.const 0))', /_start is a global/],
  ])('%s', async (_, field, message) => {
    refused(await module(MEMORY, field)).toThrow(told('ERR_MODULE_NO_START', message));
  });
});

describe('options', () => {
  const FORM = /; write \[NAME=\]HOST:PORT, for example 127\.0\.0\.1:6666/;
  const NOT_OPEN = /gets no socket that is open already \(pollux run passes them on\)/;
  test.each([
    ['unix:/run/x.sock', /no Unix sockets \(pollux run has them\)/],
    ['web=unix:@x', /no Unix sockets/],
    ['fd:3', NOT_OPEN],
    ['web=fd:3', NOT_OPEN],
    ['systemd', NOT_OPEN],
    ['systemd:web', NOT_OPEN],
    ['internal:', /no program hands connections to it/],
    [':80,backlog=5', /one address without settings; give each by itself, and leave backlog/],
    [':80,reuseport', /without settings/],
    [':80,:81', /one address/],
    ['80', /the port is missing/],
    ['', /the port is missing/],
    ['::1:80', /stands in brackets/],
    ['h:65536', /'65536' is not in 0 to 65535/],
    ['a b=h:1', /is no name/],
    ['[1:2]:80', /'1:2' is no IPv6 address/],
    ['[fe80::1%eth0]:80', /no names of network interfaces/],
    ['a\0b:80', /no such host/],
    [`${'h'.repeat(254)}:80`, /no such host/],
  ])('listen: %j', async (listen, why) => {
    const bytes = await command();
    refused(bytes, { listen: [listen] }).toThrow(told('ERR_ADDRESS', why));
    refused(bytes, { listen: [listen] }).toThrow(
      told('ERR_ADDRESS', /^a component cannot listen on '/),
    );
    refused(bytes, { listen: ['127.0.0.1:1', listen] }).toThrow(told('ERR_ADDRESS', FORM));
  });

  test.each([
    [['db=unix:/run/x.sock'], /no Unix sockets/],
    [['db=:80'], /the host is missing/],
    [['db=h:0'], /'0' is not in 1 to 65535/],
    [['h'], /the port is missing/],
    [['a=h:1,b=h:2'], /one address/],
    [['a=h:1', 'a=i:2'], /the name 'a' is given twice/],
  ])('connect: %j', async (connect, why) => {
    refused(await command(), { connect }).toThrow(told('ERR_ADDRESS', why));
  });

  test('a WASI that there is no template for', async () => {
    const options = { wasi: '0.4' } as unknown as ComponentizeOptions;
    refused(await command(), options).toThrow(told('ERR_OPTION', /'0\.4'; .* for 0\.2 and 0\.3$/));
  });

  test('are told before the module is looked at', () => {
    refused(Buffer.from('x'), { listen: ['x'] }).toThrow(told('ERR_ADDRESS', /port is missing/));
  });
});

test('sections that are too long are not believed', () => {
  const bytes = Uint8Array.from([...MODULE, ...section(1, [0xff, 0xff, 0xff, 0xff, 0x7f])]);
  refused(bytes).toThrow(told('ERR_MODULE_INVALID', /not a valid/));
});
