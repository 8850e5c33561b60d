// SPDX-License-Identifier: MIT
// IO model: multiplexing, with a mistake. It reads once an event, 64 bytes at most, where edge-triggered asks
// for reading until AGAIN. Level-triggered it is a slow echo; with --trigger edge the rest of a longer
// message stays where it is until more comes.
// Run: npm run example -- read-once
// Listen: 127.0.0.1:6666,backlog=511
// Backend: auto

import {
  accept,
  close,
  Errno,
  firstListener,
  NONE,
  READ,
  recv,
  Selector,
  send,
  setNonBlocking,
} from 'pollux/assembly';

/** No data is kept with a client. */
class Nothing {}

const listener = firstListener();
const selector = new Selector<Nothing>();
const buffer = new Uint8Array(64);

/** All that wait: of the listener too an edge is told once. */
function welcome(): void {
  let fd = accept(listener);
  for (; fd >= 0; fd = accept(listener)) selector.register(fd, READ, new Nothing());
  if (fd == -Errno.MFILE) selector.modify(listener, NONE); // until a client leaves
  if (fd == -Errno.INVAL) selector.unregister(listener); // the host drains: no more will come
}

function drop(client: i32): void {
  selector.unregister(client);
  close(client);
  if (selector.has(listener)) selector.modify(listener, READ);
}

/** Reads once, and answers; a client that does not take 64 bytes is dropped. */
function echoOnce(client: i32): void {
  const count = recv(client, buffer);
  if (count == -Errno.AGAIN) return;
  if (count <= 0 || send(client, buffer.subarray(0, count)) != count) drop(client);
}

setNonBlocking(listener, true);
selector.register(listener, READ, new Nothing());
while (selector.size > 0) {
  selector.select();
  while (selector.next()) {
    if (selector.fd == listener) welcome();
    else echoOnce(selector.fd);
  }
}
