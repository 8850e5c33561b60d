// SPDX-License-Identifier: MIT
// IO model: non-blocking, with nothing to wait in. accept, recv and send answer at once, AGAIN when
// there is nothing to do, and the loop asks again: many clients, but a whole core, idle or not.
// Run: npm run example -- nonblocking
// Listen: 127.0.0.1:6666,backlog=5
// Backend: auto

import {
  accept,
  close,
  Errno,
  firstListener,
  log,
  peerName,
  recv,
  send,
  setNonBlocking,
} from 'pollux/assembly';

/** A client, and what it was not yet sent of its last message. */
class Client {
  peer: string;
  pending: Uint8Array | null = null;
  sent: i32 = 0;

  constructor(readonly fd: i32) {
    this.peer = peerName(fd);
  }
}

const listener = firstListener();
const clients: Client[] = [];
const buffer = new Uint8Array(1024);

/** Sends what is pending, else receives; false when the client is done. */
function serve(client: Client): bool {
  const pending = client.pending;
  if (pending === null) {
    const count = recv(client.fd, buffer);
    if (count == -Errno.AGAIN) return true;
    if (count <= 0) return false;
    client.pending = buffer.slice(0, count);
    client.sent = 0;
    return true;
  }
  // A server that takes send's AGAIN for an error would drop every slow reader.
  const count = send(client.fd, pending, client.sent);
  if (count == -Errno.AGAIN) return true;
  if (count < 0) return false;
  client.sent += count;
  if (client.sent == pending.length) client.pending = null;
  return true;
}

setNonBlocking(listener, true);
log('this server polls without waiting: it will use one core until it is stopped');
let accepting = true;
while (accepting || clients.length > 0) {
  const fd = accepting ? accept(listener) : -Errno.AGAIN;
  if (fd >= 0) {
    const client = new Client(fd);
    clients.push(client);
    log(`new connection from ${client.peer}`);
  } else if (fd == -Errno.INVAL) {
    accepting = false; // the host drains: no more will come
  }
  // Backwards, so that taking one out moves none that is still to come.
  for (let i = clients.length - 1; i >= 0; i--) {
    const client = clients[i];
    if (serve(client)) continue;
    log(`closing ${client.peer}`);
    close(client.fd);
    clients.splice(i, 1);
  }
}
