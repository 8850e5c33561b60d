// SPDX-License-Identifier: MIT
// Outbound connections. Preview 1 has no connect: a host of ours opens `tcp/NAME` in the preopened
// directory /dev, for the names that whoever runs the guest has allowed.

import { deviceDirectory, NO_DEVICE } from '../wasi/device';
import { Errno } from '../wasi/errno';
import { FD_NONBLOCK, RIGHT_FD_READ, RIGHT_FD_WRITE } from '../wasi/records';
import { path_open } from '../wasi/wasi_snapshot_preview1';

const openedFd = memory.data(4, 4);

/**
 * Begins to connect to `name`, given to the host by `--connect NAME=HOST:PORT`; or to `HOST/PORT`, given
 * by `--connect HOST:PORT`. Answers the fd, non-blocking: it is writable once it is connected, and tells
 * at its first use why it is not (-CONNREFUSED, -HOSTUNREACH, -TIMEDOUT).
 *
 * -NOENT: there is no such name, or the host has no outbound connections. -NOTCAPABLE: that address is
 * not allowed. -MFILE, -NFILE, -NOMEM: no room.
 */
export function connect(name: string): i32 {
  const device = deviceDirectory();
  if (device == NO_DEVICE) return -Errno.NOENT;
  const path = String.UTF8.encode(`tcp/${name}`);
  const errno = path_open(
    device,
    0,
    changetype<usize>(path),
    path.byteLength,
    0,
    RIGHT_FD_READ | RIGHT_FD_WRITE,
    0,
    FD_NONBLOCK,
    openedFd,
  );
  return errno == Errno.SUCCESS ? load<i32>(openedFd) : -errno;
}
