import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { Reactor } from 'pollux';

const server = await Reactor.start({ module: 'build/index.wasm', listen: ['127.0.0.1:0'] });
after(() => server.close());

/** All that comes back for these bytes, until the server ends. */
async function echoed(bytes) {
  const socket = connect(server.addresses[0].port, '127.0.0.1').end(bytes);
  socket.setTimeout(5000, () => socket.destroy(new Error('the server does not end')));
  const chunks = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('what is sent comes back, and the end behind it', async () => {
  assert.equal(String(await echoed('hello')), 'hello');
});

test('a megabyte comes back as it was, for several clients at once', async () => {
  const messages = Array.from({ length: 8 }, () => randomBytes(2 ** 20));
  assert.deepEqual(await Promise.all(messages.map(echoed)), messages);
});
