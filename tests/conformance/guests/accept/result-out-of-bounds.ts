// SPDX-License-Identifier: MIT
// A pointer for the new descriptor that is out of bounds is EFAULT or a trap.

import { go, listener, outOfBounds } from '../prelude';
import { sock_accept } from '../wasi_snapshot_preview1';

go();
outOfBounds('sock_accept', sock_accept(listener(), 0, 0xfffffffc));
