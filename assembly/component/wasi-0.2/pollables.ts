// SPDX-License-Identifier: MIT
// Pollables of descriptors: each is made once and kept, as making one costs more than asking it.

import { Descriptor, Dialing, Kind } from '../descriptor';
import * as poll from '../wasi/poll';
import * as sockets from '../wasi/sockets';
import * as streams from '../wasi/streams';

/** Ready when a read, an accept, or the next step of dialing has something to do. */
export function inputPollableOf(d: Descriptor): i32 {
  if (d.inputPollable == 0) {
    if (d.dialing == Dialing.RESOLVING) d.inputPollable = sockets.subscribeResolving(d.input);
    else if (d.kind == Kind.LISTENER || d.dialing == Dialing.CONNECTING)
      d.inputPollable = sockets.subscribeSocket(d.handle);
    else d.inputPollable = streams.subscribeInput(d.input);
  }
  return d.inputPollable;
}

/** Ready when a write has room, or when all that was written is on its way. */
export function outputPollableOf(d: Descriptor): i32 {
  if (d.outputPollable == 0) d.outputPollable = streams.subscribeOutput(d.output);
  return d.outputPollable;
}

/** A pollable is a child of what it asks, and has to go first. */
export function dropPollables(d: Descriptor): void {
  if (d.inputPollable != 0) poll.dropPollable(d.inputPollable);
  if (d.outputPollable != 0) poll.dropPollable(d.outputPollable);
  d.inputPollable = 0;
  d.outputPollable = 0;
}
