// SPDX-License-Identifier: MIT
// The tracer's view of poll_oneoff: subscriptions before the call, events after it.

import { errnoName } from './errno.ts';
import type { GuestMemory } from './memory.ts';

/** Records that a line shows; the rest are counted. */
const SHOWN = 16;
const TYPES = ['clock', 'read', 'write'];
const CLOCKS = ['realtime', 'monotonic', 'process_cputime', 'thread_cputime'];

function list(
  memory: GuestMemory,
  pointer: number,
  count: number,
  size: number,
  show: (record: DataView) => string,
): string {
  const shown: string[] = [];
  for (let i = 0; i < Math.min(count, SHOWN); i++) {
    const record = memory.view(pointer + i * size, size);
    if (record === undefined) return `0x${pointer.toString(16)}?`;
    shown.push(show(record));
  }
  if (count > SHOWN) shown.push(`… ${count - SHOWN} more`);
  return `[${shown.join(', ')}]`;
}

/** `[read 3, clock monotonic +1.5s]` */
export function showSubscriptions(memory: GuestMemory, pointer: number, count: number): string {
  return list(memory, pointer, count, 48, (record) => {
    const tag = record.getUint8(8);
    if (tag !== 0) return `${TYPES[tag] ?? `tag ${tag}`} ${record.getUint32(16, true)}`;
    const clock = record.getUint32(16, true);
    const seconds = Number(record.getBigUint64(24, true)) / 1e9;
    const absolute = (record.getUint16(40, true) & 1) !== 0;
    return `clock ${CLOCKS[clock] ?? clock} ${absolute ? 'at ' : '+'}${seconds}s`;
  });
}

/** `[read 5 12 bytes hangup, clock]`: an event names no fd, so its userdata stands for it. */
export function showEvents(memory: GuestMemory, pointer: number, count: number): string {
  return list(memory, pointer, count, 32, (record) => {
    const error = record.getUint16(8, true);
    const type = record.getUint8(10);
    const userdata = `userdata=0x${record.getBigUint64(0, true).toString(16)}`;
    const parts = [TYPES[type] ?? `type ${type}`, userdata];
    if (type === 1) parts.push(`${record.getBigUint64(16, true)} bytes`);
    if (type !== 0 && (record.getUint16(24, true) & 1) !== 0) parts.push('hangup');
    if (error !== 0) parts.push(errnoName(error));
    return parts.join(' ');
  });
}
