// SPDX-License-Identifier: MIT
// Accepts connections of a listener.

import { Descriptor, Kind } from '../descriptor';
import { ANSWER } from '../memory';
import { Errno, FdFlags } from '../preview1';
import { create } from '../table';
import * as poll from '../wasi/poll';
import * as sockets from '../wasi/sockets';
import { spend } from './budget';
import { errnoOfSocket, UNKNOWN, WOULD_BLOCK } from './errors';
import { lookAfterOne } from './lingering';
import { inputPollableOf } from './pollables';
import { now } from './recent';

/** Why `accept` has answered null. */
export let acceptError: i32 = 0;

/** The next connection, without a number; null, and `acceptError` says why: AGAIN where the listener does not block. */
export function accept(d: Descriptor): Descriptor | null {
  lookAfterOne();
  for (;;) {
    spend(1);
    sockets.accept(d.handle, ANSWER);
    if (load<u8>(ANSWER) == 0) break;
    const code = load<u8>(ANSWER, 4);
    // What has no code of its own is that there are no more descriptors.
    acceptError = code == UNKNOWN ? Errno.MFILE : errnoOfSocket(code);
    if (code != WOULD_BLOCK || (d.flags & FdFlags.NONBLOCK) != 0) return null;
    poll.block(inputPollableOf(d));
  }
  const made = create(Kind.CONNECTION);
  made.handle = load<i32>(ANSWER, 4);
  made.input = load<i32>(ANSWER, 8);
  made.output = load<i32>(ANSWER, 12);
  made.activeAt = now;
  return made;
}
