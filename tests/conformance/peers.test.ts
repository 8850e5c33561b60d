// SPDX-License-Identifier: MIT
// Those of the other runtimes that start fast do what known-failures.json says, and nothing else: a guest
// that is wrong about the standard would show here. `npm run conformance` runs the rest.

import { column } from './matrix.ts';
import { adapters } from './runner/adapters.mjs';

const fast = ['wasmtime-46', 'wasmtime-49'];

for (const adapter of adapters()) if (fast.includes(adapter.name)) column(adapter);
