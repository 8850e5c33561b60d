// SPDX-License-Identifier: MIT
// `pollux componentize`: what it writes and says, what it leaves alone, and that the lines which it prints run.
// tests/unit/src/componentize*.test.ts have what becomes of modules.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { componentize } from '../../src/index.ts';
import { find } from '../runtimes/index.mjs';
import { module, preview1 } from '../support/components.ts';
import { cli, echo, folder, P1, pollux } from './pollux.ts';
import { printer, wasm } from './wasm.ts';

/** An empty folder. */
const empty = () => mkdtempSync(join(folder, 'empty-'));

/** A folder with the echo server. */
function withEcho(name = 'echo.wasm'): string {
  const cwd = empty();
  copyFileSync(echo, join(cwd, name));
  return cwd;
}

function run(cwd: string, ...args: string[]) {
  const env = { ...process.env, NO_COLOR: '1' };
  const options = { cwd, env, encoding: 'utf8', timeout: 20_000 } as const;
  return spawnSync(process.execPath, [cli, 'componentize', ...args], options);
}

const expected = componentize(readFileSync(echo));
const isExpected = (path: string) => Buffer.compare(readFileSync(path), expected) === 0;

describe('what it writes', () => {
  test('FILE.component.wasm beside the module, which stays; and it tells how to run it', () => {
    const cwd = withEcho();
    const { status, stdout, stderr } = run(cwd, 'echo.wasm');
    const size = (expected.length / 1024).toFixed(1);
    expect(stderr).toBe(
      `pollux: echo.component.wasm, a component for WASI 0.2 of ${size} KiB
Run it with Wasmtime 46 or later:
  wasmtime run -S inherit-network --env LISTEN=127.0.0.1:6666 echo.component.wasm
with Wasmtime 36:
  wasmtime run -S inherit-network -S cli-exit-with-code --env LISTEN=127.0.0.1:6666 echo.component.wasm
with Node:
  LISTEN=127.0.0.1:6666 npx @bytecodealliance/jco run echo.component.wasm
`,
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(isExpected(join(cwd, 'echo.component.wasm'))).toBe(true);
    expect(readFileSync(join(cwd, 'echo.wasm')).equals(readFileSync(echo))).toBe(true);
    expect(readdirSync(cwd).sort()).toEqual(['echo.component.wasm', 'echo.wasm']);
  });

  test('what -o names, with the folders on the way to it', () => {
    const cwd = withEcho('guest');
    expect(run(cwd, 'guest', '-o', 'a/b/out.wasm').status).toBe(0);
    expect(isExpected(join(cwd, 'a/b/out.wasm'))).toBe(true);
    expect(run(cwd, 'guest').status).toBe(0);
    expect(isExpected(join(cwd, 'guest.component.wasm'))).toBe(true);
  });

  test('addresses that are built in, and the flags that they need', () => {
    const cwd = withEcho();
    const listen = ['--listen', 'web=:8080', '-l', 'localhost:9000'];
    const { stderr } = run(cwd, 'echo.wasm', ...listen, '--connect', 'db=10.0.0.5:5432');
    expect(stderr).toMatch(
      /\n {2}wasmtime run -S inherit-network -S allow-ip-name-lookup echo\.comp/,
    );
    expect(stderr).toMatch(/\n {2}npx @bytecodealliance\/jco run echo\.component\.wasm\n$/);
    const options = { listen: ['web=:8080', 'localhost:9000'], connect: ['db=10.0.0.5:5432'] };
    const component = componentize(readFileSync(echo), options);
    expect(readFileSync(join(cwd, 'echo.component.wasm')).equals(component)).toBe(true);
  });

  test('a link to a file: the file behind it', () => {
    const cwd = withEcho();
    writeFileSync(join(cwd, 'real'), 'before');
    symlinkSync('real', join(cwd, 'link'));
    expect(run(cwd, 'echo.wasm', '-o', 'link').status).toBe(0);
    expect(lstatSync(join(cwd, 'link')).isSymbolicLink()).toBe(true);
    expect(isExpected(join(cwd, 'real'))).toBe(true);
  });
});

describe('what it leaves alone', () => {
  test.each([
    ['by its name', (cwd: string) => join(cwd, 'echo.wasm')],
    ['by another path', () => './nothing/../echo.wasm'],
    [
      'by a symbolic link',
      (cwd: string) => {
        symlinkSync('echo.wasm', join(cwd, 'link'));
        return 'link';
      },
    ],
    [
      'by a hard link',
      (cwd: string) => {
        linkSync(join(cwd, 'echo.wasm'), join(cwd, 'other'));
        return 'other';
      },
    ],
  ])('the module itself, %s', (_, output) => {
    const cwd = withEcho();
    mkdirSync(join(cwd, 'nothing'));
    const { status, stderr } = run(cwd, 'echo.wasm', '-o', output(cwd));
    expect(stderr).toMatch(
      /^pollux: cannot write .*: it is the module itself; name another file by -o\n$/,
    );
    expect(status).toBe(1);
    expect(readFileSync(join(cwd, 'echo.wasm')).equals(readFileSync(echo))).toBe(true);
  });

  test('what was written before, where the module can be no component', () => {
    const cwd = empty();
    writeFileSync(join(cwd, 'a.wasm'), wasm({ imports: [['env', 'a\x1b[2Jb', 0]] }));
    writeFileSync(join(cwd, 'a.component.wasm'), 'before');
    const { status, stderr } = run(cwd, 'a.wasm');
    expect(stderr).toMatch(/^pollux: the module imports .* env\.a\\x1b\[2Jb; .*\n$/);
    expect(status).toBe(1);
    expect(readFileSync(join(cwd, 'a.component.wasm'), 'utf8')).toBe('before');
    expect(readdirSync(cwd).sort()).toEqual(['a.component.wasm', 'a.wasm']);
  });

  test('what is no file, and a folder that it may not have', () => {
    const cwd = withEcho();
    mkdirSync(join(cwd, 'folder'));
    writeFileSync(join(cwd, 'taken'), '');
    for (const output of ['folder', '/dev/null', 'taken/out.wasm']) {
      const { status, stderr } = run(cwd, 'echo.wasm', '-o', output);
      expect(stderr).toMatch(new RegExp(`^pollux: cannot write ${output}: .+\\n$`));
      expect(status).toBe(1);
    }
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(readdirSync(cwd).sort()).toEqual(['echo.wasm', 'folder', 'taken']);
  });
});

describe('what cannot be', () => {
  test.each([
    [
      'there is no such file',
      ['none.wasm'],
      /^pollux: cannot read none\.wasm: there is no such file\n$/,
    ],
    ['it is a directory', ['.'], /^pollux: cannot read \.: it is a directory\n$/],
    ['it is no module', [cli], /pollux\.js is not a WebAssembly module\n$/],
  ])('%s', (_, args, message) => {
    const { status, stderr, stdout } = run(empty(), ...args);
    expect(stderr).toMatch(message);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  test('a component already', () => {
    const cwd = withEcho();
    run(cwd, 'echo.wasm');
    const { status, stderr } = run(cwd, 'echo.component.wasm');
    expect(stderr).toMatch(/^pollux: echo\.component\.wasm is a component already; .*\n$/);
    expect(status).toBe(1);
    expect(existsSync(join(cwd, 'echo.component.component.wasm'))).toBe(false);
  });

  test.each([
    [['--wasi', '1'], /unknown version of WASI '1'; components can be made for 0\.2 and 0\.3/],
    [['--listen', 'unix:/run/x'], /cannot listen on 'unix:\/run\/x': WASI has no Unix sockets/],
    [['--listen', ':1', '--listen', '80'], /cannot listen on '80': the port is missing/],
    [['--connect', 'db=:5432'], /cannot connect to 'db=:5432': the host is missing/],
    [['--backend', 'poll'], /unknown option '--backend'/],
    [['another.wasm'], /too many arguments/],
  ])('%j is a mistake in the command line', (args, message) => {
    const cwd = withEcho();
    const { status, stderr } = run(cwd, 'echo.wasm', ...args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\nTry 'pollux componentize --help'\.\n$/);
    expect(status).toBe(2);
    expect(readdirSync(cwd)).toEqual(['echo.wasm']);
  });
});

test('the help lists it, and has its options and examples', () => {
  expect(pollux('--help').stdout).toMatch(/\n {2}componentize .*\n/);
  const { stdout, status } = pollux('componentize', '--help');
  for (const word of ['--out', '--wasi', '--listen', '--connect', 'LISTEN', 'CONNECT']) {
    expect(stdout).toContain(word);
  }
  expect(stdout).toMatch(/Examples:\n {2}pollux componentize/);
  expect(status).toBe(0);
});

describe.each([
  ['wasmtime-49', 'with Wasmtime 46 or later:'],
  ['wasmtime-46', 'with Wasmtime 46 or later:'],
  ['wasmtime-36', 'with Wasmtime 36:'],
])('on %s, by the line that is printed', (name, title) => {
  const runtime = find(name);
  const isSkipped = 'missing' in runtime && process.env.CI !== 'true';

  /** Runs the line behind the title in a shell, for which that Wasmtime is `wasmtime`. */
  function runPrinted(cwd: string, stderr: string, change = (line: string) => line) {
    if ('missing' in runtime) throw new Error(runtime.missing);
    const lines = stderr.split('\n');
    const line = lines[lines.findIndex((each) => each.endsWith(title)) + 1] as string;
    const bin = empty();
    symlinkSync(runtime.command, join(bin, 'wasmtime'));
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
    const options = { cwd, env, encoding: 'utf8', timeout: 60_000 } as const;
    return spawnSync('sh', ['-c', change(line)], options);
  }

  test.skipIf(isSkipped)('a guest that ends with a status, in a file with any name', async () => {
    const cwd = empty();
    const file = `-it's a "tool" $HOME.wasm`;
    const ends = '(func (export "_start") i32.const 3 call $exit)';
    const exit = preview1('proc_exit', '(param i32)', '$exit');
    writeFileSync(join(cwd, file), await module(exit, '(memory (export "memory") 1)', ends));
    const { status, stderr } = run(cwd, '--', file);
    expect(stderr).not.toMatch(/LISTEN|inherit-network/);
    expect(status).toBe(0);
    const component = `-it's a "tool" $HOME.component.wasm`;
    expect(existsSync(join(cwd, component))).toBe(true);
    expect(runPrinted(cwd, stderr)).toMatchObject({ status: 3, stderr: '' });
  });

  test.skipIf(isSkipped)('listeners that are built in, and LISTEN, which goes before them', () => {
    const cwd = empty();
    writeFileSync(join(cwd, 'env.wasm'), printer('environ'));
    const { stderr } = run(cwd, 'env.wasm', '-l', 'web=127.0.0.1:0', '-l', '[::1]:0', '-l', ':0');
    const builtIn = runPrinted(cwd, stderr);
    expect(builtIn.stderr).toBe('');
    expect(builtIn.stdout.split('\0')).toEqual(
      expect.arrayContaining(['LISTEN_FDS=3', 'LISTEN_FDNAMES=web:unknown:unknown']),
    );
    const given = runPrinted(cwd, stderr, (line) =>
      line.replace(/ (\S+)$/, ' --env LISTEN=admin=127.0.0.1:0 $1'),
    );
    expect(given.stdout.split('\0')).toEqual(
      expect.arrayContaining(['LISTEN_FDS=1', 'LISTEN_FDNAMES=admin']),
    );
  });

  test.skipIf(isSkipped)('a guest that imports one function eight times', () => {
    const cwd = empty();
    const imports = Array.from({ length: 8 }, () => [P1, 'sched_yield', 0] as const);
    const code = imports.flatMap((_, index) => [0x10, index, 0x1a]);
    writeFileSync(join(cwd, 'yield.wasm'), wasm({ imports, code }));
    const { stderr } = run(cwd, 'yield.wasm');
    expect(runPrinted(cwd, stderr)).toMatchObject({ status: 0, stderr: '' });
  });
});
