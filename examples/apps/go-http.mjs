// SPDX-License-Identifier: MIT
// A web server in Go, unmodified, inside the event loop of a Node app (Node 24 or later, Bun, Deno):
// where Go's runtime waits, its stack is suspended, and the app goes on.
//
// Run: node examples/apps/go-http.mjs SERVER.wasm   (GOOS=wasip1 GOARCH=wasm go build -o SERVER.wasm)

import { Reactor } from 'pollux';

const go = await Reactor.start({
  module: process.argv[2],
  listen: ['127.0.0.1:0'],
  dirs: process.argv.slice(3),
  mode: 'jspi',
});
console.log(`go on ${go.addresses[0].address}, in mode ${go.mode}`);

let ticks = 0;
const timer = setInterval(() => ticks++, 1);

process.once('SIGTERM', async () => {
  clearInterval(timer);
  const { complete } = await go.drain({ timeout: 2000 });
  console.log(`drained: ${complete}; the app's own timer ran ${ticks > 0}`);
});
