// SPDX-License-Identifier: MIT
// IO model: blocking. accept, recv and send wait in the kernel, so it serves one client at a time;
// the next ones wait in the backlog. Idle, it costs nothing.
// Run: npm run example -- blocking
// Listen: 127.0.0.1:6666,backlog=5
// Backend: auto

import {
  accept,
  close,
  Errno,
  errnoName,
  fatal,
  firstListener,
  log,
  peerName,
  recv,
  send,
  setNonBlocking,
} from 'pollux/assembly';

const listener = firstListener();
const buffer = new Uint8Array(1024);

/** Sends all of `data`, in as many calls as it takes; false where the client is gone. */
function sendAll(client: i32, data: Uint8Array): bool {
  let sent = 0;
  while (sent < data.length) {
    const count = send(client, data, sent);
    if (count < 0) return false;
    sent += count;
  }
  return true;
}

function serve(client: i32): void {
  const peer = peerName(client);
  log(`new connection from ${peer}`);
  while (true) {
    const count = recv(client, buffer);
    if (count <= 0) break; // 0: no more data will come; else the client has reset the connection
    if (!sendAll(client, buffer.subarray(0, count))) break;
  }
  log(`closing ${peer}`);
  close(client);
}

// Listeners start non-blocking, for the servers that wait in poll.
setNonBlocking(listener, false);
while (true) {
  const client = accept(listener, false);
  if (client >= 0) serve(client);
  else if (client == -Errno.INVAL)
    break; // the host drains: no more will come
  else if (client != -Errno.CONNABORTED) fatal(`accept failed: ${errnoName(-client)}`);
}
