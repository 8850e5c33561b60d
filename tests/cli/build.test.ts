// SPDX-License-Identifier: MIT
// `pollux build`: what it makes of programs, good and bad.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli, folder, pollux, root } from './pollux.ts';

const inspect = (path: string) => JSON.parse(pollux('inspect', '--json', path).stdout);
const echo = readFileSync(join(root, 'examples/echo.ts'), 'utf8');

/** A project with these files. */
function project(files: Readonly<Record<string, string>>): string {
  const cwd = mkdtempSync(join(folder, 'project-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  return cwd;
}

function build(cwd: string, ...args: string[]) {
  const env = { ...process.env, NO_COLOR: '1' };
  return spawnSync(process.execPath, [cli, 'build', ...args], { cwd, env, encoding: 'utf8' });
}

describe('a program that compiles', () => {
  test.each([
    [[], 'build/index.wasm', 'command'],
    [['--reactor'], 'build/index.reactor.wasm', 'reactor'],
    [
      ['assembly/index.ts', '--command', '--debug', '-o', 'a/b/out.wasm'],
      'a/b/out.wasm',
      'command',
    ],
  ] as const)('pollux build %j', (args, output, kind) => {
    const cwd = project({ 'assembly/index.ts': echo });
    const { status, stderr } = build(cwd, ...args);
    expect(stderr).toMatch(new RegExp(`^pollux: ${output}, a ${kind} of [\\d.]+ KiB\\n$`));
    expect(status).toBe(0);
    expect(inspect(join(cwd, output))).toMatchObject({ kind, functionNames: true, obstacles: [] });
  });

  test('is found by its full path, and written to one', () => {
    const cwd = project({});
    const output = join(project({}), 'out.wasm');
    const { status } = build(cwd, join(project({ 'echo.ts': echo }), 'echo.ts'), '-o', output);
    expect(status).toBe(0);
    expect(inspect(output).kind).toBe('command');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("keeps what the project's asconfig.json says beside, in a reactor too", () => {
    const cwd = project({
      'assembly/index.ts': echo,
      'asconfig.json': JSON.stringify({
        options: {
          exportStart: '_start',
          use: ['abort=~lib/pollux/assembly/wasi/abort/abort'],
          initialMemory: 3,
        },
      }),
    });
    expect(build(cwd, '--reactor').status).toBe(0);
    const { kind, memory, obstacles } = inspect(join(cwd, 'build/index.reactor.wasm'));
    expect({ kind, obstacles, least: memory.least }).toEqual({
      ...{ kind: 'reactor', obstacles: [], least: 3 },
    });
  });
});

describe('a program that does not', () => {
  test('is told line by line with its place, and what was built before stays', () => {
    const cwd = project({
      'assembly/index.ts': "import { Reactor } from 'pollux/assembly';\nnew Reactors();\n",
      'build/index.wasm': 'before',
    });
    const { status, stderr } = build(cwd);
    expect(stderr).toMatch(/^ERROR TS2304: Cannot find name 'Reactors'\.\n/);
    expect(stderr).toMatch(/\n 2 │ new Reactors\(\);\n/);
    expect(stderr).toContain('in assembly/index.ts(2,5)');
    expect(stderr).toMatch(/\npollux: index\.ts does not compile\n$/);
    expect(status).toBe(1);
    expect(readFileSync(join(cwd, 'build/index.wasm'), 'utf8')).toBe('before');
  });

  test('nor one with a warning: nothing is written', () => {
    const cwd = project({
      'assembly/index.ts': 'export function same<T>(it: T): T { return it; }\n',
    });
    const { status, stderr } = build(cwd);
    expect(stderr).toMatch(/^WARNING AS\d+: /);
    expect(stderr).toMatch(/\npollux: index\.ts compiles with warnings, .*error\n$/);
    expect(status).toBe(1);
    expect(existsSync(join(cwd, 'build'))).toBe(false);
  });

  test('what its text has of control characters does not reach the terminal', () => {
    const cwd = project({ 'assembly/index.ts': 'new A("\x1b[2J");\n' });
    const { stderr } = build(cwd);
    expect(stderr).toContain('\\x1b[2J');
    expect(stderr).not.toContain('\x1b');
  });
});

describe('a build that can not begin', () => {
  test('there is no such program', () => {
    const { status, stderr } = build(project({}));
    expect(stderr).toMatch(
      /^pollux: there is no assembly\/index\.ts in .*; name the program's file\n$/,
    );
    expect(status).toBe(1);
  });

  test('a module is of one kind', () => {
    const { status, stderr } = build(project({}), '--reactor', '--command');
    expect(stderr).toMatch(/a command or a reactor.*\nTry 'pollux build --help'/);
    expect(status).toBe(2);
  });

  test("the project's compiler is too old", () => {
    const exports = { './package.json': './package.json' };
    const old = { name: 'assemblyscript', version: '0.27.31', exports };
    const cwd = project({
      'assembly/index.ts': echo,
      'node_modules/assemblyscript/package.json': JSON.stringify(old),
    });
    const { status, stderr } = build(cwd);
    expect(stderr).toMatch(
      /assemblyscript 0\.27\.31 is too old: run 'npm install --save-dev assemblyscript@/,
    );
    expect(status).toBe(1);
  });

  test('the output can not be written', () => {
    const cwd = project({ 'assembly/index.ts': echo, taken: '' });
    const { status, stderr } = build(cwd, '-o', 'taken/out.wasm');
    expect(stderr).toMatch(/^pollux: cannot write .*taken\/out\.wasm: /);
    expect(status).toBe(1);
    expect(statSync(join(cwd, 'taken')).isFile()).toBe(true);
  });
});
