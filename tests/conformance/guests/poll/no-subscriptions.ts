// SPDX-License-Identifier: MIT
// An empty list of subscriptions is EINVAL, and no wait.

import { errno, events, INVAL, nevents, subscriptions } from '../prelude';
import { poll_oneoff } from '../wasi_snapshot_preview1';

errno('poll_oneoff of nothing', poll_oneoff(subscriptions, events, 0, nevents), INVAL);
