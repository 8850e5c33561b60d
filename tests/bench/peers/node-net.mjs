// SPDX-License-Identifier: MIT
// The peer that Node brings: an echo server on node:net, written for speed. No pipe() (slower here),
// Nagle off as in all the other servers, and backpressure kept.

import { createServer } from 'node:net';

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (data) => {
    if (!socket.write(data)) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('error', () => socket.destroy());
});

server.listen({ host: '127.0.0.1', port: Number(process.argv[2] ?? 0), backlog: 511 }, () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
