// SPDX-License-Identifier: MIT
// `pollux inspect` and `pollux build`: what they say of modules and programs, good and bad.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, echo, file, folder, guest, P1, pollux, root } from './pollux.ts';

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
    expect(stdout).toMatch(/uses +accepts connections; waits for many descriptors/);
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
      obstacles: ['it imports what pollux does not have'],
    });
  });

  test('a library is neither, and says so', () => {
    const path = guest({ start: 'add', code: [], memory: true });
    expect(inspect(path)).toMatchObject({
      kind: 'neither',
      obstacles: ['it exports neither _start nor _initialize and turn'],
    });
  });

  test('a component, and what is no module, are errors with the reason', () => {
    const component = file('component.wasm', Buffer.from([0, 97, 115, 109, 13, 0, 1, 0]));
    expect(pollux('inspect', component)).toMatchObject({ status: 1 });
    expect(pollux('inspect', component).stderr).toMatch(/is a component/);
    expect(pollux('inspect', file('text.wasm', 'hello')).stderr).toMatch(
      /is not a WebAssembly module/,
    );
    expect(pollux('inspect', join(folder, 'nothing.wasm')).stderr).toMatch(/there is no such file/);
  });
});

describe('pollux build', () => {
  const build = (program: string, ...args: string[]) => {
    const cwd = mkdtempSync(join(folder, 'project-'));
    mkdirSync(join(cwd, 'assembly'));
    writeFileSync(join(cwd, 'assembly/index.ts'), program);
    const env = { ...process.env, NO_COLOR: '1' };
    const all = [cli, 'build', 'assembly/index.ts', ...args];
    return { cwd, ...spawnSync(process.execPath, all, { cwd, env, encoding: 'utf8' }) };
  };
  const program = readFileSync(join(root, 'examples/echo.ts'), 'utf8');

  test.each([
    [[], 'build/index.wasm', 'command'],
    [['--reactor'], 'build/index.reactor.wasm', 'reactor'],
    [['--debug', '-o', 'out.wasm'], 'out.wasm', 'command'],
  ] as const)('%j', (args, output, kind) => {
    const { cwd, status, stderr } = build(program, ...args);
    expect(stderr).toMatch(new RegExp(`^pollux: ${output}, a ${kind} of [\\d.]+ KiB\\n$`));
    expect(status).toBe(0);
    expect(inspect(join(cwd, output)).kind).toBe(kind);
  });

  test('a mistake in the program is told with its place, and nothing is written', () => {
    const { cwd, status, stderr } = build(
      "import { Reactor } from 'pollux/assembly';\nnew Reactors();\n",
    );
    expect(stderr).toMatch(/^pollux: index\.ts does not compile:/);
    expect(stderr).toContain('assembly/index.ts(2,5)');
    expect(status).toBe(1);
    expect(existsSync(join(cwd, 'build/index.wasm'))).toBe(false);
  });

  test('an entry that is not there', () => {
    const { status, stderr } = pollux('build', 'nothing.ts');
    expect(stderr).toMatch(/there is no nothing\.ts in /);
    expect(status).toBe(1);
  });
});
