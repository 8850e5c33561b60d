// SPDX-License-Identifier: MIT
// Compiles the guests of tests/guests for the tests of this folder.

import { fileURLToPath } from 'node:url';
import { buildGuest } from '../../../examples/build.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Compiles tests/guests/NAME.ts, as a command or a reactor module; answers the path of the module. */
export async function testGuest(name: string, { reactor = false } = {}): Promise<string> {
  const output = `build/tests/guests/${name}${reactor ? '.reactor' : ''}.wasm`;
  await buildGuest(`tests/guests/${name}.ts`, output, { reactor });
  return root + output;
}
