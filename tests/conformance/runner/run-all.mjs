// SPDX-License-Identifier: MIT
// Runs many behaviours on many runtimes, a few at a time.

import { run } from './run.mjs';

/** @typedef {import('./run.mjs').Result} Result */
/** @typedef {Map<string, Map<string, Result>>} Results by the runtime's name, then by the behaviour's id */

/**
 * @param {import('./adapters.mjs').Adapter[]} adapters those that are missing are left out
 * @param {import('./behaviours.mjs').Behaviour[]} behaviours
 * @param {object} options
 * @param {number} options.jobs how many at a time
 * @param {number} [options.limitMs]
 * @param {(adapter: import('./adapters.mjs').Adapter, behaviour: import('./behaviours.mjs').Behaviour, result: Result) => void} [options.onResult]
 * @returns {Promise<Results>}
 */
export async function runAll(adapters, behaviours, { jobs, limitMs, onResult }) {
  /** @type {Results} */
  const results = new Map();
  const work = [];
  for (const adapter of adapters) {
    if (adapter.missing !== undefined) continue;
    const own = new Map();
    results.set(adapter.name, own);
    for (const behaviour of behaviours) work.push({ adapter, behaviour, own });
  }
  const next = work.values();
  const worker = async () => {
    for (const { adapter, behaviour, own } of next) {
      const result = await run(adapter, behaviour, limitMs === undefined ? {} : { limitMs });
      own.set(behaviour.id, result);
      onResult?.(adapter, behaviour, result);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return results;
}
