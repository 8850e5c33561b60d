// SPDX-License-Identifier: MIT
// Builds the native fuzzer: the addon's own C files but for those that know Node-API, under
// AddressSanitizer, UBSan and LeakSanitizer.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compileNative } from '../support/native.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = `${root}tests/fuzz/`;
const binary = `${root}build/tests/fuzz`;

/** Builds it; throws with the compiler's words. */
export function buildFuzzer() {
  const own = readdirSync(here).filter((name) => name.endsWith('.c'));
  compileNative(
    'fuzz',
    own.map((name) => here + name),
    { sanitized: true },
  );
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
