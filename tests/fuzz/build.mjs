// SPDX-License-Identifier: MIT
// Builds the native fuzzer: the addon's own C files but for those that know Node-API, under
// AddressSanitizer, UBSan and LeakSanitizer.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const native = `${root}host/native/`;
const here = `${root}tests/fuzz/`;
const binary = `${root}build/tests/fuzz`;

/** Builds it; throws with the compiler's words. */
export function buildFuzzer() {
  const gyp = readFileSync(`${native}binding.gyp`, 'utf8');
  const sources = [...gyp.matchAll(/"([\w/]+\.c)"/g)]
    .map((match) => match[1])
    .filter((name) => !/^(addon|host_object|imports|file_imports)\.c$/.test(name))
    .map((name) => native + name);
  const own = readdirSync(here).filter((name) => name.endsWith('.c'));
  const flags = '-std=c17 -g -O1 -Wall -Wextra -Wconversion -Werror'.split(' ');
  const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const all = [...sources, ...own.map((name) => here + name)];
  mkdirSync(`${root}build/tests`, { recursive: true });
  execFileSync('cc', [...flags, ...sanitizers, '-o', binary, ...all, '-lpthread', '-lutil']);
}

/** Runs it with these options (fuzz.c names them): the status, or the signal's name, and what it said. */
export function fuzz(options) {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // A guest syncs its files all the time: in memory that costs nothing.
  const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const child = spawn(binary, args, {
    env: { ...process.env, FUZZ_DIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ status: code ?? signal, out, err }));
  });
}
