// SPDX-License-Identifier: MIT
// What one would use otherwise: an echo server on node:net, written for speed. No pipe() (slower here),
// Nagle off as in all the other servers, and backpressure kept. Prints where it listens.

import { type AddressInfo, createServer } from 'node:net';

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (data) => {
    if (!socket.write(data)) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 511 }, () => {
  console.log(`listening on 127.0.0.1:${(server.address() as AddressInfo).port}`);
});
