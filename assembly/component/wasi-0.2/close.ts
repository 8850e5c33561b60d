// SPDX-License-Identifier: MIT
// What happens to a descriptor that the guest has closed, and to all of them at its end.

import { Descriptor, Kind } from '../descriptor';
import { closeFile } from '../files/open';
import { hangUp } from './dial';
import { flushAll, release, releaseWhenSent } from './lingering';

/** Ends a descriptor, which has no number any more. */
export function close(d: Descriptor): void {
  if (d.kind >= Kind.FILE) {
    closeFile(d);
  } else if (d.kind == Kind.CONNECTION) {
    hangUp(d);
    releaseWhenSent(d);
  } else {
    release(d);
  }
}

/** The guest has ended: waits until what it wrote has gone out, for so many ns at the most. */
export function finish(limit: u64): void {
  flushAll(limit);
}
