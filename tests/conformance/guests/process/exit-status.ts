// SPDX-License-Identifier: MIT
// The status that the guest exits with is the status of the process: 42.

import { fail } from '../prelude';
import { proc_exit } from '../wasi_snapshot_preview1';

proc_exit(42);
fail('proc_exit returned');
