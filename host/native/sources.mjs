// SPDX-License-Identifier: MIT
// The addon's sources, and whether what was built of them is still that.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the addon's sources, in which binding.gyp stands. */
export const folder = dirname(fileURLToPath(import.meta.url));

/** Programs that are built beside the addon, for `pollux compare`. */
export const PROGRAMS = ['pollux-load', 'pollux-echo', 'pollux-chain'];

function sources() {
  const names = ['.', 'backends', 'programs'].flatMap((sub) =>
    readdirSync(join(folder, sub)).map((name) => join(folder, sub, name)),
  );
  return names.filter((name) => /\.(c|h|gyp)$/.test(name));
}

/** Whether the file is there, and no source (nor one of `others`) is newer. */
export function isFresh(built, ...others) {
  if (!existsSync(built)) return false;
  const time = statSync(built).mtimeMs;
  return [...sources(), ...others].every((name) => statSync(name).mtimeMs <= time);
}
