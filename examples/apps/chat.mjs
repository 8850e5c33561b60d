// SPDX-License-Identifier: MIT
// A chat inside the event loop of a web app: the guest speaks TCP, the app HTTP, on one thread, and
// neither waits for the other.
//
// Run: node examples/apps/chat.mjs

import { createServer } from 'node:http';
import { Reactor } from 'pollux';

const chat = await Reactor.start({
  module: new URL('../../build/examples/chat.reactor.wasm', import.meta.url),
  listen: ['127.0.0.1:0'],
  mode: 'inline',
});
console.log(`chat on ${chat.addresses[0].address}`);

const web = createServer((_request, response) => {
  const { openConnections, bytesRead } = chat.stats();
  response.end(`${openConnections} are here, and ${bytesRead} bytes were said\n`);
});
web.listen(0, '127.0.0.1', () => console.log(`web on 127.0.0.1:${web.address().port}`));

process.once('SIGTERM', async () => {
  await chat.drain({ timeout: 2000 });
  web.close();
  console.log('drained');
});
