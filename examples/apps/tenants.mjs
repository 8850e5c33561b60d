// SPDX-License-Identifier: MIT
// An app with a guest for each tenant: own port, own memory, own limits. One of them traps, and the
// others do not notice; its next connection is served by a fresh instance.
//
// Run: node examples/apps/tenants.mjs [MODULE]

import { Reactor } from 'pollux';

const module = process.argv[2] ?? new URL('../../build/examples/echo.wasm', import.meta.url);
const tenants = new Map();

for (const name of ['ada', 'bob', 'cyd']) {
  const reactor = await Reactor.start({
    module,
    listen: [`${name}=127.0.0.1:0`],
    env: { TENANT: name },
    limits: { memory: 64 << 20, connections: 100, turnMs: 200 },
    mode: 'worker',
  });
  reactor.on('trap', ({ error }) => console.log(`${name} trapped: ${error.message}`));
  reactor.on('restart', ({ delayMs }) => console.log(`${name} is started again in ${delayMs} ms`));
  reactor.on('log', ({ message }) => console.log(`${name} says: ${message}`));
  console.log(`${name} listens on ${reactor.addresses[0].address}`);
  tenants.set(name, reactor);
}

process.once('SIGTERM', async () => {
  const ends = await Promise.all([...tenants.values()].map((one) => one.drain({ timeout: 2000 })));
  console.log(`drained: ${ends.every(({ complete }) => complete)}`);
});
