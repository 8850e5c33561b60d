// SPDX-License-Identifier: MIT
// The foreign guests: which there are, the language of each, and `find(name)`, which answers the built
// module or why it is missing. build.mjs builds them, and leaves its reasons beside the modules.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const output = fileURLToPath(new URL('../../build/tests/foreign/', import.meta.url));

/** What could not be built, language by language: written by build.mjs. */
export const reasons = join(output, 'missing.json');

/** @typedef {'go' | 'rust' | 'c'} Language */

/**
 * Every folder here that is named LANGUAGE-…, found and not listed.
 *
 * @type {readonly { name: string, language: Language }[]}
 */
export const GUESTS = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && /^(go|rust|c)-/.test(entry.name))
  .map(({ name }) => ({ name, language: /** @type {Language} */ (name.split('-')[0]) }));

/** @param {string} name */
export const moduleOf = (name) => join(output, `${name}.wasm`);

/**
 * @param {string} name one of {@link GUESTS}
 * @returns {{ module: string } | { missing: string }}
 */
export function find(name) {
  const guest = GUESTS.find((one) => one.name === name);
  if (guest === undefined) throw new Error(`no foreign guest is called '${name}'`);
  const missing = existsSync(reasons) ? JSON.parse(readFileSync(reasons, 'utf8')) : {};
  const reason = missing[guest.language];
  if (reason !== undefined) return { missing: reason };
  if (existsSync(moduleOf(name))) return { module: moduleOf(name) };
  return { missing: `${name} is not built: node tests/foreign/build.mjs` };
}
