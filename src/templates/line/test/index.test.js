import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Reactor } from 'pollux';

const server = await Reactor.start({ module: 'build/index.wasm', listen: ['127.0.0.1:0'] });
after(() => server.close());

/** All that the server answers to these pieces, until it ends. */
async function talk(...pieces) {
  const socket = connect(server.addresses[0].port, '127.0.0.1').setNoDelay(true);
  socket.setTimeout(5000, () => socket.destroy(new Error('the server does not end')));
  for (const piece of pieces) {
    socket.write(piece);
    if (pieces.length > 1) await delay(1);
  }
  let said = '';
  for await (const chunk of socket) said += chunk;
  return said;
}

test('sums, all at once and byte by byte', async () => {
  const lines = 'add 2 3\nadd 20 -30\r\nadd 999999999999999999 1\nbye\n';
  const answers = 'hello\n5\n-10\n1000000000000000000\n';
  assert.equal(await talk(lines), answers);
  assert.equal(await talk(...lines), answers);
});

test('what follows a goodbye is not answered', async () => {
  assert.equal(await talk('bye\nadd 2 3\n'), 'hello\n');
});

for (const line of [
  '',
  'multiply 2 3',
  'add 2',
  'add 2 x',
  'add 2 3 4',
  'add 2 9999999999999999999',
  'ä\xff',
]) {
  test(`'${line}' is no line of the protocol, and the next one is answered`, async () => {
    assert.match(await talk(`${line}\nadd 2 3\nbye\n`), /^hello\nerror: .*\n5\n$/);
  });
}

test('a line that is too long is refused, with its end and without', async () => {
  assert.equal(await talk(`${'x'.repeat(2000)}\n`), 'hello\nerror: the line is too long\n');
  assert.equal(await talk('x'.repeat(2000)), 'hello\nerror: the line is too long\n');
});
