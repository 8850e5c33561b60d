// SPDX-License-Identifier: MIT
// Compiles the guests of all behaviours, so that no test waits for it.

import { load } from './behaviours.mjs';
import { build } from './build.mjs';

await build(load());
