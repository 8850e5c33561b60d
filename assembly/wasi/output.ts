// SPDX-License-Identifier: MIT
// Text and bytes to stdout, stderr and files, whole: partial writes go on, a full pipe is waited for.
// Not for connections: those queue (net/connection.ts) instead of waiting.

import { Errno } from './errno';
import { EVENT_FD_WRITE, EVENT_SIZE, Iovec, SUBSCRIPTION_SIZE, Subscription } from './records';
import { fd_write, poll_oneoff } from './wasi_snapshot_preview1';

const STDOUT: i32 = 1;
const STDERR: i32 = 2;

const iovec = changetype<Iovec>(memory.data(8, 8));
const result = memory.data(4, 4);
const subscription = changetype<Subscription>(memory.data(48, 8));
const event = memory.data(32, 8);

if (SUBSCRIPTION_SIZE != 48 || EVENT_SIZE != 32) ERROR('the records above have these sizes');

/** Writes `text` and a newline to stdout. Errors (a closed pipe) are ignored, as a log's are. */
export function log(text: string): void {
  writeText(STDOUT, `${text}\n`);
}

/** Writes `text` and a newline to stderr. Errors are ignored. */
export function logError(text: string): void {
  writeText(STDERR, `${text}\n`);
}

/** Writes `text` as UTF-8 to `fd`, all of it; answers SUCCESS or the errno that ended it. */
export function writeText(fd: i32, text: string): i32 {
  const bytes = String.UTF8.encode(text);
  return writeAll(fd, changetype<usize>(bytes), bytes.byteLength);
}

/** Writes `length` bytes at `pointer` to `fd`, all of them; answers SUCCESS or the errno that ended it. */
export function writeAll(fd: i32, pointer: usize, length: i32): i32 {
  while (length > 0) {
    iovec.pointer = pointer;
    iovec.length = length;
    const errno = fd_write(fd, changetype<usize>(iovec), 1, result);
    if (errno == Errno.SUCCESS) {
      const count = load<i32>(result);
      pointer += count;
      length -= count;
    } else if (errno == Errno.AGAIN) {
      waitForRoom(fd);
    } else if (errno != Errno.INTR) {
      return errno;
    }
  }
  return Errno.SUCCESS;
}

/** Any answer but a wait leads to the next write, which tells what is the matter. */
function waitForRoom(fd: i32): void {
  subscription.tag = EVENT_FD_WRITE;
  subscription.fd = fd;
  poll_oneoff(changetype<usize>(subscription), event, 1, result);
}
