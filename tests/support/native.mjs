// SPDX-License-Identifier: MIT
// Compiles C programs with the native layer beneath them, but for its files that know Node-API.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const native = `${root}host/native/`;
const NODE_API =
  /node_api\.h|instance\.h|"call\.h"|"loop\.h"|mailbox\.h|napi_values\.h|stats_object\.h/;

/** The addon's own list of files; programs beside it have a main of their own. */
function sources() {
  const gyp = readFileSync(`${native}binding.gyp`, 'utf8');
  return [...gyp.matchAll(/"([\w/]+\.c)"/g)]
    .filter(([, name]) => !name.startsWith('programs/'))
    .map(([, name]) => native + name)
    .filter((path) => !NODE_API.test(readFileSync(path, 'utf8')));
}

/**
 * Compiles `own`, with all warnings as errors, to build/tests/NAME; answers its path. `sanitized`: under
 * AddressSanitizer, UBSan and LeakSanitizer. Throws with the compiler's words.
 *
 * @param {string} name
 * @param {readonly string[]} own
 * @param {{ sanitized: boolean, flags?: readonly string[] }} options
 */
export function compileNative(name, own, { sanitized, flags = [] }) {
  const output = `${root}build/tests/${name}`;
  mkdirSync(`${root}build/tests`, { recursive: true });
  const common = '-std=c17 -g -Wall -Wextra -Wconversion -Werror'.split(' ');
  const kind = sanitized
    ? ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']
    : ['-O2'];
  const files = [...sources(), ...own];
  execFileSync('cc', [...common, ...kind, ...flags, '-o', output, ...files, '-lpthread', '-lutil']);
  return output;
}
