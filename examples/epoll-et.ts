// SPDX-License-Identifier: MIT
// IO model: epoll as edge-triggered programs use it. A readable client is read until AGAIN, 10 bytes
// at a time; then it waits to be writable, is sent all of it, and waits to be readable again.
// Run: npm run example -- epoll-et
// Listen: :2003,backlog=10
// Backend: epoll
// Dir: build/log::/log

import {
  accept,
  close,
  Errno,
  errnoName,
  firstListener,
  formatTime,
  logError,
  NONE,
  openForAppend,
  peerName,
  quote,
  READ,
  recv,
  Selector,
  send,
  setNonBlocking,
  WRITE,
  wallClock,
  writeText,
} from 'pollux/assembly';

class Client {
  readonly peer: string;
  /** What was received, up to `length`, and is sent up to `sent`. */
  data: Uint8Array = new Uint8Array(64);
  length: i32 = 0;
  sent: i32 = 0;
  ended: bool = false;

  constructor(readonly fd: i32) {
    this.peer = peerName(fd);
  }

  append(bytes: Uint8Array, count: i32): void {
    if (this.length + count > this.data.length) {
      const larger = new Uint8Array(2 * this.data.length);
      larger.set(this.data);
      this.data = larger;
    }
    memory.copy(this.data.dataStart + this.length, bytes.dataStart, count);
    this.length += count;
  }
}

/** One client is read up to here in one go, or a fast sender would keep the others waiting. */
const LIMIT = 1 << 20;

const logFile = openForAppend('network-server.log');
const listener = firstListener();
const selector = new Selector<Client>();
const buffer = new Uint8Array(10);

function write(level: string, message: string): void {
  const line = `${formatTime(wallClock())} - network-server - ${level} - ${message}`;
  writeText(logFile, `${line}\n`);
  if (level == 'ERROR') logError(line);
}

/** All that wait, as an edge is told once. */
function welcome(): void {
  let fd = accept(listener);
  for (; fd >= 0; fd = accept(listener)) {
    const client = new Client(fd);
    write('DEBUG', `accept connection from ${client.peer}`);
    selector.register(fd, READ, client);
  }
  if (fd == -Errno.MFILE) selector.modify(listener, NONE); // until a client leaves
  if (fd == -Errno.INVAL) selector.unregister(listener); // the host drains: no more will come
}

function drop(client: Client, errno: i32): void {
  if (errno != 0) write('ERROR', `${client.peer}: ${errnoName(errno)}`);
  write('DEBUG', `closed ${client.peer}`);
  selector.unregister(client.fd);
  close(client.fd);
  if (selector.has(listener)) selector.modify(listener, READ);
}

/** A loop that stops at AGAIN alone never ends when the FIN follows the data: recv then answers 0 for ever. */
function receive(client: Client): void {
  let count = 0;
  while (client.length < LIMIT && (count = recv(client.fd, buffer)) > 0) {
    client.append(buffer, count);
  }
  if (count < 0 && count != -Errno.AGAIN) {
    drop(client, -count);
    return;
  }
  client.ended = count == 0;
  if (client.length > 0) {
    write('DEBUG', `receive ${quote(client.data.subarray(0, client.length))} from ${client.peer}`);
    selector.modify(client.fd, WRITE);
  } else if (client.ended) {
    drop(client, 0);
  }
}

function answer(client: Client): void {
  while (client.sent < client.length) {
    const count = send(client.fd, client.data.subarray(0, client.length), client.sent);
    if (count == -Errno.AGAIN) return; // the next event goes on from here
    if (count < 0) {
      drop(client, -count);
      return;
    }
    client.sent += count;
  }
  client.sent = 0;
  client.length = 0;
  if (client.ended) drop(client, 0);
  else selector.modify(client.fd, READ);
}

setNonBlocking(listener, true);
selector.register(listener, READ, new Client(listener));
while (selector.size > 0) {
  selector.select();
  while (selector.next()) {
    if (selector.fd == listener) welcome();
    else if (selector.readiness == READ) receive(selector.data);
    else answer(selector.data);
  }
}
