// SPDX-License-Identifier: MIT
// `pollux inspect`: what it says of modules, good and bad. tests/unit/src/inspect.test.ts has the rest.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { echo, file, folder, guest, P1, pollux, root } from './pollux.ts';

const inspect = (path: string) => JSON.parse(pollux('inspect', '--json', path).stdout);

describe('pollux inspect', () => {
  test('a command that accepts connections', () => {
    expect(inspect(echo)).toMatchObject({
      kind: 'command',
      modes: ['blocking', 'worker', 'jspi'],
      unknownImports: [],
      obstacles: [],
      memory: { least: 1, shared: false, imported: false },
    });
    const { stdout, status } = pollux('inspect', echo);
    expect(stdout).toContain(`pollux run --listen 127.0.0.1:6666 ${echo}`);
    expect(stdout).toContain(`pollux componentize ${echo} (for Wasmtime and jco)\n`);
    expect(stdout).toMatch(/made by +AssemblyScript\n/);
    expect(stdout).toMatch(/uses +accepts connections; waits for many descriptors;\n/);
    expect(status).toBe(0);
  });

  test('a reactor module', () => {
    const path = join(root, 'build/examples/echo.reactor.wasm');
    expect(inspect(path)).toMatchObject({ kind: 'reactor', modes: ['worker', 'inline'] });
  });

  test('imports that pollux does not have are named, and say why it does not run', () => {
    const path = guest({
      imports: [
        ['env', 'magic', 1],
        [P1, 'sock_open', 2],
      ],
      memory: true,
    });
    expect(inspect(path)).toMatchObject({
      unknownImports: ['env.magic', 'wasi_snapshot_preview1.sock_open'],
      modes: [],
      obstacles: [expect.stringMatching(/^it imports what pollux does not have: env\.magic, /)],
    });
  });

  test('a library is neither, and says so', () => {
    const path = guest({ start: 'add', code: [], memory: true });
    expect(inspect(path)).toMatchObject({
      kind: 'neither',
      obstacles: ['it exports neither _start nor _initialize and turn'],
    });
  });

  test('what it says of a module is shown as it is: no control character reaches the terminal', () => {
    const path = guest({ imports: [['env', 'a\x1b[2Jb', 0]], memory: true });
    const { stdout, status } = pollux('inspect', path);
    expect(stdout).toMatch(/unknown +env\.a\\x1b\[2Jb\n/);
    expect(status).toBe(0);
  });

  test('a component is told as one', () => {
    const component = file('component.wasm', Buffer.from([0, 97, 115, 109, 13, 0, 1, 0]));
    const { stdout, status } = pollux('inspect', component);
    expect(stdout).toMatch(/kind +component\n +runs +not in pollux: it is a component; /);
    expect(status).toBe(0);
  });

  test('what is no module is an error with the reason', () => {
    const text = pollux('inspect', file('text.wasm', 'hello'));
    expect(text).toMatchObject({ status: 1, stdout: '' });
    expect(text.stderr).toMatch(/is not a WebAssembly module/);
    const nothing = pollux('inspect', join(folder, 'nothing.wasm'));
    expect(nothing.stderr).toMatch(/there is no such file/);
  });
});
