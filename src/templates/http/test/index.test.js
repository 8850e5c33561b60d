import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Reactor } from 'pollux';

const server = await Reactor.start({ module: 'build/index.wasm', listen: ['127.0.0.1:0'] });
const { port } = server.addresses[0];
after(() => server.close());

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

/** All that the server answers to these pieces, until it ends. */
async function raw(...pieces) {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  socket.setTimeout(5000, () => socket.destroy(new Error('the server does not end')));
  for (const piece of pieces) {
    socket.write(piece, 'latin1');
    if (pieces.length > 1) await delay(1);
  }
  let said = '';
  for await (const chunk of socket) said += chunk;
  return said;
}

const statuses = (said) => said.match(/^HTTP\/1\.1 \d+/gm)?.map((line) => Number(line.slice(9)));

test('GET / says hello, other paths are not found', async () => {
  const found = await fetch(`http://127.0.0.1:${port}/?a=b`);
  assert.equal(found.status, 200);
  assert.equal(await found.text(), 'hello, world\n');
  assert.ok(Math.abs(Date.parse(found.headers.get('date')) - Date.now()) < 60_000);
  assert.equal((await fetch(`http://127.0.0.1:${port}/other`)).status, 404);
});

test('HEAD is answered as GET, without the body', async () => {
  const said = await raw(`${GET.replace('GET', 'HEAD')}${LAST.replace('GET', 'HEAD')}`);
  assert.deepEqual(statuses(said), [200, 404]);
  assert.match(said, /Content-Length: 13\r\n/);
  assert.doesNotMatch(said, /\r\n\r\n(?!HTTP|$)/);
});

test('POST is not allowed, and its body is no request', async () => {
  const post = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${GET.length}\r\n\r\n${GET}`;
  const said = await raw(post);
  assert.deepEqual(statuses(said), [405]);
  assert.match(said, /Allow: GET, HEAD\r\n/);
});

test('a connection is kept for the next request', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () =>
    new Promise((resolve, reject) => {
      const request = get({ port, agent }, (response) =>
        response.resume().on('end', () => resolve(request)),
      );
      request.on('error', reject);
    });
  const first = await ask();
  await delay(1);
  const second = await ask();
  assert.equal(second.reusedSocket, true);
  assert.equal(first.socket, second.socket);
  agent.destroy();
});

test('requests that come at once are answered in order', async () => {
  assert.deepEqual(statuses(await raw(GET + GET + LAST + GET)), [200, 200, 404]);
});

test('a request may come byte by byte', async () => {
  assert.deepEqual(statuses(await raw(...`\r\n${GET}${LAST}`)), [200, 404]);
});

test('HTTP/1.0 needs no Host, and ends', async () => {
  assert.match(await raw('GET http://x/ HTTP/1.0\r\n\r\n'), /200 OK.*Connection: close\r\n/s);
});

for (const [what, status, request] of [
  ['no request', 400, 'hello\r\n\r\n'],
  ['another version', 505, 'GET / HTTP/2.0\r\nHost: x\r\n\r\n'],
  ['no Host', 400, 'GET / HTTP/1.1\r\n\r\n'],
  ['two Hosts', 400, 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'],
  ['a header without a colon', 400, 'GET / HTTP/1.1\r\nHost: x\r\nhello\r\n\r\n'],
  ['a blank before the colon', 400, 'GET / HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n'],
  ['a header in two lines', 400, 'GET / HTTP/1.1\r\nHost: x\r\n y: z\r\n\r\n'],
  ['a line end alone', 400, 'GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n'],
  ['a body', 413, 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello'],
  [
    'a body in chunks',
    413,
    'GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a head that is too long', 431, `GET / HTTP/1.1\r\nX: ${'x'.repeat(8192)}\r\n\r\n`],
  ['a head without an end', 431, `GET / HTTP/1.1\r\nX: ${'x'.repeat(10_000)}`],
]) {
  test(`refused, and the connection ended: ${what}`, async () => {
    assert.deepEqual(statuses(await raw(request + GET)), [status]);
  });
}

test('any byte may be in the value of a header, and swallows nothing', async () => {
  const said = await raw(`GET / HTTP/1.1\r\nX: \xc3\r\nHost: \xe2\x82\r\n\r\n${LAST}`);
  assert.deepEqual(statuses(said), [200, 404]);
});
