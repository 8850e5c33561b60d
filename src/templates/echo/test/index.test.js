import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { Reactor } from 'pollux';

const server = await Reactor.start({ module: 'build/index.wasm', listen: ['127.0.0.1:0'] });
after(() => server.close());

test('what is sent comes back', async () => {
  const socket = connect(server.addresses[0].port, '127.0.0.1');
  socket.write('hello');
  assert.equal(String((await once(socket, 'data'))[0]), 'hello');
  socket.destroy();
});
