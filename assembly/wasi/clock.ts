// SPDX-License-Identifier: MIT
// Time: monotonic for timers, wall-clock for logs.

import { CLOCK_MONOTONIC, CLOCK_REALTIME } from './records';
import { clock_time_get } from './wasi_snapshot_preview1';

const TIME: usize = memory.data(8, 8);

export const NS_PER_MS: u64 = 1_000_000;
export const NS_PER_S: u64 = 1_000_000_000;

/** ns on a clock that never steps back; its zero means nothing. */
export function monotonicNow(): u64 {
  clock_time_get(CLOCK_MONOTONIC, 1000, TIME);
  return load<u64>(TIME);
}

/** ns since 1970-01-01 00:00 UTC. */
export function wallClockNow(): u64 {
  clock_time_get(CLOCK_REALTIME, 1000, TIME);
  return load<u64>(TIME);
}

/** A wall-clock time as Python's logging writes it, in UTC: `2026-11-23 10:00:00,123`. */
export function formatTime(ns: u64): string {
  const ms = ns / NS_PER_MS;
  const iso = new Date(<i64>ms).toISOString();
  return iso.substring(0, 10) + ' ' + iso.substring(11, 19) + ',' + iso.substring(20, 23);
}
