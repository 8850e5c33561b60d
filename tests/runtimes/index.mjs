// SPDX-License-Identifier: MIT
// Where the runtimes are: `find(name)` answers the command that runs one, or why it is missing;
// `runtimes()` answers that for all. install.mjs brings them here.

import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {'pollux' | 'wasmtime'} kind whether it runs pollux, or the guest itself
 * @property {string} command path of the program
 * @property {string[]} args what comes before a script (pollux) or before a guest (Wasmtime)
 */
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

/**
 * The folder of one Wasmtime. Its name has the full version, so that a newer one is installed.
 *
 * @param {string} name
 */
export const wasmtimeFolder = (name) => join(here, '.venv', `wasmtime-${WASMTIMES[name]}`);

/** @param {string} name */
const wasmtime = (name) => ({
  name,
  kind: 'wasmtime',
  command: join(wasmtimeFolder(name), 'wasmtime_cli', 'wasmtime'),
  args: ['run', '-S', 'preview2=n'],
});

const all = [
  ...[20, 22, 24, 26].map((major) => ({
    name: `node-${major}`,
    kind: 'pollux',
    command: join(modules, `node-${major}-${cpu}`, 'bin', 'node'),
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

/**
 * The names of all runtimes, whether they are there or not.
 *
 * @type {readonly string[]}
 */
export const RUNTIMES = all.map(({ name }) => name);

/**
 * All runtimes, each with its command or with the reason why it is missing.
 *
 * @returns {(Runtime | Missing)[]}
 */
export const runtimes = () => RUNTIMES.map(find);

/**
 * @param {string} name one of {@link RUNTIMES}; another is a mistake of the caller and throws
 * @returns {Runtime | Missing}
 */
export function find(name) {
  const runtime = all.find((one) => one.name === name);
  if (runtime === undefined)
    throw new Error(`no runtime is called '${name}'; there are ${RUNTIMES.join(', ')}`);
  if (!existsSync(runtime.command)) {
    return { name, missing: `${name} is not installed: node tests/runtimes/install.mjs` };
  }
  try {
    accessSync(runtime.command, constants.X_OK);
  } catch {
    return { name, missing: `${runtime.command} may not be executed` };
  }
  return /** @type {Runtime} */ (runtime);
}
