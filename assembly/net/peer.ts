// SPDX-License-Identifier: MIT
// Who is at the other end. Preview 1 has no getpeername; a host of ours tells it as Linux does in
// /proc/self/fd: `fd/7` in the preopened directory /dev is a link to `tcp:PEER:PORT->LOCAL:PORT`,
// of a Unix socket to `unix:PEER->LOCAL`.

import { deviceDirectory, NO_DEVICE } from '../wasi/device';
import { Errno } from '../wasi/errno';
import { path_readlink } from '../wasi/wasi_snapshot_preview1';

const TCP = 'tcp:';
const UNIX = 'unix:';
const ARROW = '->';
/** Two IPv6 addresses with ports and zones fit. */
const LINK_SIZE: u32 = 256;

const link = memory.data(256, 1);
const used = memory.data(4, 4);

/**
 * The peer of connection `fd` as `127.0.0.1:4711`, `[::1]:4711` or `unix:` and its path, which most clients
 * have not; `fd 7` where the host does not tell.
 */
export function peerName(fd: i32): string {
  const device = deviceDirectory();
  if (device != NO_DEVICE) {
    const path = String.UTF8.encode(`fd/${fd}`);
    const errno = path_readlink(
      device,
      changetype<usize>(path),
      path.byteLength,
      link,
      LINK_SIZE,
      used,
    );
    if (errno == Errno.SUCCESS) {
      const text = String.UTF8.decodeUnsafe(link, load<u32>(used));
      const arrow = text.indexOf(ARROW);
      if (text.startsWith(TCP) && arrow > 0) return text.substring(TCP.length, arrow);
      if (text.startsWith(UNIX) && arrow > 0) return text.substring(0, arrow);
    }
  }
  return `fd ${fd}`;
}
