// SPDX-License-Identifier: MIT
// --wasi: the bases by name, what is said where the package of one is missing or broken, and the standard
// streams on each.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bases } from '../support/bases.ts';
import { exiting, file, folder, guest, P1, pollux, root } from './pollux.ts';
import { op, printer } from './wasm.ts';

/** Runs in a folder, with this on standard input. */
function runIn(cwd: string, input: string, ...args: string[]) {
  return spawnSync(process.execPath, [join(root, 'dist/pollux.js'), 'run', ...args], {
    cwd,
    input,
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, NO_COLOR: '1' },
  });
}

/** A folder with a package in node_modules that has this main file. */
function project(name: string, id: string, main: string): string {
  const place = join(folder, name, 'node_modules', id);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: id, main: 'index.js' }));
  writeFileSync(join(place, 'index.js'), main);
  return join(folder, name);
}

describe('a base that cannot be had', () => {
  test('an unknown name is a mistake in the command line', () => {
    const { status, stderr } = pollux('run', '--wasi', 'wasix', exiting(0));
    expect(stderr).toMatch(
      /^pollux: unknown base WASI 'wasix'; there are node, wasi-js, wasmer\nTry 'pollux run --help'\.\n$/,
    );
    expect(status).toBe(2);
  });

  test.each([
    ['wasi-js', "run 'npm install --ignore-scripts wasi-js@1'"],
    ['wasmer', "run 'npm install @wasmer/wasi@1'"],
  ])('%s that is not installed is said with the command that installs it', (name, remedy) => {
    const { status, stderr } = runIn(folder, '', '--wasi', name, exiting(0));
    expect(stderr).toMatch(
      new RegExp(`^pollux: the base WASI ${name} needs a package that is not installed: ${remedy}`),
    );
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(1);
  });

  test.each([
    ['wasi-js', 'wasi-js'],
    ['wasmer', '@wasmer/wasi'],
  ])('%s that fails while it is loaded is said with its words', (name, id) => {
    const cwd = project(`broken-${name}`, id, "throw new Error('no such luck');");
    const { status, stderr } = runIn(cwd, '', '--wasi', name, exiting(0));
    expect(stderr).toBe(`pollux: the base WASI ${name} cannot be used: no such luck\n`);
    expect(status).toBe(1);
  });
});

/** Copies standard input to standard output until it ends, then writes one line on standard error. */
function copier(): string {
  const [iovec, count, buffer] = [0, 8, 64];
  const transfer = (index: number, fd: number) => [
    ...op.i32(fd),
    ...op.i32(iovec),
    ...op.i32(1),
    ...op.i32(count),
    ...op.call(index),
    ...op.drop,
  ];
  const [block, loop, end, brIf, br, eqz] = [0x02, 0x03, 0x0b, 0x0d, 0x0c, 0x45];
  return guest({
    imports: [
      [P1, 'fd_read', 4],
      [P1, 'fd_write', 4],
    ],
    code: [
      ...op.store(iovec, op.i32(buffer)),
      ...[block, 0x40, loop, 0x40],
      ...op.store(iovec + 4, op.i32(1000)),
      ...transfer(0, 0),
      ...[...op.load(count), eqz, brIf, 1],
      ...op.store(iovec + 4, op.load(count)),
      ...transfer(1, 1),
      ...[br, 0, end, end],
      ...op.store(iovec + 4, op.i32(2)),
      ...transfer(1, 2),
    ],
  });
}

describe.each(bases())('on the base $name', ({ name, missing, enter }) => {
  const run = (input: string, ...args: string[]) => {
    const leave = enter();
    try {
      return runIn(process.cwd(), input, '--wasi', name, ...args);
    } finally {
      leave();
    }
  };

  test.skipIf(missing !== undefined)('the streams pass on what comes, until it ends', () => {
    const text = 'some text\n'.repeat(5000);
    const { status, stdout, stderr } = run(text, copier());
    expect(stdout).toBe(text);
    expect(stderr).toHaveLength(2);
    expect(status).toBe(0);
  });

  test.skipIf(missing !== undefined)('arguments and variables arrive', () => {
    const args = file('args.wasm', printer('args'));
    expect(run('', args, 'x', 'ÿ').stdout).toBe(`${args}\0x\0ÿ\0`);
    const environ = file('environ.wasm', printer('environ'));
    expect(run('', '--env', 'A=b=c', environ).stdout).toBe('A=b=c\0');
  });

  test.skipIf(missing !== undefined)('the status is the guest’s', () => {
    expect(run('', exiting(42)).status).toBe(42);
  });
});
