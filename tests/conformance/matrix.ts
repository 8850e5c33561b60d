// SPDX-License-Identifier: MIT
// One column of the matrix as tests: all behaviours are run at once, a few at a time, and each is a test
// that looks at its result.

import { availableParallelism } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Adapter } from './runner/adapters.mjs';
import { load } from './runner/behaviours.mjs';
import { build } from './runner/build.mjs';
import { surprise } from './runner/known-failures.mjs';
import type { Result } from './runner/run.mjs';
import { runAll } from './runner/run-all.mjs';

const behaviours = load();

/** Tests of each behaviour that the runtime offers. What is known to fail must fail. */
export function column(adapter: Adapter): void {
  const { name, missing } = adapter;
  if (missing !== undefined && process.env.CI !== 'true') {
    // Never with CI=true, which fails instead: a peer that could not be installed, and its name says why.
    describe.skip(`${name} could not be installed: ${missing} (with CI=true this fails)`, () => {
      test('is not here', () => {});
    });
    return;
  }
  describe(name, () => {
    let results: Map<string, Result> | undefined;
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      await build(behaviours);
      const all = await runAll([adapter], behaviours, { jobs: availableParallelism() * 2 });
      results = all.get(name);
      // A component hears of readiness by a thread of its host, which may be late where much runs beside it. What
      // surprised is tried once more, alone.
      if (!name.includes('-wasi-') || results === undefined) return;
      const first = results;
      const again = behaviours.filter(({ id }) => {
        const result = first.get(id);
        return result !== undefined && surprise(name, id, result) !== undefined;
      });
      const second = await runAll([adapter], again, { jobs: 1 });
      for (const [id, result] of second.get(name) ?? []) first.set(id, result);
    }, 300_000);

    const offered = behaviours.filter((behaviour) => adapter.lacks(behaviour) === undefined);
    test.each(offered)('$id: $behaviour', ({ id }) => {
      const result = results?.get(id);
      if (result === undefined) throw new Error('it was not run');
      expect(surprise(name, id, result)).toBeUndefined();
    });
  });
}
