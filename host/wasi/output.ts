// SPDX-License-Identifier: MIT
// Standard output and error of a guest that go to a function in place of the process's own.

import type { BaseWasi, WasiFunction } from './base.ts';
import { Errno } from './errno.ts';
import { GuestMemory } from './memory.ts';

/** Gets what a guest writes to 1 (standard output) or 2 (standard error); the bytes are the receiver's. */
export type OutputSink = (fd: 1 | 2, bytes: Uint8Array) => void;

const IOVEC_SIZE = 8;
const FDSTAT_SIZE = 24;
const FILESTAT_SIZE = 64;
/** Taken by one call; the buffers of a hostile guest may all be the same 4 GiB. A guest writes the rest again. */
const MOST = 1 << 20;
/** fd_write, fd_filestat_get and poll_fd_readwrite of the witx. */
const RIGHTS = (1n << 6n) | (1n << 21n) | (1n << 27n);

/** What a sink, which has no position, no size and nothing to read, answers; the rest is NOTCAPABLE. */
const ANSWERS: Readonly<Record<string, number>> = {
  fd_advise: Errno.SPIPE,
  fd_close: Errno.SUCCESS,
  fd_datasync: Errno.INVAL,
  fd_fdstat_set_flags: Errno.SUCCESS,
  fd_fdstat_set_rights: Errno.SUCCESS,
  fd_pread: Errno.SPIPE,
  fd_pwrite: Errno.SPIPE,
  fd_read: Errno.BADF,
  fd_seek: Errno.SPIPE,
  fd_sync: Errno.INVAL,
  fd_tell: Errno.SPIPE,
};

/** The base, with 1 and 2 served by `sink`. All that is written is taken at once. */
export function withOutput(base: BaseWasi, sink: OutputSink): BaseWasi {
  const memory = new GuestMemory();
  const own: Record<string, WasiFunction> = {
    fd_write: (fd, iovs, count, written) => {
      const bytes = gather(memory, Number(iovs), Number(count) >>> 0);
      const out = memory.view(Number(written), 4);
      if (bytes === undefined || out === undefined) return Errno.FAULT;
      if (bytes.length > 0) sink(Number(fd) as 1 | 2, bytes);
      out.setUint32(0, bytes.length, true);
      return Errno.SUCCESS;
    },
    fd_fdstat_get: (_fd, pointer) => {
      const stat = memory.view(Number(pointer), FDSTAT_SIZE);
      if (stat === undefined) return Errno.FAULT;
      stat.setBigUint64(0, 0n, true);
      stat.setBigUint64(8, RIGHTS, true);
      stat.setBigUint64(16, 0n, true);
      return Errno.SUCCESS;
    },
    fd_filestat_get: (_fd, pointer) => {
      const stat = memory.bytes(Number(pointer), FILESTAT_SIZE);
      if (stat === undefined) return Errno.FAULT;
      stat.fill(0);
      stat[24] = 1; // links
      return Errno.SUCCESS;
    },
  };
  const functions: Record<string, WasiFunction> = { ...base.functions };
  for (const name of new Set([
    ...Object.keys(functions),
    ...Object.keys(own),
    ...Object.keys(ANSWERS),
  ])) {
    if (!name.startsWith('fd_')) continue;
    const others = base.functions[name];
    const ours = own[name] ?? (() => ANSWERS[name] ?? Errno.NOTCAPABLE);
    functions[name] = (...args) =>
      args[0] === 1 || args[0] === 2 ? ours(...args) : (others?.(...args) ?? Errno.NOSYS);
  }
  return {
    functions,
    stdio: base.stdio,
    attach: (guests) => {
      base.attach(guests);
      memory.attach(guests);
    },
  };
}

/** A copy of what the buffers hold, or of their beginning; undefined where one is not inside the memory. */
function gather(memory: GuestMemory, iovs: number, count: number): Uint8Array | undefined {
  const list = memory.view(iovs, count * IOVEC_SIZE);
  if (list === undefined || !memory.contains(iovs, count * IOVEC_SIZE)) return undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; at < list.byteLength && size < MOST; at += IOVEC_SIZE) {
    const part = memory.bytes(list.getUint32(at, true), list.getUint32(at + 4, true));
    if (part === undefined) return undefined;
    const taken = part.subarray(0, MOST - size);
    parts.push(taken);
    size += taken.length;
  }
  return Uint8Array.from(Buffer.concat(parts, size));
}
