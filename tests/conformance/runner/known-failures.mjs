// SPDX-License-Identifier: MIT
// What is known to fail, and why: known-failures.json is a list of reasons, each with the runtimes and the
// behaviours that it explains. What happens must be what is listed, in both directions.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from './behaviours.mjs';

/**
 * @typedef {object} Reason
 * @property {string} reason one sentence or two
 * @property {string[]} runtimes
 * @property {'fail' | 'crash' | 'hang'} [verdict] how it fails, where all of them fail in one way
 * @property {boolean} [sometimes] it depends on the moment: to pass is no surprise
 * @property {string[]} behaviours
 */

/** @type {Reason[]} */
export const reasons = JSON.parse(readFileSync(join(suite, 'known-failures.json'), 'utf8'));

/** @param {string} runtime @param {string} id @returns {Reason | undefined} */
export function known(runtime, id) {
  return reasons.find(
    ({ runtimes, behaviours }) => runtimes.includes(runtime) && behaviours.includes(id),
  );
}

/**
 * What is surprising about a result: one line, or undefined.
 *
 * @param {string} runtime
 * @param {string} id
 * @param {import('./run.mjs').Result} result
 */
export function surprise(runtime, id, { verdict, why }) {
  const reason = known(runtime, id);
  if (verdict === 'not offered')
    return reason === undefined ? undefined : `${id}: not offered, but listed as a known failure`;
  if (verdict === 'pass')
    return reason === undefined || reason.sometimes
      ? undefined
      : `${id}: passes, but is listed as a known failure: ${reason.reason}`;
  if (reason === undefined) return `${id}: ${verdict}: ${why}`;
  return reason.verdict === undefined || reason.verdict === verdict
    ? undefined
    : `${id}: ${verdict} in place of the known ${reason.verdict}: ${why}`;
}
