// SPDX-License-Identifier: MIT
// Finds the packages of the optional bases: in the folder where pollux runs, and where it is installed.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PolluxError } from '../../errors.ts';

/**
 * The file behind `id`, a package or a file of one, as the user has it installed.
 *
 * @throws PolluxError ERR_BASE_WASI with `install`, the sentence that tells how to get it.
 */
export function resolveOptional(base: string, id: string, install: string): string {
  // createRequire wants a file, which need not exist.
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return createRequire(from).resolve(id);
    } catch {
      // Not there; where it is in neither place, that is said below.
    }
  }
  throw new PolluxError(
    'ERR_BASE_WASI',
    `the base WASI ${base} needs a package that is not installed: ${install}`,
  );
}

/**
 * Requires what {@link resolveOptional} finds.
 *
 * @throws PolluxError ERR_BASE_WASI where it is missing, or fails while it is loaded.
 */
export function requireOptional(base: string, id: string, install: string): unknown {
  const path = resolveOptional(base, id, install);
  try {
    return createRequire(path)(path);
  } catch (cause) {
    throw doesNotWork(base, cause);
  }
}

/** The package is there, and cannot be used. */
export function doesNotWork(base: string, cause: unknown): PolluxError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new PolluxError('ERR_BASE_WASI', `the base WASI ${base} cannot be used: ${message}`, {
    cause,
  });
}
