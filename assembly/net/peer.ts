// SPDX-License-Identifier: MIT
// Who is connected. Preview 1 has no call for it; pollux answers by a link in /dev.

import { preopenedDirectory, readLink } from '../wasi/file';

let looked = false;
let device: i32 = -1;

/**
 * `HOST:PORT` of a connection's peer where the host tells it (`/dev/fd/N` is a link to
 * `tcp:PEER->LOCAL`), else `fd N`. It allocates: for logs, not for each message.
 */
export function peerName(fd: i32): string {
  if (!looked) {
    looked = true;
    device = preopenedDirectory('/dev');
  }
  const link = device >= 0 ? readLink(device, 'fd/' + fd.toString()) : null;
  if (link !== null && link.startsWith('tcp:')) {
    const arrow = link.indexOf('->');
    if (arrow > 4) return link.substring(4, arrow);
  }
  return 'fd ' + fd.toString();
}
