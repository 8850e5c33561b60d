// SPDX-License-Identifier: MIT
// The base WASIs, each with a way to be where its package is found.

import { BASE_NAMES } from '../../host/wasi/base.ts';
import { optionalBases } from '../runtimes/index.mjs';

export interface Base {
  readonly name: string;
  /** Why it cannot be tried here; with CI=true that is a failure. */
  readonly missing: string | undefined;
  /** Changes to the folder of its package; answers the way back. */
  enter(): () => void;
}

/** All base WASIs. */
export function bases(): Base[] {
  const optional = optionalBases();
  return BASE_NAMES.map((name) => {
    const found = optional.find((base) => base.name === name);
    const missing = found !== undefined && 'missing' in found ? found.missing : undefined;
    if (missing !== undefined && process.env.CI === 'true') throw new Error(missing);
    const folder = found !== undefined && 'folder' in found ? found.folder : process.cwd();
    return {
      name,
      missing,
      enter: () => {
        const before = process.cwd();
        process.chdir(folder);
        return () => process.chdir(before);
      },
    };
  });
}
