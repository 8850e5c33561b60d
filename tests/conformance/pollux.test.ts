// SPDX-License-Identifier: MIT
// pollux does what it must, on each backend of the addon's own list. It has no known failures.

import { column } from './matrix.ts';
import { adapters } from './runner/adapters.mjs';

for (const adapter of adapters())
  if (adapter.name.startsWith('pollux ') && adapter.missing === undefined) column(adapter);
