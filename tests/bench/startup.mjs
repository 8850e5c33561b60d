// SPDX-License-Identifier: MIT
// How long from spawning `pollux run` to the first byte that it echoes, beside `node -e 0`.

import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { environment, median } from '../../dist/compare-bench.js';
import { servers } from './servers.mjs';

/** @returns {Promise<number>} ms from spawn to exit */
function emptyNode() {
  const begun = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore', env: environment() });
    child.on('error', fail);
    child.on('exit', () => done(performance.now() - begun));
  });
}

/** @returns {Promise<number>} ms from spawn to the first echoed byte */
function firstByte() {
  const argv = /** @type {import('./servers.mjs').Server} */ (
    servers.find((server) => server.name === 'pollux-epoll')
  ).argv(0);
  const begun = performance.now();
  const child = spawn(process.execPath, argv.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environment(),
  });
  return new Promise((done, fail) => {
    let ms = Number.NaN;
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.on('error', fail);
    child.on('exit', () => {
      clearTimeout(timer);
      if (Number.isNaN(ms)) fail(new Error('pollux run ended before it echoed a byte'));
      else done(ms);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      const port = /listening on \S*:(\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
      socket.on('error', () => child.kill('SIGKILL'));
      socket.write('x');
      socket.once('data', () => {
        ms = performance.now() - begun;
        socket.destroy();
        child.kill('SIGKILL');
      });
    });
  });
}

/**
 * Both in turn, so that the machine's moods touch both.
 *
 * @param {number} times
 * @returns {Promise<import('./statistics.mjs').Startup>}
 */
export async function startupTimes(times) {
  // One of each to fill the page cache.
  await emptyNode();
  await firstByte();
  /** @type {number[]} */
  const node = [];
  /** @type {number[]} */
  const pollux = [];
  for (let i = 0; i < times; i++) {
    node.push(await emptyNode());
    pollux.push(await firstByte());
  }
  return {
    nodeMs: median(node),
    polluxMs: median(pollux),
    ratio: median(pollux.map((ms, i) => ms / /** @type {number} */ (node[i]))),
    times,
  };
}
