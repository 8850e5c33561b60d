// SPDX-License-Identifier: MIT
// examples/echo in an app, by Reactor.start: `node reactor.mjs MODE MODULE BACKEND`.

import { Reactor } from '../../../dist/index.js';

const [mode, module, backend] = process.argv.slice(2);
const listen = ['127.0.0.1:0,backlog=511'];
const reactor = await Reactor.start({ module, mode, backend, listen });
console.log(`listening on ${reactor.addresses[0].address}`);
process.once('SIGTERM', () => reactor.close());
