import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { Reactor } from 'pollux';

const server = await Reactor.start({ module: 'build/index.wasm', listen: ['127.0.0.1:0'] });
const { port } = server.addresses[0];
after(() => server.close());

/** All that the server answers to these bytes, until it ends. */
async function raw(text) {
  const socket = connect(port, '127.0.0.1');
  socket.end(text);
  let said = '';
  for await (const chunk of socket) said += chunk;
  return said;
}

test('GET / says hello, other paths are not found', async () => {
  const found = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(found.status, 200);
  assert.equal(await found.text(), 'hello, world\n');
  assert.equal((await fetch(`http://127.0.0.1:${port}/other`)).status, 404);
});

test('HEAD has no body, POST is not allowed', async () => {
  const head = await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' });
  assert.equal(head.headers.get('content-length'), '13');
  assert.equal(await head.text(), '');
  assert.equal((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' })).status, 405);
});

test('requests that come at once are answered in order', async () => {
  const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const last = 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const said = await raw(get + get + last);
  assert.deepEqual(said.match(/^HTTP\/1\.1 \d+/gm), [
    'HTTP/1.1 200',
    'HTTP/1.1 200',
    'HTTP/1.1 404',
  ]);
});

test('what is no request, and a head without an end, are refused', async () => {
  assert.match(await raw('hello\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await raw(`GET / HTTP/1.1\r\nX: ${'x'.repeat(10_000)}`), /^HTTP\/1\.1 431 /);
});
