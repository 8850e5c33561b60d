// SPDX-License-Identifier: MIT
// Where the load generator and the C peer are: native programs that `npm run build` makes beside the addon.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's top folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where the built programs lie. */
export const binaries = join(root, 'host', 'native', 'build', 'Release');

/**
 * Builds what is out of date.
 *
 * @throws Error with the compiler's message, or where there is no C compiler.
 */
export function build() {
  execFileSync(process.execPath, [join(root, 'host', 'native', 'build.mjs')], { stdio: 'inherit' });
}
