// SPDX-License-Identifier: MIT
// The package's main export: running a guest from a program, and what loading refuses.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  backends,
  GuestTrap,
  PolluxError,
  type PolluxErrorCode,
  type RunOptions,
  run,
  type Started,
} from '../../../src/index.ts';
import { loadModule } from '../../../src/module.ts';
import { op, type Shape, wasm } from '../../cli/wasm.ts';

const P1 = 'wasi_snapshot_preview1';
const folder = mkdtempSync(join(tmpdir(), 'pollux-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

const guest = (shape: Shape) => new WebAssembly.Module(wasm(shape) as BufferSource);
const exiting = (status: number) =>
  guest({
    imports: [[P1, 'proc_exit', 1]],
    code: [...op.i32(status), ...op.call(0), ...op.drop],
  });

function codeOf(action: () => unknown): PolluxErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof PolluxError) return error.code;
    throw error;
  }
  return undefined;
}

describe('run', () => {
  test('answers the exit status, of a file or of a compiled module', () => {
    expect(run({ module: exiting(7) })).toBe(7);
    expect(run({ module: guest({}) })).toBe(0);
    const path = join(folder, 'guest.wasm');
    writeFileSync(path, wasm({}));
    expect(run({ module: path })).toBe(0);
  });

  test('runs again and again in one process', () => {
    const module = exiting(3);
    for (let i = 0; i < 50; i++) expect(run({ module, listen: ['127.0.0.1:0'] })).toBe(3);
  });

  test('tells the listeners before the guest starts, and closes them after it', () => {
    let started: Started | undefined;
    const listen = ['127.0.0.1:0', 'web=[::1]:0,backlog=1'];
    const onListening = (now: Started) => {
      started = now;
    };
    run({ module: exiting(0), listen, backend: 'poll', onListening });
    expect(started?.backend).toBe('poll');
    expect(started?.addresses).toMatchObject([
      { name: '', fd: 3, host: '127.0.0.1', port: expect.any(Number) },
      { name: 'web', fd: 4, host: '::1', port: expect.any(Number) },
    ]);
    expect(started?.stats().backend).toBe('poll');
    const port = started?.addresses[0]?.port;
    expect(run({ module: exiting(0), listen: [`127.0.0.1:${port}`] })).toBe(0);
  });

  test('throws a trap with the guest’s frames alone', () => {
    const trapping = () => run({ module: guest({ code: op.unreachable }) });
    expect(trapping).toThrow(GuestTrap);
    expect(trapping).toThrow(
      expect.objectContaining({
        message: 'unreachable',
        frames: [{ name: 'func[0]', offset: expect.any(Number) }],
      }),
    );
  });

  test('hands the trace to the program', () => {
    let text = '';
    const trace = (piece: string) => {
      text += piece;
    };
    run({ module: exiting(5), trace });
    expect(text).toBe('proc_exit(status=5) = ?\n');
  });

  const module = exiting(0);
  test.each<[PolluxErrorCode, RunOptions]>([
    ['ERR_ADDRESS', { module, listen: ['127.0.0.1'] }],
    ['ERR_ADDRESS', { module, listen: ['no.invalid:1'] }],
    ['ERR_ADDRESS_NOT_AVAILABLE', { module, listen: ['203.0.113.1:0'] }],
    ['ERR_BACKEND_UNKNOWN', { module, backend: 'kqueue' }],
    ['ERR_DIRECTORY', { module, dirs: [{ host: join(folder, 'none'), guest: '/' }] }],
    ['ERR_MODULE_NOT_FOUND', { module: join(folder, 'none.wasm') }],
    ['ERR_MODULE_IMPORTS', { module: guest({ imports: [['env', 'f', 1]] }) }],
    ['ERR_MODULE_NO_START', { module: guest({ start: '' }) }],
    ['ERR_MODULE_MEMORY', { module: guest({ memory: false }) }],
  ])('throws %s', (code, options) => {
    expect(codeOf(() => run(options))).toBe(code);
  });

  test('a listener that fails closes those before it', () => {
    let port = 0;
    run({
      module,
      listen: ['127.0.0.1:0'],
      onListening: ({ addresses }) => {
        port = addresses[0]?.port ?? 0;
      },
    });
    const listen = [`127.0.0.1:${port}`, '203.0.113.1:0'];
    expect(codeOf(() => run({ module, listen }))).toBe('ERR_ADDRESS_NOT_AVAILABLE');
    expect(run({ module, listen: listen.slice(0, 1) })).toBe(0);
  });
});

test('backends are listed best first, each with a sentence', () => {
  expect(backends().map(({ name }) => name)).toEqual([
    'epoll',
    'poll',
    'select',
    'epoll-et',
    'sigio',
    'io-uring',
  ]);
  for (const { available, reason, summary } of backends()) {
    expect(summary).toMatch(/\w+\(\d\)/);
    expect(reason === '').toBe(available);
  }
});

describe('what is no module', () => {
  const header = [0, 0x61, 0x73, 0x6d];
  test.each<[scenario: string, PolluxErrorCode, RegExp, content: string | Uint8Array]>([
    ['empty', 'ERR_MODULE_INVALID', /it is empty/, ''],
    ['short', 'ERR_MODULE_INVALID', /not a WebAssembly module$/, Uint8Array.from(header)],
    ['text', 'ERR_MODULE_INVALID', /not a WebAssembly module$/, '(hello world)'],
    ['wat', 'ERR_MODULE_INVALID', /wat2wasm/, ' \n(module (func))'],
    ['wat-comment', 'ERR_MODULE_INVALID', /wat2wasm/, ';; a comment\n(module)'],
    ['version', 'ERR_MODULE_INVALID', /version/, Uint8Array.of(...header, 9, 0, 0, 0)],
    ['component', 'ERR_MODULE_COMPONENT', /wasip1/, Uint8Array.of(...header, 13, 0, 1, 0)],
    ['cut', 'ERR_MODULE_INVALID', /not a valid WebAssembly module: /, wasm({}).subarray(0, 30)],
  ])('%s', (scenario, code, message, content) => {
    const path = join(folder, scenario);
    writeFileSync(path, content);
    expect(codeOf(() => loadModule(path))).toBe(code);
    expect(() => loadModule(path)).toThrow(message);
  });

  test('a path through a file is said as a file that is not there', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    expect(() => loadModule(join(path, 'x.wasm'))).toThrow(/there is no such file/);
    expect(() => loadModule(folder)).toThrow(/it is a directory/);
  });
});
