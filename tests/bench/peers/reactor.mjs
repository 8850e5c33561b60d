// SPDX-License-Identifier: MIT
// examples/echo in an app, by Reactor.start: `node reactor.mjs MODE MODULE`.

import { Reactor } from '../../../dist/index.js';

const [mode, module] = process.argv.slice(2);
const reactor = await Reactor.start({ module, mode, listen: ['127.0.0.1:0,backlog=511'] });
console.log(`listening on ${reactor.addresses[0].address}`);
process.once('SIGTERM', () => reactor.close());
