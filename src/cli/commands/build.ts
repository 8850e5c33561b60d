// SPDX-License-Identifier: MIT
// `pollux build`: a guest in AssemblyScript becomes a module.

import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildGuest, CompileError } from '../../guest/build.ts';
import { PolluxError } from '../../index.ts';
import { say, sayError, visible } from '../output.ts';

/** The options of a build, parsed. */
export interface BuildFlags {
  readonly out?: string;
  readonly command?: true;
  readonly reactor?: true;
  readonly debug?: true;
}

/** Builds `entry`, a path from the working directory; answers the exit status. */
export async function buildCommand(entry: string, flags: BuildFlags): Promise<number> {
  if (flags.command && flags.reactor) {
    throw new PolluxError(
      'ERR_OPTION',
      'a module is a command or a reactor: give --command or --reactor, and build twice for both',
    );
  }
  const kind = flags.reactor ? 'reactor' : 'command';
  const suffix = flags.reactor ? '.reactor.wasm' : '.wasm';
  const output = flags.out ?? join('build', basename(entry).replace(/(\.ts)?$/, suffix));
  const folder = process.cwd();
  try {
    await buildGuest({ folder, entry, output, kind, debug: flags.debug === true });
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    for (const line of error.diagnostics.split('\n')) say(visible(line));
    await sayError(error.message);
    return 1;
  }
  const { size } = statSync(resolve(folder, output));
  say(`pollux: ${visible(output)}, a ${kind} of ${(size / 1024).toFixed(1)} KiB`);
  return 0;
}
