// SPDX-License-Identifier: MIT
// IO model: select, with one interest at a time. A readable client's data is queued, and it is
// asked whether it is writable; once it is, one message is sent, and that interest is dropped.
// Run: npm run example -- select-one-shot
// Listen: 127.0.0.1:8080,backlog=1000
// Backend: select

import {
  accept,
  close,
  Errno,
  firstListener,
  log,
  NONE,
  peerName,
  READ,
  recv,
  Selector,
  send,
  setNonBlocking,
  WRITE,
} from 'pollux/assembly';

class Client {
  readonly peer: string;
  /** The one message between a readable and a writable event. */
  message: Uint8Array = new Uint8Array(0);
  sent: i32 = 0;

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
    selector.modify(listener, NONE); // until a client leaves
  } else if (fd == -Errno.INVAL) {
    selector.unregister(listener); // the host drains: no more will come
  }
}

function drop(client: Client): void {
  log(`closing ${client.peer}`);
  selector.unregister(client.fd);
  close(client.fd);
  if (selector.has(listener)) selector.modify(listener, READ);
}

/** With the interest in reading kept, a second message could be queued here that no event sends. */
function read(client: Client): void {
  const count = recv(client.fd, buffer);
  if (count == -Errno.AGAIN) return;
  if (count <= 0) {
    drop(client);
    return;
  }
  client.message = buffer.slice(0, count);
  client.sent = 0;
  selector.modify(client.fd, WRITE);
}

/** send may take a part of the message, or none: then the interest stays for the rest. */
function write(client: Client): void {
  const count = send(client.fd, client.message, client.sent);
  if (count == -Errno.AGAIN) return;
  if (count < 0) {
    drop(client);
    return;
  }
  client.sent += count;
  if (client.sent == client.message.length) selector.modify(client.fd, READ);
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
