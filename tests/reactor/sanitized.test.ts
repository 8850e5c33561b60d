// SPDX-License-Identifier: MIT
// The addon itself under AddressSanitizer and UBSan, in each mode: what tests/unit/native can't reach, the files
// that know Node-API and the event loops, with clients, restarts, reloads and channels.

import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { backends } from '../../src/index.ts';
import { find } from '../runtimes/index.mjs';
import { testGuest } from '../unit/guest/guests.ts';
import { root } from './support.ts';

const run = promisify(execFile);
const native = `${root}host/native/`;
/** A copy of the package, whose addon is the sanitized one. */
const copy = `${root}build/tests/sanitized/`;
const library = (name: string) =>
  execFileSync('cc', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();

let guests: Record<string, [echo: string, probe: string]>;
beforeAll(async () => {
  const gyp = readFileSync(`${native}binding.gyp`, 'utf8');
  const sources = [...gyp.matchAll(/"([\w/]+\.c)"/g)]
    .map(([, name]) => native + name)
    .filter((path) => !path.includes('/programs/')); // they have a main of their own
  mkdirSync(`${copy}host/native/build/Release`, { recursive: true });
  cpSync(`${root}dist`, `${copy}dist`, { recursive: true });
  cpSync(`${root}tests/reactor/program.mjs`, `${copy}tests/reactor/program.mjs`);
  const { include_dir } = createRequire(import.meta.url)('node-api-headers') as {
    include_dir: string;
  };
  const sanitize = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
  const how = ['-std=c17', '-O1', '-g', '-fPIC', '-shared', '-fvisibility=hidden', '-pthread'];
  const name = ['-DNODE_GYP_MODULE_NAME=pollux', `-I${include_dir}`, '-Wl,-z,nodelete'];
  const output = `${copy}host/native/build/Release/pollux.node`;
  execFileSync('cc', [...how, ...sanitize, ...name, '-o', output, ...sources]);
  const echo = `${root}build/examples/echo`;
  const command = [`${echo}.wasm`, await testGuest('reactor-probe')] as [string, string];
  const inline = await testGuest('reactor-probe', { reactor: true });
  guests = { worker: command, jspi: command, inline: [`${echo}.reactor.wasm`, inline] };
});

describe.each([
  ['worker', 'node-20', 'epoll'],
  ['inline', 'node-20', 'epoll'],
  ['jspi', 'node-26', 'epoll'],
  ['worker', 'node-20', 'io-uring'],
  ['inline', 'node-20', 'io-uring'],
  ['jspi', 'node-26', 'io-uring'],
] as const)('mode %s under %s on %s', (mode, name, backend) => {
  const runtime = find(name);
  const missing = 'missing' in runtime ? runtime.missing : undefined;
  const available = backends().some((one) => one.name === backend && one.available);
  test.skipIf(!available || (missing !== undefined && process.env.CI !== 'true'))(
    'no report, and all scenarios hold',
    async () => {
      if ('missing' in runtime) throw new Error(runtime.missing);
      const env = {
        ...process.env,
        LD_PRELOAD: `${library('libasan.so')} ${library('libubsan.so')}`,
        // Node itself leaves much to the end of the process, and has handlers of its own.
        ASAN_OPTIONS: 'detect_leaks=0:handle_segv=0',
        UBSAN_OPTIONS: 'print_stacktrace=1',
      };
      const args = [
        ...runtime.args,
        `${copy}tests/reactor/program.mjs`,
        mode,
        ...(guests[mode] ?? []),
        backend,
      ];
      const { stdout, stderr } = await run(runtime.command, args, { env, timeout: 55_000 });
      expect(stdout).toContain('all scenarios hold');
      expect(stderr).not.toMatch(/Sanitizer|runtime error/);
    },
  );
});
