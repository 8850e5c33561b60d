// SPDX-License-Identifier: MIT
// What happens to a descriptor that the guest has closed, and to all of them at its end.

import { Descriptor, Dialing, Kind } from '../descriptor';
import { closeFile } from '../files/open';
import { destroy } from '../table';
import * as sockets from '../wasi/sockets';
import { hangUp } from './dial';
import { dropAhead, dropInput } from './input';
import { forget } from './interest';
import { dropOutput } from './output';
import { unlist } from './waiting';

/** Ends a descriptor, which has no number any more. */
export function close(d: Descriptor): void {
  forget(d);
  unlist(d);
  if (d.kind >= Kind.FILE) {
    closeFile(d);
    return;
  }
  if (d.dialing != Dialing.OPEN) hangUp(d);
  dropInput(d);
  dropAhead(d);
  dropOutput(d);
  unlist(d);
  if (d.handle != 0 && d.kind != Kind.INPUT && d.kind != Kind.OUTPUT) sockets.dropSocket(d.handle);
  destroy(d);
}

/**
 * The guest has ended. There is nothing to wait for: what the host has taken of a connection is in its socket, which the
 * system empties, and of a standard stream it has been written.
 */
export function finish(limit: u64): void {}
