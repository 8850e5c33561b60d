// SPDX-License-Identifier: MIT
// The virtual preopened directory /dev: `fd/N` in it is a link to the two ends of connection N, as
// /proc/self/fd is on Linux, `poll` a registered interest set, as on Solaris, and `tcp/NAME` or
// `tcp/HOST/PORT` a new connection, as in bash, to whom the embedder allowed.

import { constants } from 'node:os';

import type { NativeHost } from '../native/addon.ts';
import { type ConnectSpec, connect } from './connect.ts';
import { Errno } from './errno.ts';
import type { GuestMemory } from './memory.ts';

export const DEVICE_NAME = '/dev';

/** oflags of path_open that ask for something new or for a directory. */
const OFLAGS_DIRECTORY = 2;
const OFLAGS_EXCLUSIVE = 4;

/** Opens what `path` names in /dev: the guest's fd, or a WASI errno below zero. */
export function openDevice(
  native: NativeHost,
  peers: readonly ConnectSpec[],
  path: string,
  oflags: number,
  fdflags: number,
  rights: bigint,
): number | Promise<number> {
  const [, device, target] = /^(?:\.\/)*(?:(poll)|tcp\/(.+))$/.exec(path) ?? [];
  if (device === undefined && target === undefined) return -Errno.NOENT;
  if (oflags & OFLAGS_DIRECTORY) return -Errno.NOTDIR;
  if (oflags & OFLAGS_EXCLUSIVE) return -Errno.EXIST;
  if (target !== undefined) return connect(native, peers, target, fdflags, rights);
  const fd = native.openPollSet(fdflags);
  if (fd >= 0) return fd;
  const { EBUSY, ENOMEM } = constants.errno;
  return fd === -EBUSY ? -Errno.BUSY : fd === -ENOMEM ? -Errno.NOMEM : -Errno.MFILE;
}

/** fd_prestat_get and fd_prestat_dir_name of /dev are in descriptors.ts; this is path_readlink. */
export function readDeviceLink(
  native: NativeHost,
  memory: GuestMemory,
  path: string,
  buffer: number,
  bufferLength: number,
  used: number,
): number {
  const match = /^\.?\/?fd\/(\d{1,10})$/.exec(path);
  if (match === null) return Errno.NOENT;
  const link = native.describe(Number(match[1]));
  if (link === undefined) return Errno.NOENT;
  const bytes = new TextEncoder().encode(link);
  // As readlink(2): what does not fit is cut off.
  const length = Math.min(bytes.length, bufferLength >>> 0);
  const target = memory.bytes(buffer, length);
  const count = memory.view(used, 4);
  if (target === undefined || count === undefined) return Errno.FAULT;
  target.set(bytes.subarray(0, length));
  count.setUint32(0, length, true);
  return Errno.SUCCESS;
}
