// SPDX-License-Identifier: MIT
// `npm run fuzz -- [--calls N] [--seed N] [--backend NAME]`: 10 million calls of native imports by default, on
// each backend in turn and then on all at once from threads. What it finds, the same seed shows again.

import { parseArgs } from 'node:util';
import { buildFuzzer, fuzz } from './build.mjs';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    backend: { type: 'string', default: 'all' },
  },
});
const { seed, backend } = values;
const calls = Number(values.calls);
buildFuzzer();
console.log(`seed ${seed}, ${calls} calls, backend ${backend}`);
for (const part of [
  { seed, backend, calls: Math.ceil(calls * 0.7) },
  { seed, backend, calls: Math.floor(calls * 0.3), threads: 5 },
]) {
  const { status, out, err } = await fuzz(part);
  process.stdout.write(out);
  process.stderr.write(err);
  if (status !== 0) {
    console.error(`fuzz: ended with ${status}; --seed ${seed} --calls ${calls} shows it again`);
    process.exit(1);
  }
}
