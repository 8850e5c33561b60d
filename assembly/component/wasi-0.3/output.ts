// SPDX-License-Identifier: MIT
// What goes out. The host takes what the socket takes, and nothing more, so that a write is either there or not begun.

import { roomOf } from '../buffers';
import { Descriptor, Kind } from '../descriptor';
import * as guest from '../guest';
import { ANSWER, isInGuest } from '../memory';
import { Errno, FdFlags } from '../preview1';
import * as sockets from '../wasi/sockets';
import * as streams from '../wasi/streams';
import { errnoOfSocket, errnoOfStream } from './errors';
import { STDERR } from './standard';
import { codeOf, join, leave, letHostRun, list, Role } from './waiting';

const LARGEST_WRITE: u32 = 1 << 20;

/** Begins to send. */
function openOutput(d: Descriptor): void {
  const ends = streams.open();
  const readable = <i32>ends;
  d.output = <i32>(ends >>> 32);
  if (d.kind == Kind.CONNECTION) d.outputResult = sockets.send(d.handle, readable);
  else if (d.handle == STDERR) d.outputResult = streams.writeStandardError(readable);
  else d.outputResult = streams.writeStandardOutput(readable);
}

/** Before a call that may wait for the stream alone. */
function leaveOutput(d: Descriptor): void {
  if (d.outputJoined) leave(d.output);
  d.outputJoined = false;
}

/** Gives up to wait for room. */
function cancelWaiting(d: Descriptor): void {
  if (!d.outputPending) return;
  leaveOutput(d);
  if ((streams.cancelWrite(d.output) & 15) == streams.GONE) d.outputGone = true;
  d.outputPending = false;
  list(d);
}

/** Ends to send: behind what was written. */
export function dropOutput(d: Descriptor): void {
  cancelWaiting(d);
  if (d.output != 0) {
    leaveOutput(d);
    streams.dropWritable(d.output);
  }
  if (d.outputResult != 0) {
    if (d.kind == Kind.CONNECTION) sockets.dropResult(d.outputResult);
    else streams.dropStandardResult(d.outputResult);
  }
  d.output = 0;
  d.outputResult = 0;
}

/** Ends to send where that has not begun either: the peer is told that nothing comes. */
export function shutOutput(d: Descriptor): void {
  if (d.output == 0 && !d.outputGone) openOutput(d);
  dropOutput(d);
}

/** Why the host does not take anything any more: PIPE where the peer has closed in good order. */
function noteEnd(d: Descriptor): i32 {
  d.outputGone = true;
  let error: i32 = Errno.PIPE;
  if (d.kind == Kind.CONNECTION) {
    codeOf(sockets.readResult(d.outputResult, ANSWER), d.outputResult);
    if (load<u8>(ANSWER) != 0) error = errnoOfSocket(ANSWER + 4);
  } else {
    codeOf(streams.readStandardResult(d.outputResult, ANSWER), d.outputResult);
    if (load<u8>(ANSWER) != 0) error = errnoOfStream(ANSWER + 1);
  }
  dropOutput(d);
  return error;
}

/** True where nothing can be written any more. */
export function isOutputOver(d: Descriptor): bool {
  return d.outputGone;
}

/** True where a write would not wait: there is room, or an error. Has the host tell when there is, if need be. */
export function hasRoom(d: Descriptor): bool {
  if (!d.isFull || d.writeShut || d.outputGone) return true;
  if (d.outputPending) return false;
  const code = streams.writeAsync(d.output, 0, 0);
  if (code != streams.BLOCKED) {
    d.isFull = false;
    if ((code & 15) == streams.GONE) d.outputGone = true;
    return true;
  }
  d.outputPending = true;
  if (!d.outputJoined) join(d.output, d, Role.OUTPUT);
  d.outputJoined = true;
  return false;
}

/** Before a write: false where it is known that there is no room, and the descriptor does not block. */
function prepareWrite(d: Descriptor, blocks: bool): bool {
  if (d.outputPending && !blocks) letHostRun();
  if (d.outputPending) {
    if (!blocks) return false;
    cancelWaiting(d);
  }
  d.isFull = false;
  if (d.output == 0 && !d.outputGone) openOutput(d);
  return true;
}

/**
 * Writes the buffers of the guest: all of them where it blocks, as the standard streams always do, else as many bytes as
 * there is room for, and AGAIN for none. An error behind bytes that were taken is told by the next call.
 */
export function writeStream(d: Descriptor, iovs: usize, count: i32, nwritten: usize): i32 {
  if (!isInGuest(iovs, (<u64>count) << 3) || !isInGuest(nwritten, 4)) return Errno.FAULT;
  if (d.writeShut) return Errno.PIPE;
  const blocks = (d.flags & FdFlags.NONBLOCK) == 0 || d.kind == Kind.OUTPUT;
  const room = roomOf(iovs, count);
  if (room < 0) return Errno.FAULT;
  if (room > 0 && !prepareWrite(d, blocks)) return Errno.AGAIN;
  let total: u32 = 0;
  let error: i32 = Errno.SUCCESS;
  for (let i = 0; i < count && error == Errno.SUCCESS; i++) {
    let address = <usize>guest.load32(iovs + ((<usize>i) << 3));
    let length = guest.load32(iovs + ((<usize>i) << 3) + 4);
    while (length > 0 && error == Errno.SUCCESS) {
      if (d.outputGone) {
        if (total == 0) error = d.output == 0 ? Errno.PIPE : noteEnd(d);
        break;
      }
      const piece = min<u32>(length, LARGEST_WRITE);
      let code = streams.writeFromGuestAsync(d.output, address, piece);
      if (code == streams.BLOCKED) {
        leaveOutput(d);
        code = blocks ? codeOf(code, d.output) : streams.cancelWrite(d.output);
        d.isFull = code >>> 4 == 0;
      }
      if ((code & 15) == streams.GONE) d.outputGone = true;
      else if (d.isFull) error = Errno.AGAIN;
      total += code >>> 4;
      address += code >>> 4;
      length -= code >>> 4;
    }
    if (d.outputGone && total > 0) break;
  }
  if (total == 0 && error != Errno.SUCCESS) return error;
  guest.store32(nwritten, total);
  return Errno.SUCCESS;
}
