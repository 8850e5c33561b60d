// SPDX-License-Identifier: MIT
// Fastify with a guest behind a route: the app speaks HTTP to it through connect(), a stream inside this
// process, without a port.
//
// Run: node examples/apps/route.mjs   (npm install fastify)

import { request } from 'node:http';
import Fastify from 'fastify';
import { Reactor } from 'pollux';

const fastify = Fastify({ logger: true });
const guest = await Reactor.start({
  module: new URL('../../build/examples/http.wasm', import.meta.url),
  listen: ['pages=internal:'],
  mode: 'worker',
  // Fastify's logger is pino, whose form pollux speaks.
  logger: fastify.log,
});

/** Asks the guest; its answer, headers and all. */
function ask(path) {
  return new Promise((resolve, reject) => {
    const options = {
      path,
      headers: { host: 'guest' },
      createConnection: () => guest.connect('pages'),
    };
    request(options, resolve).on('error', reject).end();
  });
}

fastify.get('/', async () => 'the guest is at /guest/\n');
fastify.get('/guest/*', async (incoming, reply) => {
  const answer = await ask(`/${incoming.params['*']}`);
  return reply.code(answer.statusCode).type(answer.headers['content-type']).send(answer);
});

console.log(`web on ${await fastify.listen({ port: 0, host: '127.0.0.1' })}`);

process.once('SIGTERM', async () => {
  await fastify.close();
  const { complete } = await guest.drain({ timeout: 2000 });
  console.log(`drained: ${complete}`);
});
