// SPDX-License-Identifier: MIT
// A guest as a server to be measured: `compare-server.js MODULE BACKEND [TRIGGER]`, run by Node, Bun or Deno.
// Prints where it listens, and for each line on standard input its counters as one line of JSON.
//
// The guest has a thread of its own, so that the counters can be asked for without a call from the guest.

import { createInterface } from 'node:readline';
import { Reactor } from '../index.ts';

function complain(_: object, message: string): void {
  console.error(message);
}

/** Ends with the reason as one line: where in this script it came up is nothing to whoever compares. */
function give(error: unknown): never {
  console.error(`error: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`);
  process.exit(1);
}
process.on('uncaughtException', give);
process.on('unhandledRejection', give);

const [module = '', backend = 'auto', trigger = 'level'] = process.argv.slice(2);
const reactor = await Reactor.start({
  module,
  backend,
  trigger: trigger === 'edge' ? 'edge' : 'level',
  mode: 'worker',
  listen: ['127.0.0.1:0,backlog=511'],
  restart: 'never',
  logger: { info: () => {}, warn: complain, error: complain },
});
const [address] = reactor.addresses;
if (address && 'port' in address) console.log(`listening on 127.0.0.1:${address.port}`);
createInterface({ input: process.stdin }).on('line', () => {
  console.log(JSON.stringify(reactor.stats()));
});
// A guest that has ended serves no more: nothing is left to keep this process.
await reactor.ended;
process.stdin.destroy();
