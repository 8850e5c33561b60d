// SPDX-License-Identifier: MIT
// The peer that Bun brings: an echo server on Bun.listen. What a write does not take is kept and
// sent on drain; meanwhile the socket is not read.

const server = Bun.listen({
  hostname: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  socket: {
    open(socket) {
      socket.setNoDelay(true);
    },
    data(socket, data) {
      const sent = socket.write(data);
      if (sent < 0 || sent === data.length) return;
      // The buffer is the runtime's own after this call, so the rest is copied.
      socket.data = data.slice(sent);
      socket.pause();
    },
    drain(socket) {
      if (!socket.data) return;
      const sent = Math.max(socket.write(socket.data), 0);
      socket.data = sent < socket.data.length ? socket.data.subarray(sent) : undefined;
      if (!socket.data) socket.resume();
    },
    error() {},
  },
});

console.log(`listening on 127.0.0.1:${server.port}`);
