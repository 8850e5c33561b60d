// SPDX-License-Identifier: MIT
// `npm run conformance`: every behaviour on every runtime, and docs/conformance.md from that.
//
//   --runtime NAME   only runtimes whose name begins so; may be repeated
//   --filter TEXT    only behaviours whose id contains it
//   --jobs N         how many at a time
//   --limit MS       how long one may take until it counts as a hang
//
// With --runtime or --filter the document is left as it is. The status is 1 where something happened
// that known-failures.json does not say, or with CI=true where a runtime is missing.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { adapters } from './adapters.mjs';
import { load } from './behaviours.mjs';
import { build } from './build.mjs';
import { surprise } from './known-failures.mjs';
import { report } from './report.mjs';
import { runAll } from './run-all.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
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
let surprises = 0;
const results = await runAll(wanted, behaviours, {
  jobs: Number(values.jobs ?? availableParallelism() * 4),
  limitMs: Number(values.limit ?? 20_000),
  onResult: ({ name }, { id, level }, result) => {
    const { verdict, why } = result;
    const line = surprise(name, id, result);
    if (line !== undefined) surprises++;
    if (line !== undefined && verdict === 'pass') console.log(`${name}: ${line}`);
    if (verdict === 'pass' || verdict === 'not offered') return;
    console.log(`${name}: ${id} (${level}): ${verdict}: ${why}${line === undefined ? '' : ' (!)'}`);
  },
});

console.log();
for (const { name, missing } of wanted) {
  const all = [...(results.get(name)?.values() ?? [])];
  const of = (/** @type {string} */ verdict) => all.filter((one) => one.verdict === verdict).length;
  const verdicts = ['pass', 'fail', 'crash', 'hang', 'not offered'].map((v) => `${of(v)} ${v}`);
  console.log(`${name}: ${missing ?? verdicts.join(', ')}`);
}
if (surprises > 0) console.log(`${surprises} results differ from known-failures.json, marked (!)`);

if (values.runtime === undefined && values.filter === undefined) {
  const plain = Object.fromEntries(
    [...results].map(([name, all]) => [name, Object.fromEntries(all)]),
  );
  mkdirSync(join(root, 'build/conformance'), { recursive: true });
  writeFileSync(
    join(root, 'build/conformance/results.json'),
    `${JSON.stringify(plain, null, 2)}\n`,
  );
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(join(root, 'docs/conformance.md'), report(wanted, behaviours, results, date));
  // Tables as the lint wants them.
  spawnSync('npx', ['--no-install', 'biome', 'format', '--write', 'docs/conformance.md'], {
    cwd: root,
  });
  console.log('docs/conformance.md is written');
}
// A backend that this kernel or policy refuses is no fault of the installation.
const isIncomplete = wanted.some(
  ({ name, missing }) => missing !== undefined && !name.startsWith('pollux '),
);
if (surprises > 0 || (isIncomplete && process.env.CI === 'true')) process.exitCode = 1;
