// SPDX-License-Identifier: MIT
// The realtime clock counts nanoseconds since 1970.

import { atLeast, fail, now, REALTIME, SECOND } from '../prelude';

atLeast('the time', now(REALTIME), 1_700_000_000 * SECOND);
if (now(REALTIME) > 4_000_000_000 * SECOND) fail('the time is far in the future');
