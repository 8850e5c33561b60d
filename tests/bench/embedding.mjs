// SPDX-License-Identifier: MIT
// `npm run bench:embedding`: what an app pays for a guest: the start, messages through connect(), the delay
// of its event loop under load, and the memory of a thousand instances. One line each, with the ratio to
// its peer, measured in turns with it.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Reactor } from '../../dist/index.js';

const examples = fileURLToPath(new URL('../../build/examples/', import.meta.url));
const compiled = (name) => new WebAssembly.Module(readFileSync(`${examples}${name}.wasm`));
const hasJspi = 'Suspending' in WebAssembly;
const modes = ['worker', 'inline', ...(hasJspi ? ['jspi'] : [])];
const REPEAT = 5;
const SECONDS = 1;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const show = (what, value) => console.log(`${what.padEnd(58)} ${value}`);

const MESSAGE = 64;

/** Messages of 64 bytes and their echo for a while, so many in flight; how many a second. */
async function messages(stream, inFlight) {
  const message = Buffer.alloc(MESSAGE, 'x');
  const end = performance.now() + SECONDS * 1000;
  let [received, answered] = [0, 0];
  for (let i = 0; i < inFlight; i++) stream.write(message);
  while (performance.now() < end) {
    received += (await once(stream, 'data'))[0].length;
    for (; answered < Math.floor(received / MESSAGE); answered++) stream.write(message);
  }
  stream.destroy();
  return answered / SECONDS;
}

/** Twenty connections that ping-pong, on a thread of their own, until they are told to stop. */
function load(port) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { port } });
  return { ready: once(worker, 'message'), stop: () => worker.terminate() };
}

if (!isMainThread) {
  const sockets = Array.from({ length: 20 }, () => connect(workerData.port, '127.0.0.1'));
  for (const socket of sockets) {
    socket.setNoDelay(true);
    socket.on('data', () => socket.write('x'.repeat(64)));
    socket.on('connect', () => socket.write('x'.repeat(64)));
  }
  setTimeout(() => parentPort.postMessage('ready'), 300);
} else {
  await main();
}

async function loopDelay(port) {
  const clients = load(port);
  await clients.ready;
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  histogram.disable();
  await clients.stop();
  return histogram.percentile(99) / 1e6;
}

async function main() {
  console.log(`Node ${process.version}, medians of ${REPEAT}`);
  const modules = {
    worker: compiled('echo'),
    jspi: compiled('echo'),
    inline: compiled('echo.reactor'),
  };

  for (const mode of modes) {
    const times = [];
    for (let i = 0; i < REPEAT; i++) {
      const began = performance.now();
      const reactor = await Reactor.start({ module: modules[mode], mode, listen: ['127.0.0.1:0'] });
      times.push(performance.now() - began);
      await reactor.close();
    }
    show(`start to ready, compiled module, mode ${mode}`, `${median(times).toFixed(1)} ms`);
  }

  for (const [mode, inFlight] of modes.flatMap((name) => [
    [name, 1],
    [name, 32],
  ])) {
    const ratios = [];
    let rate = 0;
    for (let i = 0; i < REPEAT; i++) {
      const reactor = await Reactor.start({
        module: modules[mode],
        mode,
        listen: ['in=internal:', 'tcp=127.0.0.1:0'],
      });
      const socket = connect(reactor.addresses[1].port, '127.0.0.1').setNoDelay(true);
      await once(socket, 'connect');
      const byTcp = await messages(socket, inFlight);
      rate = await messages(reactor.connect('in'), inFlight);
      ratios.push(rate / byTcp);
      await reactor.close();
    }
    const times = `${median(ratios).toFixed(2)} times loopback TCP`;
    const what = inFlight === 1 ? 'round trips' : `${inFlight} messages in flight`;
    show(`connect(), ${what}, mode ${mode}`, `${(rate / 1000).toFixed(0)} k/s, ${times}`);
  }

  for (const mode of modes.filter((name) => name !== 'worker')) {
    const ratios = [];
    for (let i = 0; i < REPEAT; i++) {
      const server = createServer({ noDelay: true }, (socket) => {
        socket.on('data', (data) => socket.write(data));
        socket.on('error', () => socket.destroy());
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const peer = await loopDelay(server.address().port);
      server.close();
      const reactor = await Reactor.start({ module: modules[mode], mode, listen: ['127.0.0.1:0'] });
      ratios.push((await loopDelay(reactor.addresses[0].port)) / peer);
      await reactor.close();
    }
    show(
      `event loop delay p99 under load, mode ${mode}`,
      `${median(ratios).toFixed(2)} of node:net`,
    );
  }

  const resident = () => {
    global.gc?.();
    return process.memoryUsage.rss();
  };
  const before = resident();
  const began = performance.now();
  const many = [];
  for (let i = 0; i < 1000; i++) {
    many.push(
      await Reactor.start({ module: modules.inline, mode: 'inline', listen: ['x=internal:'] }),
    );
  }
  const took = performance.now() - began;
  const each = (resident() - before) / 1000 / 1024;
  show(
    '1,000 instances, mode inline',
    `${each.toFixed(0)} KiB each, started in ${took.toFixed(0)} ms`,
  );
  const channels = await Promise.all(many.map((one) => one.connect('x')));
  for (const channel of channels) channel.write('x');
  await Promise.all(channels.map((channel) => once(channel, 'data')));
  for (const channel of channels) channel.destroy();
  await Promise.all(many.map((one) => one.close()));
}
