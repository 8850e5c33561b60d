// SPDX-License-Identifier: MIT
// `pollux build`: a guest in AssemblyScript becomes a module.

import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildGuest } from '../../guest/build.ts';
import { say } from '../output.ts';

/** The options of a build, parsed. */
export interface BuildFlags {
  readonly out?: string;
  readonly reactor?: true;
  readonly debug?: true;
}

/** Builds `entry`, a file below the working directory; answers the exit status. */
export async function buildCommand(entry: string, flags: BuildFlags): Promise<number> {
  const kind = flags.reactor ? 'reactor' : 'command';
  const suffix = flags.reactor ? '.reactor.wasm' : '.wasm';
  const output = flags.out ?? join('build', basename(entry).replace(/(\.ts)?$/, suffix));
  const folder = process.cwd();
  await buildGuest({ folder, entry, output, kind, debug: flags.debug === true });
  const { size } = statSync(join(folder, output));
  say(`pollux: ${output}, a ${kind} of ${(size / 1024).toFixed(1)} KiB`);
  return 0;
}
