// SPDX-License-Identifier: MIT
// IO model: select, with a queue of messages for each connection. Interest in writing exists only
// while the queue holds something, and each writable event sends one message.
// Run: npm run example -- select-queue
// Listen: 127.0.0.1:6666,backlog=5
// Backend: select

import {
  accept,
  close,
  Errno,
  firstListener,
  log,
  NONE,
  peerName,
  quote,
  READ,
  recv,
  Selector,
  send,
  setNonBlocking,
  WRITE,
} from 'pollux/assembly';

class Client {
  readonly peer: string;
  readonly queue: Array<Uint8Array> = [] as Uint8Array[];
  /** Bytes that a partial send took of the first message. */
  sent: i32 = 0;
  /** The client sends no more. */
  ended: bool = false;

  constructor(readonly fd: i32) {
    this.peer = peerName(fd);
  }
}

const listener = firstListener();
const selector = new Selector<Client>();
const buffer = new Uint8Array(1024);

function welcome(): void {
  const fd = accept(listener);
  if (fd >= 0) {
    const client = new Client(fd);
    log(`new connection from ${client.peer}`);
    selector.register(fd, READ, client);
  } else if (fd == -Errno.MFILE) {
    selector.modify(listener, NONE); // until a client leaves: asking again and again gives no room
  } else if (fd == -Errno.INVAL) {
    selector.unregister(listener); // the host drains: no more will come
  }
}

/** Removes the interest, closes the socket and drops the queue. */
function drop(client: Client): void {
  selector.unregister(client.fd);
  close(client.fd);
  if (selector.has(listener)) selector.modify(listener, READ);
}

function read(client: Client): void {
  const count = recv(client.fd, buffer);
  if (count > 0) {
    const message = buffer.slice(0, count);
    log(`received ${quote(message)} from ${client.peer}`);
    client.queue.push(message);
    selector.modify(client.fd, READ | WRITE);
  } else if (count == 0) {
    log(`closing ${client.peer} after reading no data`);
    // A client may end its side and still read. To close with messages queued would lose them, and
    // to keep asking for readability would never wait again: an ended socket stays readable.
    client.ended = true;
    if (client.queue.length > 0) selector.modify(client.fd, WRITE);
    else drop(client);
  } else if (count != -Errno.AGAIN) {
    log(`handling exceptional condition for ${client.peer}`);
    drop(client);
  }
}

function write(client: Client): void {
  const message = client.queue[0];
  if (client.sent == 0) log(`sending ${quote(message)} to ${client.peer}`);
  const count = send(client.fd, message, client.sent);
  if (count == -Errno.AGAIN) return;
  if (count < 0) {
    log(`handling exceptional condition for ${client.peer}`);
    drop(client);
    return;
  }
  client.sent += count;
  if (client.sent < message.length) return; // the rest goes with the next event
  client.sent = 0;
  client.queue.shift();
  if (client.queue.length > 0) return;
  log(`output queue for ${client.peer} is empty`);
  if (client.ended) drop(client);
  else selector.modify(client.fd, READ);
}

setNonBlocking(listener, true);
selector.register(listener, READ, new Client(listener));
while (selector.size > 0) {
  selector.select();
  while (selector.next()) {
    if (selector.fd == listener) welcome();
    else if (selector.readiness == READ) read(selector.data);
    else write(selector.data);
  }
}
