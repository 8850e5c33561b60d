// SPDX-License-Identifier: MIT
// The tracer's view of poll_oneoff: subscriptions before the call, events after it.

import { errnoName } from './errno.ts';
import type { GuestMemory } from './memory.ts';
import { badPointer, showEnumeration } from './trace-values.ts';

/** Records that a line shows; the rest are counted. */
const SHOWN = 16;
const SUBSCRIPTION_SIZE = 48;
const EVENT_SIZE = 32;
const CLOCK = 0;
const TYPES = ['clock', 'fd_read', 'fd_write'];

/** The subscriptions as they were before the call; undefined where the pointer was bad. */
export type Subscriptions = DataView | undefined;

/** A copy: the guest may have its events written over its subscriptions. */
export function takeSubscriptions(
  memory: GuestMemory,
  pointer: number,
  count: number,
): Subscriptions {
  const size = count * SUBSCRIPTION_SIZE;
  // The memory's own check is of 32-bit lengths; this one may be longer.
  const bytes = size > 0xffffffff ? undefined : memory.bytes(pointer, size);
  return bytes && new DataView(bytes.slice().buffer);
}

/** `[fd_read 3, clock MONOTONIC +1.5s]` */
export function showSubscriptions(taken: Subscriptions, pointer: number): string {
  if (taken === undefined) return badPointer(pointer);
  return list(taken, SUBSCRIPTION_SIZE, (at) => {
    const tag = taken.getUint8(at + 8);
    const fd = taken.getUint32(at + 16, true);
    if (tag !== CLOCK) return `${TYPES[tag] ?? `tag ${tag}`} ${fd}`;
    const absolute = (taken.getUint16(at + 40, true) & 1) !== 0;
    const time = showDuration(taken.getBigUint64(at + 24, true));
    return `clock ${showEnumeration('clock', fd)} ${absolute ? 'at ' : '+'}${time}`;
  });
}

/**
 * `[fd_read 5 12 bytes hangup, clock]`
 *
 * An event has no fd: it is that of the subscription with the same type and userdata. Where two have
 * both in common it is the first, which may be the wrong one; well-made guests have no such two.
 */
export function showEvents(
  memory: GuestMemory,
  pointer: number,
  count: number,
  taken: Subscriptions,
): string {
  const size = count * EVENT_SIZE;
  const events = size > 0xffffffff ? undefined : memory.view(pointer, size);
  if (events === undefined) return badPointer(pointer);
  return list(events, EVENT_SIZE, (at) => {
    const userdata = events.getBigUint64(at, true);
    const error = events.getUint16(at + 8, true);
    const type = events.getUint8(at + 10);
    const parts = [TYPES[type] ?? `type ${type}`];
    if (type !== CLOCK) parts.push(fdOf(taken, type, userdata));
    if (error !== 0) parts.push(errnoName(error));
    if (TYPES[type] === 'fd_read' && error === 0) {
      parts.push(`${events.getBigUint64(at + 16, true)} bytes`);
    }
    if (type !== CLOCK && (events.getUint16(at + 24, true) & 1) !== 0) parts.push('hangup');
    return parts.join(' ');
  });
}

function fdOf(taken: Subscriptions, type: number, userdata: bigint): string {
  for (let at = 0; taken !== undefined && at < taken.byteLength; at += SUBSCRIPTION_SIZE) {
    if (taken.getUint8(at + 8) === type && taken.getBigUint64(at, true) === userdata) {
      return String(taken.getUint32(at + 16, true));
    }
  }
  return `userdata=0x${userdata.toString(16)}`;
}

function list(records: DataView, size: number, show: (at: number) => string): string {
  const count = records.byteLength / size;
  const shown: string[] = [];
  for (let i = 0; i < Math.min(count, SHOWN); i++) shown.push(show(i * size));
  if (count > SHOWN) shown.push(`… ${count - SHOWN} more`);
  return `[${shown.join(', ')}]`;
}

/** In the largest unit that has a whole part; exact up to 2^53 ns, a hundred days. */
function showDuration(ns: bigint): string {
  const value = Number(ns);
  if (value >= 1e9) return `${value / 1e9}s`;
  if (value >= 1e6) return `${value / 1e6}ms`;
  if (value >= 1e3) return `${value / 1e3}us`;
  return value === 0 ? '0s' : `${value}ns`;
}
