// SPDX-License-Identifier: MIT
// The virtual preopened directory /dev: `fd/N` in it is a link to the two ends of connection N, as
// /proc/self/fd is on Linux. It holds nothing else and grants nothing.

import type { NativeHost } from '../native/addon.ts';
import { Errno } from './errno.ts';
import type { GuestMemory } from './memory.ts';

export const DEVICE_NAME = '/dev';

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
