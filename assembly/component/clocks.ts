// SPDX-License-Identifier: MIT
// Preview 1's clocks: realtime (0) and monotonic (1). There is no clock of CPU time in WASI 0.2 and later.

import * as guest from './guest';
import { ANSWER } from './memory';
import { Errno } from './preview1';
import * as clocks from './wasi/clocks';

export const REALTIME: u32 = 0;
export const MONOTONIC: u32 = 1;
const SECOND: u64 = 1_000_000_000;

/** Nanoseconds since 1970; times before that are 0, as preview 1 has no sign. */
export function realtimeNow(): u64 {
  clocks.wallNow(ANSWER);
  const seconds = load<i64>(ANSWER);
  return seconds < 0 ? 0 : <u64>seconds * SECOND + load<u32>(ANSWER, 8);
}

export function clock_res_get(clock: u32, resolution: usize): i32 {
  if (clock == MONOTONIC) {
    guest.store64(resolution, clocks.monotonicResolution());
    return Errno.SUCCESS;
  }
  if (clock != REALTIME) return Errno.INVAL;
  if (WASI == 3) {
    guest.store64(resolution, clocks.systemResolution());
    return Errno.SUCCESS;
  }
  clocks.wallResolution(ANSWER);
  guest.store64(resolution, load<u64>(ANSWER) * SECOND + load<u32>(ANSWER, 8));
  return Errno.SUCCESS;
}

export function clock_time_get(clock: u32, precision: u64, time: usize): i32 {
  if (clock > MONOTONIC) return Errno.INVAL;
  guest.store64(time, clock == MONOTONIC ? clocks.monotonicNow() : realtimeNow());
  return Errno.SUCCESS;
}

/**
 * The monotonic clock's instant at which a subscription is due, which never is before it should be: a relative
 * timeout of either clock counts from now; what would be past the end of time is never.
 */
export function deadlineOf(clock: u32, timeout: u64, isAbsolute: bool, now: u64): u64 {
  if (isAbsolute && clock == MONOTONIC) return timeout;
  let left = timeout;
  if (isAbsolute) {
    const wall = realtimeNow();
    left = timeout > wall ? timeout - wall : 0;
  }
  return now + left < now ? u64.MAX_VALUE : now + left;
}
