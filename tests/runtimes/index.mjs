// SPDX-License-Identifier: MIT
// Where the runtimes are: `find(name)` answers the command that runs one, or why it is missing;
// `runtimes()` answers that for all that serve sockets. PEERS are those that the conformance suite alone
// looks at. install.mjs brings them here; components.mjs has the rest of a command line that runs a component.

import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {Kind} kind whether it runs pollux, the guest itself, or a component that is made of the guest
 * @property {string} command path of the program
 * @property {string[]} args what comes before a script (pollux), a guest (Wasmtime) or a component
 * @property {'0.2' | '0.3'} [wasi] which WASI a component of it is for
 * @property {string} [jco] the program that makes JavaScript of a component, for the `command` to run
 */
/** @typedef {'pollux' | 'wasmtime' | 'wazero' | 'component'} Kind */
/** @typedef {{ name: string, missing: string }} Missing */

const cpu = process.arch === 'arm64' ? 'arm64' : 'x64';
const bun = cpu === 'arm64' ? '@oven/bun-linux-aarch64' : '@oven/bun-linux-x64';
const modules = join(here, 'node_modules');

/**
 * Versions of Wasmtime that have preview 1 sockets: the long-term one, and the last.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const WASMTIMES = { 'wasmtime-36': '36.0.9', 'wasmtime-46': '46.0.1' };

/** The newest Wasmtime: preview 1 without its sockets, and components. */
export const CURRENT = 'wasmtime-49';

/**
 * All versions that come from PyPI.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const FROM_PYPI = { ...WASMTIMES, [CURRENT]: '49.0.4' };

/** wazero is built by Go. Its folder has the version, so that a newer one is built. */
export const WAZERO = '1.12.0';
export const wazeroFolder = join(here, '.go', `wazero-${WAZERO}`);

/**
 * The folder of one Wasmtime. Its name has the full version, so that a newer one is installed.
 *
 * @param {string} name
 */
export const wasmtimeFolder = (name) => join(here, '.venv', `wasmtime-${FROM_PYPI[name]}`);

/** @param {string} name */
const wasmtimeIn = (name) => join(wasmtimeFolder(name), 'wasmtime_cli', 'wasmtime');

/** @param {string} name @returns {Runtime} */
const wasmtime = (name) => ({
  name,
  kind: 'wasmtime',
  command: wasmtimeIn(name),
  args: ['run', '-S', 'preview2=n'],
});

/** @param {number} major */
const nodeIn = (major) => join(modules, `node-${major}-${cpu}`, 'bin', 'node');

/** @param {string} name @param {'0.2' | '0.3'} wasi @param {string[]} flags @returns {Runtime} */
const componentIn = (name, wasi, ...flags) => ({
  name: `${name}-wasi-${wasi}`,
  kind: 'component',
  command: wasmtimeIn(name),
  args: ['run', '-S', 'inherit-network', ...flags],
  wasi,
});

/** @type {Runtime[]} */
const components = [
  // Before 46 this flag is what exit codes other than 0 and 1 need.
  componentIn('wasmtime-36', '0.2', '-S', 'cli-exit-with-code'),
  componentIn('wasmtime-46', '0.2'),
  componentIn(CURRENT, '0.2'),
  componentIn(CURRENT, '0.3'),
  ...[20, 26].map((major) => ({
    name: `jco-node-${major}`,
    kind: /** @type {const} */ ('component'),
    command: nodeIn(major),
    args: [],
    wasi: /** @type {const} */ ('0.2'),
    jco: join(modules, '@bytecodealliance', 'jco', 'dist', 'jco.js'),
  })),
];

/** @type {Runtime[]} */
const all = [
  ...[20, 22, 24, 26].map((major) => ({
    name: `node-${major}`,
    kind: /** @type {const} */ ('pollux'),
    command: nodeIn(major),
    args: [],
  })),
  { name: 'bun', kind: 'pollux', command: join(modules, bun, 'bin', 'bun'), args: [] },
  {
    name: 'deno',
    kind: 'pollux',
    command: join(modules, `@deno/linux-${cpu}-glibc`, 'deno'),
    args: ['run', '--allow-all', '--no-prompt'],
  },
  ...Object.keys(WASMTIMES).map(wasmtime),
  ...components,
];

/** Packages of the optional base WASIs (`--wasi`), installed beside the runtimes. */
const BASE_PACKAGES = { 'wasi-js': 'wasi-js', wasmer: '@wasmer/wasi' };

/**
 * The optional base WASIs, each with the folder from which its package is found, or with the reason
 * why it is missing.
 *
 * @returns {({ name: string, folder: string } | Missing)[]}
 */
export const optionalBases = () =>
  Object.entries(BASE_PACKAGES).map(([name, id]) =>
    existsSync(join(modules, id, 'package.json'))
      ? { name, folder: here }
      : { name, missing: `${id} is not installed: node tests/runtimes/install.mjs` },
  );

/** @type {Runtime[]} */
const peers = [
  { ...wasmtime(CURRENT), args: ['run'] },
  { name: 'wazero', kind: 'wazero', command: join(wazeroFolder, 'wazero'), args: ['run'] },
];

/**
 * The names of all runtimes that serve sockets, by pollux or by themselves, whether they are there or not.
 *
 * @type {readonly string[]}
 */
export const RUNTIMES = all.map(({ name }) => name);

/**
 * The names of those that only the conformance suite looks at.
 *
 * @type {readonly string[]}
 */
export const PEERS = peers.map(({ name }) => name);

/**
 * The names of those that npm brings, whole or in part.
 *
 * @type {readonly string[]}
 */
export const FROM_NPM = [...all, ...peers]
  .filter(({ command }) => command.startsWith(modules))
  .map(({ name }) => name);

/**
 * All runtimes, each with its command or with the reason why it is missing.
 *
 * @returns {(Runtime | Missing)[]}
 */
export const runtimes = () => RUNTIMES.map(find);

/** @param {string} name @returns {Runtime} */
function entry(name) {
  const runtime = [...all, ...peers].find((one) => one.name === name);
  if (runtime !== undefined) return runtime;
  const names = [...RUNTIMES, ...PEERS].join(', ');
  throw new Error(`no runtime is called '${name}'; there are ${names}`);
}

/**
 * What a runtime runs, whether it is there or not.
 *
 * @param {string} name one of {@link RUNTIMES} or {@link PEERS}; another is a mistake of the caller and throws
 */
export const kindOf = (name) => entry(name).kind;

/**
 * @param {string} name one of {@link RUNTIMES} or {@link PEERS}; another is a mistake of the caller and throws
 * @returns {Runtime | Missing}
 */
export function find(name) {
  const runtime = entry(name);
  if (!existsSync(runtime.command) || !existsSync(runtime.jco ?? runtime.command)) {
    return { name, missing: `${name} is not installed: node tests/runtimes/install.mjs` };
  }
  try {
    accessSync(runtime.command, constants.X_OK);
  } catch {
    return { name, missing: `${runtime.command} may not be executed` };
  }
  return runtime;
}
