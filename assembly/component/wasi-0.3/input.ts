// SPDX-License-Identifier: MIT
// What comes in. A read that finds nothing is left under way, into a block of ours, and its end is what wakes a poll_oneoff:
// the guest's next read empties the block. So a read is never asked for in vain, and costs one call of the host. A
// listener is a stream as well, of connections.

import { Descriptor, Kind } from '../descriptor';
import { ANSWER, give, take } from '../memory';
import { FdFlags } from '../preview1';
import * as sockets from '../wasi/sockets';
import * as streams from '../wasi/streams';
import { errnoOfSocket, errnoOfStream } from './errors';
import { codeOf, join, leave, letHostRun, noteInput, Role, waitForEvent } from './waiting';

export const AHEAD_SIZE: i32 = 2048;
export const FIRST_READ: u32 = 1 << 20;

/** Handles of connections in a listener's block. */
const MOST_ACCEPTED: i32 = 16;

function blockSizeOf(d: Descriptor): usize {
  return d.kind == Kind.LISTENER ? MOST_ACCEPTED << 2 : AHEAD_SIZE;
}

/** Begins to receive. */
export function openInput(d: Descriptor): void {
  if (d.kind == Kind.CONNECTION) sockets.receive(d.handle, ANSWER);
  else streams.readStandardInput(ANSWER);
  d.input = load<i32>(ANSWER);
  d.inputResult = load<i32>(ANSWER, 4);
}

/** Reads into the block, behind what is there. */
function begin(d: Descriptor): void {
  if (d.input == 0) openInput(d);
  if (d.ahead == 0) d.ahead = take(blockSizeOf(d));
  if (d.aheadCount == 0) d.aheadFrom = 0;
  const used = d.aheadFrom + d.aheadCount;
  const code =
    d.kind == Kind.LISTENER
      ? sockets.readAccepted(d.input, d.ahead, MOST_ACCEPTED)
      : streams.readAsync(d.input, d.ahead + used, AHEAD_SIZE - used);
  if (code != streams.BLOCKED) {
    noteInput(d, code);
    return;
  }
  d.inputPending = true;
  if (!d.inputJoined) join(d.input, d, Role.INPUT);
  d.inputJoined = true;
}

/** Before a call that may wait for the stream alone. */
function leaveInput(d: Descriptor): void {
  if (d.inputJoined) leave(d.input);
  d.inputJoined = false;
}

function cancel(d: Descriptor): i32 {
  leaveInput(d);
  return d.kind == Kind.LISTENER ? sockets.cancelAccepting(d.input) : streams.cancelRead(d.input);
}

/** Ends to receive. What was read ahead stays. */
export function dropInput(d: Descriptor): void {
  if (d.inputPending) {
    d.inputPending = false;
    noteInput(d, cancel(d));
  }
  if (d.input != 0) {
    leaveInput(d);
    if (d.kind == Kind.LISTENER) sockets.dropAccepting(d.input);
    else streams.dropReadable(d.input);
  }
  if (d.inputResult != 0) {
    if (d.kind == Kind.CONNECTION) sockets.dropResult(d.inputResult);
    else streams.dropStandardResult(d.inputResult);
  }
  d.input = 0;
  d.inputResult = 0;
}

/** The other side has ended, in good order or by an error, which the next read tells. */
function noteEnd(d: Descriptor): void {
  d.ended = true;
  if (d.kind == Kind.CONNECTION) {
    codeOf(sockets.readResult(d.inputResult, ANSWER), d.inputResult);
    if (load<u8>(ANSWER) != 0) d.error = errnoOfSocket(ANSWER + 4);
  } else if (d.kind == Kind.INPUT) {
    codeOf(streams.readStandardResult(d.inputResult, ANSWER), d.inputResult);
    if (load<u8>(ANSWER) != 0) d.error = errnoOfStream(ANSWER + 1);
  }
  dropInput(d);
}

/** True where a read would not wait: bytes are there, the end or an error. Asks the host if it has not been asked yet. */
export function hasInput(d: Descriptor): bool {
  if (d.aheadCount > 0 || d.ended || d.readShut || d.error != 0) return true;
  if (d.inputPending) return false;
  while (d.aheadCount == 0 && !d.inputGone) {
    begin(d);
    if (d.inputPending) return false;
  }
  if (d.aheadCount == 0) noteEnd(d);
  return true;
}

/** Has the host add to what the guest has been told of, and not read yet. */
export function readMore(d: Descriptor): void {
  if (d.aheadCount == 0 || d.inputPending || d.inputGone || d.readShut) return;
  if (d.aheadFrom + d.aheadCount < AHEAD_SIZE) begin(d);
}

/** Waits until more has come behind what was read ahead, for which there is room, or the end, or something else. */
export function awaitMore(d: Descriptor): void {
  readMore(d);
  if (d.inputPending) waitForEvent();
}

/** Before a read: waits where the descriptor blocks. False: there is nothing to read, and the descriptor does not block. */
export function prepareRead(d: Descriptor): bool {
  // A guest that asks again and again without waiting would keep the host from ever going on.
  const isAskedAgain = d.inputPending;
  if (hasInput(d)) return true;
  if ((d.flags & FdFlags.NONBLOCK) != 0) {
    if (!isAskedAgain) return false;
    letHostRun();
    return hasInput(d);
  }
  do waitForEvent();
  while (!hasInput(d));
  return true;
}

/** What was read ahead has been taken. The block stays for the next read. */
export function emptied(d: Descriptor): void {}

/** Behind a full block: more, into the guest's memory; how many bytes. */
export function readStraight(d: Descriptor, address: usize, length: u32): u32 {
  if (d.inputGone || d.aheadFrom != AHEAD_SIZE) return 0;
  let code = streams.readToGuestAsync(d.input, address, length);
  if (code == streams.BLOCKED) code = cancel(d);
  if ((code & 15) == streams.GONE) d.inputGone = true;
  return code >>> 4;
}

/** Gives up what was read ahead. */
export function dropAhead(d: Descriptor): void {
  if (d.ahead == 0) return;
  if (d.kind == Kind.LISTENER) {
    for (; d.aheadCount > 0; d.aheadCount--, d.aheadFrom++) {
      sockets.dropSocket(load<i32>(d.ahead + ((<usize>d.aheadFrom) << 2)));
    }
  }
  give(d.ahead, blockSizeOf(d));
  d.ahead = 0;
  d.aheadCount = 0;
}
