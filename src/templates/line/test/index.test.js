import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { Reactor } from 'pollux';

const server = await Reactor.start({ module: 'build/index.wasm', listen: ['127.0.0.1:0'] });
after(() => server.close());

/** All that the server answers to these pieces, until it ends. */
async function talk(...pieces) {
  const socket = connect(server.addresses[0].port, '127.0.0.1').setNoDelay(true);
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  let said = '';
  for await (const chunk of socket) said += chunk;
  return said;
}

test('sums, in one piece and in many', async () => {
  assert.equal(await talk('add 2 3\nadd 20 -30\nbye\n'), 'hello\n5\n-10\n');
  assert.equal(await talk('ad', 'd 2', ' 3\nby', 'e\n'), 'hello\n5\n');
});

test('what it does not know is said', async () => {
  assert.match(await talk('multiply 2 3\nbye\n'), /^hello\nerror: /);
});

test('a line without an end is refused', async () => {
  assert.match(await talk('x'.repeat(2000)), /too long/);
});
