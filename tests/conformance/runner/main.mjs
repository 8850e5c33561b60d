// SPDX-License-Identifier: MIT
// `npm run conformance`: every behaviour on every runtime, and docs/conformance.md from that.
//
//   --runtime NAME   only runtimes whose name begins so; may be repeated
//   --filter TEXT    only behaviours whose id contains it
//   --jobs N         how many at a time
//
// With --runtime or --filter the document is left as it is. The status is 1 where something happened
// that known-failures.json does not say.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { adapters } from './adapters.mjs';
import { load } from './behaviours.mjs';
import { build } from './build.mjs';
import { runAll } from './run-all.mjs';

const { values } = parseArgs({
  options: {
    runtime: { type: 'string', multiple: true },
    filter: { type: 'string' },
    jobs: { type: 'string' },
    limit: { type: 'string' },
  },
});

const behaviours = load().filter(({ id }) => id.includes(values.filter ?? ''));
const wanted = adapters().filter(
  ({ name }) => values.runtime?.some((start) => name.startsWith(start)) ?? true,
);
await build(behaviours);
const results = await runAll(wanted, behaviours, {
  jobs: Number(values.jobs ?? availableParallelism() * 2),
  limitMs: Number(values.limit ?? 20_000),
  onResult: ({ name }, { id, level }, { verdict, why }) => {
    if (verdict === 'pass' || verdict === 'not offered') return;
    console.log(`${name}: ${id} (${level}): ${verdict}: ${why}`);
  },
});
for (const adapter of wanted) {
  const all = [...(results.get(adapter.name)?.values() ?? [])];
  const of = (/** @type {string} */ verdict) => all.filter((one) => one.verdict === verdict).length;
  console.log(
    adapter.missing ??
      `${adapter.name}: ${of('pass')} pass, ${of('fail')} fail, ${of('crash')} crash, ${of('hang')} hang, ${of('not offered')} not offered`,
  );
}
