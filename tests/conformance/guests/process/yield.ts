// SPDX-License-Identifier: MIT
// To yield succeeds, and does not wait.

import { ok } from '../prelude';
import { sched_yield } from '../wasi_snapshot_preview1';

for (let i = 0; i < 100; i++) ok('sched_yield', sched_yield());
