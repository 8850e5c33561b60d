// SPDX-License-Identifier: MIT
// The time and the resolution of a clock that does not exist are EINVAL.

import { errno, INVAL, out } from '../prelude';
import { clock_res_get, clock_time_get } from '../wasi_snapshot_preview1';

errno('clock_res_get', clock_res_get(77, out), INVAL);
errno('clock_time_get', clock_time_get(77, 0, out), INVAL);
