// SPDX-License-Identifier: MIT
// Writes a file whole or not at all, as another program may be watching or running it.

import {
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes `content` beside the file and gives it its name then; folders on the way to it are made. Of a symbolic link
 * the file behind it is replaced.
 *
 * @throws Error of the system, or where something that is no file has the name, such as /dev/null.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const isThere = existsSync(path);
  if (isThere && !statSync(path).isFile()) throw new Error('there is something that is no file');
  const target = isThere ? realpathSync(path) : path;
  const filling = `${target}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(filling, content);
    renameSync(filling, target);
  } catch (error) {
    if (existsSync(filling)) rmSync(filling);
    throw error;
  }
}
