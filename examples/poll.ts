// SPDX-License-Identifier: MIT
// IO model: poll. A table says for each fd what to wait for; after each call the whole table is
// scanned for what happened. No limit on fds, but the work grows with all of them.
// Run: npm run example -- poll
// Listen: 127.0.0.1:6666,backlog=5
// Backend: poll

import {
  accept,
  close,
  Errno,
  firstListener,
  log,
  POLLIN,
  POLLOUT,
  PollFd,
  peerName,
  poll,
  recv,
  send,
  setNonBlocking,
} from 'pollux/assembly';

/** A client's row in the table, with what it was not yet sent. */
class Client extends PollFd {
  readonly peer: string;
  pending: Uint8Array = new Uint8Array(0);
  sent: i32 = 0;

  constructor(fd: i32) {
    super(fd, POLLIN);
    this.peer = peerName(fd);
  }
}

const listener = new PollFd(firstListener(), POLLIN);
const table: PollFd[] = [];
const buffer = new Uint8Array(4096);
let draining = false;

function welcome(): void {
  const fd = accept(listener.fd);
  if (fd >= 0) {
    const client = new Client(fd);
    log(`new connection from ${client.peer}`);
    table.push(client);
  } else if (fd == -Errno.MFILE) {
    listener.events = 0; // until a client leaves
  } else if (fd == -Errno.INVAL) {
    draining = true; // the host lets no more in
    listener.events = 0;
  }
}

/** Answers false when the client is done. Hangups and errors need no look of their own: recv tells. */
function serve(client: Client): bool {
  if (client.events == POLLIN) {
    const count = recv(client.fd, buffer);
    if (count == -Errno.AGAIN) return true;
    if (count <= 0) return false;
    client.pending = buffer.slice(0, count);
    client.sent = 0;
  }
  // As a rule the kernel takes all at once; only else is it worth a wait for POLLOUT.
  const count = send(client.fd, client.pending, client.sent);
  if (count < 0 && count != -Errno.AGAIN) return false;
  if (count > 0) client.sent += count;
  client.events = client.sent < client.pending.length ? POLLOUT : POLLIN;
  return true;
}

setNonBlocking(listener.fd, true);
table.push(listener);
while (!draining || table.length > 1) {
  poll(table);
  for (let row = table.length - 1; row > 0; row--) {
    if (table[row].revents == 0) continue;
    const client = table[row] as Client;
    if (serve(client)) continue;
    log(`closing ${client.peer}`);
    close(client.fd);
    table.splice(row, 1);
    if (!draining) listener.events = POLLIN;
  }
  if (listener.revents != 0) welcome();
}
