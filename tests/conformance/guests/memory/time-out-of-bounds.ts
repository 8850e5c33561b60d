// SPDX-License-Identifier: MIT
// A pointer for a time that is out of bounds is EFAULT or a trap.

import { MONOTONIC, outOfBounds } from '../prelude';
import { clock_time_get } from '../wasi_snapshot_preview1';

outOfBounds('clock_time_get', clock_time_get(MONOTONIC, 0, 0xfffffffc));
