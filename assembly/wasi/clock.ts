// SPDX-License-Identifier: MIT
// The two clocks of a guest, and a timestamp as log files write it.

import { CLOCK_MONOTONIC, CLOCK_REALTIME } from './records';
import { clock_time_get } from './wasi_snapshot_preview1';

const time = memory.data(8, 8);

const NS_PER_MS: u64 = 1_000_000;
const MS_PER_DAY: u64 = 86_400_000;

/** Nanoseconds on the monotonic clock. Its zero means nothing: compare it with itself alone. */
export function now(): u64 {
  clock_time_get(CLOCK_MONOTONIC, 1, time);
  return load<u64>(time);
}

/** Nanoseconds since 1970-01-01 00:00 UTC. */
export function wallClock(): u64 {
  clock_time_get(CLOCK_REALTIME, 1, time);
  return load<u64>(time);
}

/** `2026-11-23 10:00:00,123` in UTC (preview 1 knows no time zone), the form of Python's logging. */
export function formatTime(timeNs: u64): string {
  const ms = timeNs / NS_PER_MS;
  const date = formatDate(<i32>(ms / MS_PER_DAY));
  const msOfDay = <i32>(ms % MS_PER_DAY);
  const hours = padded(msOfDay / 3_600_000, 2);
  const minutes = padded((msOfDay / 60_000) % 60, 2);
  const seconds = padded((msOfDay / 1000) % 60, 2);
  return `${date} ${hours}:${minutes}:${seconds},${padded(msOfDay % 1000, 3)}`;
}

/**
 * The proleptic Gregorian date of a day number since 1970-01-01.
 *
 * Years are counted from March, so that the leap day comes last and the months' lengths follow
 * one formula (153 days in any five months); 146,097 days are 400 years.
 */
function formatDate(day: i32): string {
  const shifted = day + 719_468; // days since 0000-03-01
  const era = shifted / 146_097;
  const dayOfEra = shifted % 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const monthFromMarch = (5 * dayOfYear + 2) / 153;
  const dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(dayOfMonth, 2)}`;
}

function padded(value: i32, digits: i32): string {
  return value.toString().padStart(digits, '0');
}
