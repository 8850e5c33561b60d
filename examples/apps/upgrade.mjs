// SPDX-License-Identifier: MIT
// An existing web server that hands upgraded connections to a guest: after `Upgrade: chat` the connection
// is the guest's, descriptor and all, and costs this program nothing any more.
//
// Run: node examples/apps/upgrade.mjs

import { createServer } from 'node:http';
import { Reactor } from 'pollux';

const chat = await Reactor.start({
  module: new URL('../../build/examples/chat.wasm', import.meta.url),
  listen: ['chat=internal:'],
  mode: 'worker',
});

const web = createServer((_request, response) => response.end('ask for an Upgrade: chat\n'));

web.on('upgrade', ({ headers }, socket, head) => {
  if (headers.upgrade !== 'chat') {
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    return;
  }
  const answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n';
  // What is written is sent before the connection changes hands.
  socket.write(answer, () => chat.handOff(socket, 'chat', head));
});

web.listen(0, '127.0.0.1', () => console.log(`web on 127.0.0.1:${web.address().port}`));

process.once('SIGTERM', async () => {
  web.close();
  const { complete } = await chat.drain({ timeout: 2000 });
  console.log(`drained: ${complete}`);
});
