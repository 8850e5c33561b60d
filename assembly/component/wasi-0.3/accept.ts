// SPDX-License-Identifier: MIT
// Accepts connections of a listener: those that have come ahead of the guest.

import { Descriptor, Kind } from '../descriptor';
import { Errno } from '../preview1';
import { create } from '../table';
import { prepareRead } from './input';

/** Why `accept` has answered null. */
export let acceptError: i32 = 0;

/** The next connection, without a number; null, and `acceptError` says why: AGAIN where the listener does not block. */
export function accept(d: Descriptor): Descriptor | null {
  acceptError = Errno.AGAIN;
  if (!prepareRead(d)) return null;
  // The host has ended the listener, which then is one no more.
  acceptError = Errno.INVAL;
  if (d.aheadCount == 0) return null;
  const made = create(Kind.CONNECTION);
  made.handle = load<i32>(d.ahead + ((<usize>d.aheadFrom) << 2));
  d.aheadFrom++;
  d.aheadCount--;
  return made;
}
