// SPDX-License-Identifier: MIT
// Where the files of the package are that a comparison runs: native programs, its scripts, the guests.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PolluxError } from '../../host/index.ts';

/** The package's folder, from dist/ as from the sources. */
const root = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

function firstOf(what: string, remedy: string, files: readonly string[]): string {
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new PolluxError('ERR_COMPARE', `${what} is not there (looked for ${files[0]}); ${remedy}`);
}

/**
 * A native program, as npm install has built it, or as the package brought it.
 *
 * @throws PolluxError ERR_COMPARE where neither is there.
 */
export function nativeProgram(name: 'pollux-load' | 'pollux-echo' | 'pollux-chain'): string {
  const native = join(root, 'host', 'native');
  return firstOf(`the program ${name}`, 'run npm rebuild pollux', [
    join(native, 'build', 'Release', name),
    join(native, 'prebuilds', `linux-${process.arch}`, name),
  ]);
}

/** A guest of examples/, built. @throws PolluxError ERR_COMPARE where it is not there. */
export function exampleGuest(name: string): string {
  const file = join(root, 'build', 'examples', `${name}.wasm`);
  return firstOf(`examples/${name}.wasm`, 'run npm run build', [file]);
}

/** A script of dist/. */
export function script(
  name: `compare-${'server' | 'node-net' | 'instances'}.js` | 'pollux.js',
): string {
  return join(root, 'dist', name);
}
