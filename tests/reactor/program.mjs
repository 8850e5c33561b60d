// SPDX-License-Identifier: MIT
// What an app sees of a Reactor, whatever the mode and the runtime: run as
// `node program.mjs MODE ECHO PROBE`, prints a line for each scenario that holds, and fails at the first that does not.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import v8 from 'node:v8';
import { Reactor } from '../../dist/index.js';

const [mode, echo, probe, backend = 'epoll'] = process.argv.slice(2);
const listen = ['127.0.0.1:0'];
const start = (options = {}) => Reactor.start({ module: echo, listen, mode, backend, ...options });

async function client(reactor) {
  const socket = connect(reactor.addresses[0].port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

async function read(socket, length) {
  let answer = '';
  while (answer.length < length) answer += String((await once(socket, 'data'))[0]);
  return answer;
}

function ask(socket, text) {
  socket.write(text);
  return read(socket, text.length);
}

const closed = (socket) => (socket.closed ? undefined : once(socket, 'close'));
const events = (reactor, name) => {
  const seen = [];
  reactor.on(name, (event) => seen.push(event));
  return seen;
};
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const scenarios = {
  async 'tells where it listens, its mode and its backend'() {
    const reactor = await start({ listen: ['web=127.0.0.1:0'] });
    assert.equal(reactor.mode, mode);
    assert.equal(reactor.backend, backend);
    const [{ name, fd, host, port, path }] = reactor.addresses;
    assert.deepEqual(
      { name, fd, host, path },
      { name: 'web', fd: 3, host: '127.0.0.1', path: undefined },
    );
    assert.ok(port > 0);
    await reactor.close();
  },

  async 'echoes while the timers of the app go on'() {
    const reactor = await start();
    const socket = await client(reactor);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    for (let i = 0; i < 300; i++) assert.equal(await ask(socket, `message ${i}`), `message ${i}`);
    await until(() => ticks > 10);
    clearInterval(timer);
    socket.destroy();
    await reactor.close();
  },

  async 'serves 200 connections at a time'() {
    const reactor = await start();
    const sockets = await Promise.all(Array.from({ length: 200 }, () => client(reactor)));
    await until(() => reactor.stats().openConnections === 200);
    const answers = await Promise.all(sockets.map((socket, i) => ask(socket, `client ${i}`)));
    for (const [i, answer] of answers.entries()) assert.equal(answer, `client ${i}`);
    for (const socket of sockets) socket.destroy();
    await until(() => reactor.stats().openConnections === 0);
    assert.equal(reactor.stats().accepts, 200);
    await reactor.close();
  },

  async 'loses no byte to a slow reader'() {
    const reactor = await start();
    const socket = await client(reactor);
    const data = Buffer.alloc(8 << 20, 'pollux ');
    socket.end(data);
    let got = 0;
    for await (const chunk of socket) {
      assert.ok(chunk.equals(data.subarray(got, got + chunk.length)));
      got += chunk.length;
      if (got % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal(got, data.length);
    await reactor.close();
  },

  async 'is told of a trap, with the stack, and serves the next connection'() {
    const reactor = await start({ module: probe });
    const [traps, restarts, exits] = ['trap', 'restart', 'exit'].map((name) =>
      events(reactor, name),
    );
    const socket = await client(reactor);
    socket.write('trap\n');
    await closed(socket);
    assert.equal(await ask(await client(reactor), 'next\n'), 'next\n');
    assert.equal(traps.length, 1);
    // V8 says 'unreachable', JavaScriptCore 'Unreachable code should not be executed'.
    assert.match(traps[0].error.message, /unreachable/i);
    // Bun's engine has none of the guest's frames in its stack.
    if (!process.versions.bun) assert.ok(traps[0].error.frames.length > 0);
    assert.deepEqual(
      restarts.map(({ attempt, delayMs }) => [attempt, delayMs]),
      [[1, 0]],
    );
    assert.deepEqual(
      exits.map(({ restarts }) => restarts),
      [true],
    );
    await reactor.close();
  },

  async 'keeps who came before a trap and was not accepted for the next instance'() {
    const reactor = await start({ module: probe });
    const first = await client(reactor);
    await ask(first, 'here\n');
    // Busy for long enough that the others come before the trap.
    await new Promise((resolve) => first.write('busy trap\n', resolve));
    const others = await Promise.all(Array.from({ length: 20 }, () => client(reactor)));
    await Promise.all(others.map(async (socket) => assert.equal(await ask(socket, 'c\n'), 'c\n')));
    await until(() => reactor.stats().accepts === 21);
    for (const socket of others) socket.destroy();
    await reactor.close();
  },

  async 'ends with the guest, which exits with 0'() {
    const reactor = await start({ module: probe });
    const socket = await client(reactor);
    socket.write('exit 0\n');
    assert.deepEqual(await reactor.ended, { kind: 'exit', status: 0 });
    await closed(socket);
    await assert.rejects(client(reactor));
  },

  async 'gets the lines that the guest writes'() {
    const reactor = await start({ module: probe });
    const lines = events(reactor, 'log');
    const socket = await client(reactor);
    assert.equal(await ask(socket, 'log\n'), 'log\n');
    await until(() => lines.length === 2);
    assert.deepEqual(
      lines.map(({ level, stream, message }) => [level, stream, message]),
      [
        ['info', 'stdout', 'to standard output'],
        ['error', 'stderr', 'to standard error'],
      ],
    );
    socket.destroy();
    await reactor.close();
  },

  async 'drains: refuses new connections, finishes those that are open'() {
    const reactor = await start();
    const socket = await client(reactor);
    assert.equal(await ask(socket, 'before'), 'before');
    const drained = reactor.drain({ timeout: 20_000 });
    await assert.rejects(client(reactor));
    assert.equal(await ask(socket, 'after'), 'after');
    socket.end();
    assert.deepEqual(await drained, { complete: true, cut: 0 });
    assert.deepEqual(await reactor.ended, { kind: 'exit', status: 0 });
  },

  async 'closes what a drain left after its time'() {
    const reactor = await start();
    const socket = await client(reactor);
    await ask(socket, 'here');
    assert.deepEqual(await reactor.drain({ timeout: 50 }), { complete: false, cut: 1 });
    await closed(socket);
  },

  async 'puts another module in its place, and keeps what is open'() {
    const reactor = await start();
    const old = await client(reactor);
    assert.equal(await ask(old, 'one'), 'one');
    await reactor.reload(readFileSync(probe));
    const lines = events(reactor, 'log');
    const young = await client(reactor);
    await ask(young, 'log\n');
    await until(() => lines.length === 2);
    assert.equal(await ask(old, 'two'), 'two');
    await assert.rejects(reactor.reload(Buffer.from('broken')), { code: 'ERR_MODULE_INVALID' });
    old.end();
    await until(() => reactor.stats().instances === 1);
    young.destroy();
    await reactor.close();
  },

  async 'lets connections beyond the limit wait in the backlog'() {
    const reactor = await start({ limits: { connections: 2 } });
    const [a, b, c] = [await client(reactor), await client(reactor), await client(reactor)];
    await Promise.all([ask(a, 'a'), ask(b, 'b')]);
    let answered = false;
    const third = ask(c, 'c').then(() => {
      answered = true;
    });
    const { waits } = reactor.stats();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(answered, false);
    assert.ok(reactor.stats().waits - waits < 10, 'the guest spins');
    a.destroy();
    await third;
    assert.equal(reactor.stats().refusedByLimit.connections, 2);
    for (const socket of [b, c]) socket.destroy();
    await reactor.close();
  },

  async 'ends a guest that takes more memory than it may have'() {
    const reactor = await start({
      module: new WebAssembly.Module(readFileSync(probe)),
      limits: { memory: 2 << 20 },
      restart: 'never',
    });
    const exits = events(reactor, 'exit');
    const socket = await client(reactor);
    socket.write('grow\n');
    await closed(socket);
    const ending = await reactor.ended;
    assert.equal(ending.kind, 'limit');
    assert.equal(ending.error.code, 'ERR_LIMIT_MEMORY');
    await until(() => exits.length === 1);
  },

  async 'connects to the guest without a socket'() {
    const reactor = await start({ listen: ['app=internal:', ...listen] });
    const channel = reactor.connect('app');
    for (let i = 0; i < 100; i++) assert.equal(await ask(channel, `message ${i}`), `message ${i}`);
    const data = Buffer.alloc(4 << 20, 'pollux ');
    channel.end(data);
    const chunks = [];
    for await (const chunk of channel) chunks.push(chunk);
    assert.ok(Buffer.concat(chunks).equals(data));
    assert.throws(() => reactor.connect('other'), { code: 'ERR_LISTENER_UNKNOWN' });
    await reactor.close();
    assert.throws(() => reactor.connect('app'), { code: 'ERR_STOPPED' });
  },

  async 'leaves the event loop to the app while a channel is busy'() {
    const reactor = await start({ listen: ['app=internal:'] });
    const channel = reactor.connect('app');
    let rounds = 0;
    channel.on('data', (data) => {
      rounds++;
      channel.write(data);
    });
    channel.write('round and round');
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(rounds > 0);
    channel.destroy();
    await reactor.close();
  },

  async 'takes over a connection of the app, with what was read of it'() {
    const reactor = await start({ listen: ['app=internal:'] });
    const server = createServer(async (socket) => {
      const first = await once(socket, 'data');
      socket.unshift(first[0]);
      try {
        reactor.handOff(socket, 'app');
      } catch (error) {
        socket.end(error.code);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect(server.address().port, '127.0.0.1');
    // Deno does not tell a socket's descriptor.
    const first = process.versions.deno ? 'ERR_HAND_OFF' : 'first words';
    socket.write('first words');
    assert.equal(await read(socket, first.length), first);
    server.close();
    if (!process.versions.deno) assert.equal(await ask(socket, 'and more'), 'and more');
    socket.destroy();
    await reactor.close();
  },

  async 'closes with the signal'() {
    const controller = new AbortController();
    const reactor = await start({ signal: controller.signal });
    const socket = await client(reactor);
    await ask(socket, 'here');
    controller.abort();
    assert.deepEqual(await reactor.ended, { kind: 'stopped' });
    await closed(socket);
    await assert.rejects(start({ signal: controller.signal }), { name: 'AbortError' });
  },

  async 'goes on where a listener of the app throws'() {
    const thrown = [];
    const take = (error) => thrown.push(error.message);
    process.on('uncaughtException', take);
    const fail = (name) => () => {
      throw new Error(name);
    };
    const reactor = await start({ module: probe, listen: ['app=internal:'] });
    for (const name of ['log', 'trap', 'exit', 'restart', 'ready']) reactor.on(name, fail(name));
    const channel = reactor.connect('app');
    channel.once('data', fail('data'));
    channel.write('log\n');
    await until(() => thrown.includes('log') && thrown.includes('data'));
    channel.write('trap\n');
    channel.on('error', () => {});
    await until(() => thrown.filter((name) => name === 'ready').length === 2);
    const next = reactor.connect('app');
    assert.equal(await ask(next, 'next\n'), 'next\n');
    reactor.removeAllListeners();
    await reactor.close();
    await until(() => channel.closed);
    assert.deepEqual([...new Set(thrown)].sort(), [
      ...['data', 'exit', 'log', 'ready', 'restart', 'trap'],
    ]);
    process.off('uncaughtException', take);
  },

  async 'ends a turn where a call of the guest waits'() {
    if (mode === 'inline') return; // the one wait of such a guest is between its turns
    const reactor = await start({ module: echo.replace('echo', 'blocking') });
    const socket = await client(reactor);
    assert.equal(await ask(socket, 'hello'), 'hello');
    await until(() => reactor.stats().turnRunningNs === 0);
    assert.ok(reactor.stats().turns > 0);
    socket.destroy();
    await reactor.close();
  },

  async 'lets go of guests that have ended, and of their memory'() {
    if (process.versions.bun || process.versions.deno) return; // Node alone can tell
    const reactor = await start({ module: probe });
    for (let i = 0; i < 5; i++) {
      await reactor.reload();
      await (await start()).close();
    }
    await until(() => reactor.stats().instances === 1);
    const socket = await client(reactor);
    socket.write('trap\n');
    await closed(socket);
    await ask(await client(reactor), 'next\n');
    const running = mode === 'worker' ? 0 : 1;
    await until(() => v8.queryObjects(WebAssembly.Memory) <= running);
    await reactor.close();
    await until(() => v8.queryObjects(WebAssembly.Memory) === 0);
  },

  async 'runs many in one process'() {
    const reactors = await Promise.all(Array.from({ length: 10 }, () => start()));
    for (const reactor of reactors) {
      const socket = await client(reactor);
      assert.equal(await ask(socket, 'hello'), 'hello');
      socket.destroy();
    }
    await Promise.all(reactors.map((reactor) => reactor.close()));
  },
};

for (const [name, scenario] of Object.entries(scenarios)) {
  await scenario();
  console.log(`ok: ${name}`);
}
console.log('all scenarios hold');
