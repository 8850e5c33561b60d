// SPDX-License-Identifier: MIT
// How the tracer shows arguments and results: flags by name, data as excerpts, records in short. All
// of it is the guest's memory, so each read is within bounds, and a bad pointer is shown as one.

import type { GuestMemory } from './memory.ts';
import type { EnumerationKind, FlagsKind } from './preview1.ts';

/** Bytes of data, and of a path, that a line shows. */
const EXCERPT = 32;
const LONGEST_PATH = 256;
/** Buffers of one call that are looked at. */
const MOST_BUFFERS = 1024;

export type Arguments = readonly (number | bigint)[];

/** Names by number. */
const ENUMERATIONS: Readonly<Record<EnumerationKind, readonly string[]>> = {
  clock: ['REALTIME', 'MONOTONIC', 'PROCESS_CPUTIME_ID', 'THREAD_CPUTIME_ID'],
  whence: ['SET', 'CUR', 'END'],
  advice: ['NORMAL', 'SEQUENTIAL', 'RANDOM', 'WILLNEED', 'DONTNEED', 'NOREUSE'],
};

/** Names by bit. */
const FLAGS: Readonly<Record<FlagsKind, readonly string[]>> = {
  fdflags: ['APPEND', 'DSYNC', 'NONBLOCK', 'RSYNC', 'SYNC'],
  fstflags: ['ATIM', 'ATIM_NOW', 'MTIM', 'MTIM_NOW'],
  lookup: ['SYMLINK_FOLLOW'],
  oflags: ['CREAT', 'DIRECTORY', 'EXCL', 'TRUNC'],
  riflags: ['PEEK', 'WAITALL'],
  roflags: ['DATA_TRUNCATED'],
  sdflags: ['RD', 'WR'],
};

const FILETYPES = [
  'unknown',
  'block_device',
  'character_device',
  'directory',
  'regular_file',
  'socket_dgram',
  'socket_stream',
  'symbolic_link',
];

/** An i32 as the u32 that it stands for. */
export function unsigned(value: number | bigint | undefined): number {
  return Number(value ?? 0) >>> 0;
}

export function badPointer(pointer: number): string {
  return `0x${(pointer >>> 0).toString(16)}?`;
}

export function hex(value: number | bigint | undefined): string {
  if (typeof value === 'bigint') return `0x${BigInt.asUintN(64, value).toString(16)}`;
  return `0x${unsigned(value).toString(16)}`;
}

export function isEnumeration(kind: string): kind is EnumerationKind {
  return kind in ENUMERATIONS;
}

export function isFlags(kind: string): kind is FlagsKind {
  return kind in FLAGS;
}

export function showEnumeration(kind: EnumerationKind, value: number): string {
  return ENUMERATIONS[kind][value] ?? String(value);
}

/** `NONBLOCK|SYNC`; 0 for none; bits that have no name in hexadecimal. */
export function showFlags(kind: FlagsKind, value: number): string {
  const names = FLAGS[kind];
  const shown = names.filter((_, bit) => ((value >>> bit) & 1) === 1);
  const rest = (value >>> names.length) << names.length;
  if (rest !== 0) shown.push(hex(rest));
  return shown.length === 0 ? '0' : shown.join('|');
}

/** A number that the call wrote. */
export function showNumber(memory: GuestMemory, pointer: number, bytes: 4 | 8): string {
  const view = memory.view(pointer, bytes);
  if (view === undefined) return badPointer(pointer);
  return String(bytes === 4 ? view.getUint32(0, true) : view.getBigUint64(0, true));
}

export function showText(memory: GuestMemory, pointer: number, length: number): string {
  // All of it must be in bounds, or the call itself fails with FAULT.
  if (memory.bytes(pointer, length) === undefined) return badPointer(pointer);
  const text = JSON.stringify(memory.text(pointer, Math.min(length, LONGEST_PATH)));
  // JSON leaves these as they are, and a terminal takes some for the start of a command.
  const shown = text.replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  return length > LONGEST_PATH ? `${shown}… (${length} bytes)` : shown;
}

/** The sizes of buffers that the call may fill: `[1024]`. */
export function showRooms(memory: GuestMemory, iovs: number, count: number): string {
  const view = memory.view(iovs, Math.min(count, 8) * 8);
  if (view === undefined) return badPointer(iovs);
  const rooms: string[] = [];
  for (let at = 0; at < view.byteLength; at += 8) rooms.push(`${view.getUint32(at + 4, true)}`);
  if (count > 8) rooms.push(`… ${count - 8} more`);
  return `[${rooms.join(', ')}]`;
}

/** An excerpt of what the buffers at `iovs` hold, at most `limit` bytes, and how many there are. */
export function showData(
  memory: GuestMemory,
  iovs: number,
  count: number,
  limit = Number.POSITIVE_INFINITY,
): string {
  const view = memory.view(iovs, Math.min(count, MOST_BUFFERS) * 8);
  if (view === undefined) return badPointer(iovs);
  let total = 0;
  let text = '';
  for (let at = 0; at < view.byteLength; at += 8) {
    const pointer = view.getUint32(at, true);
    const length = Math.min(view.getUint32(at + 4, true), limit - total);
    const bytes = memory.bytes(pointer, Math.min(length, Math.max(EXCERPT - total, 0)));
    if (bytes === undefined) return badPointer(pointer);
    text += String.fromCharCode(...bytes);
    total += length;
  }
  const more = count > MOST_BUFFERS && total < limit ? 'more than ' : '';
  return `${quote(text)}${total > EXCERPT ? `… (${more}${total} bytes)` : ''}`;
}

/** Printable ASCII as it is, the rest as escapes. */
function quote(text: string): string {
  const escaped = text.replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }[character];
    return known ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}

/** What fd_fdstat_get wrote: `socket_stream NONBLOCK`. */
export function showFdstat(memory: GuestMemory, pointer: number): string {
  const view = memory.view(pointer, 24);
  if (view === undefined) return badPointer(pointer);
  const flags = view.getUint16(2, true);
  return `${filetype(view.getUint8(0))}${flags === 0 ? '' : ` ${showFlags('fdflags', flags)}`}`;
}

/** What fd_filestat_get wrote: `regular_file 120 bytes`. */
export function showFilestat(memory: GuestMemory, pointer: number): string {
  const view = memory.view(pointer, 64);
  if (view === undefined) return badPointer(pointer);
  return `${filetype(view.getUint8(16))} ${view.getBigUint64(32, true)} bytes`;
}

/** What fd_prestat_get wrote: a directory and the length of its name, or another tag. */
export function showPrestat(memory: GuestMemory, pointer: number): string {
  const view = memory.view(pointer, 8);
  if (view === undefined) return badPointer(pointer);
  const tag = view.getUint8(0);
  return tag === 0 ? `dir, name of ${view.getUint32(4, true)} bytes` : `tag ${tag}`;
}

function filetype(value: number): string {
  return FILETYPES[value] ?? `filetype ${value}`;
}
