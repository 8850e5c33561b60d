// SPDX-License-Identifier: MIT
// `pollux componentize`: a module becomes a component, and how to run that is told.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { makeComponent, type Target } from '../../componentize/componentize.ts';
import { PolluxError } from '../../index.ts';
import { unreadable } from '../../module.ts';
import { writeWhole } from '../../whole-file.ts';
import { say, showBytes, visible } from '../output.ts';
import { runLines } from '../run-lines.ts';

/** The options, as they are given. */
export interface ComponentizeFlags {
  readonly out?: string;
  readonly wasi: string;
  readonly listen?: readonly string[];
  readonly connect?: readonly string[];
}

/**
 * Writes the component of the module in `file`, and says how to run it; answers the exit status.
 *
 * @throws PolluxError as componentize; ERR_MODULE_NOT_FOUND; ERR_COMPONENTIZE: the output is the module itself, or
 *   can't be written.
 */
export function componentizeCommand(file: string, out: string | undefined, target: Target): number {
  const output = out ?? `${file.replace(/\.wasm$/, '')}.component.wasm`;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (isSameFile(file, output)) {
    throw new PolluxError(
      'ERR_COMPONENTIZE',
      `cannot write ${output}: it is the module itself; name another file by -o`,
    );
  }
  const { component, guest } = makeComponent(file, bytes, target);
  try {
    writeWhole(output, component);
  } catch (cause) {
    const { message } = cause as Error;
    throw new PolluxError('ERR_COMPONENTIZE', `cannot write ${output}: ${message}`, { cause });
  }
  say(
    `pollux: ${visible(output)}, a component for WASI ${target.wasi} of ${showBytes(component.length)}`,
  );
  const accepts = guest.imports.some(({ name }) => name === 'sock_accept');
  for (const line of runLines({ file: output, ...target, accepts })) say(visible(line));
  return 0;
}

/** Whether both are there, and one file, by whatever paths and links. */
function isSameFile(a: string, b: string): boolean {
  if (!existsSync(a) || !existsSync(b)) return false;
  const [first, second] = [statSync(a), statSync(b)];
  return first.ino === second.ino && first.dev === second.dev;
}
