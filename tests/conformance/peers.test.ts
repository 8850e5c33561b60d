// SPDX-License-Identifier: MIT
// Those of the other runtimes that start fast do what known-failures.json says, and nothing else: a guest
// that is wrong about the standard would show here. Components run on the newest Wasmtime. `npm run conformance` runs
// the rest.

import { CURRENT } from '../runtimes/index.mjs';
import { column } from './matrix.ts';
import { adapters } from './runner/adapters.mjs';

for (const adapter of adapters())
  if (adapter.name === 'wasmtime-46' || adapter.name.startsWith(CURRENT)) column(adapter);
