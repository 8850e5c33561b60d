// SPDX-License-Identifier: MIT
// `fill BYTES THEN [STATUS]`: gives a client so many bytes, or as many as the host takes while the client does not read, and says
// on stdout how many that were. THEN: `close` closes the connection and serves the next; `exit` ends by proc_exit,
// `return` by the end of the program, both with the connection open. Byte N of a connection is N modulo 251.

import {
  accept,
  args,
  close,
  Errno,
  errnoName,
  fatal,
  firstListener,
  log,
  POLLIN,
  POLLOUT,
  PollFd,
  poll,
  proc_exit,
  send,
} from 'pollux/assembly';

/** So long without room, and the client counts as one that does not read. */
const PATIENCE_MS = 50;
/** More than one cycle of the pattern, so that from each of its bytes on there is a whole one. */
const CYCLE = 251;
const data = new Uint8Array(CYCLE * 261);
for (let i = 0; i < data.length; i++) data[i] = <u8>(i % CYCLE);

const words = args();
const most = <i32>parseInt(words[1]);
const then = words[2];

function fill(client: i32): void {
  const room = [new PollFd(client, POLLOUT)];
  let sent = 0;
  while (sent < most) {
    const from = sent % CYCLE;
    const piece = data.subarray(from, min(data.length, from + most - sent));
    const count = send(client, piece);
    if (count >= 0) sent += count;
    else if (count != -Errno.AGAIN) fatal(`send failed: ${errnoName(-count)}`);
    else if (poll(room, PATIENCE_MS) == 0) break;
  }
  log(sent.toString());
}

const listener = firstListener();
const waiting = [new PollFd(listener, POLLIN)];
while (true) {
  poll(waiting);
  const client = accept(listener);
  if (client < 0) continue;
  fill(client);
  if (then == 'exit') proc_exit(<u32>parseInt(words[3]));
  if (then == 'return') break;
  close(client);
}
