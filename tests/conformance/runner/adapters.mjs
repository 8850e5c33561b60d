// SPDX-License-Identifier: MIT
// One adapter for each runtime: what it can't give a guest, and the command line that gives the rest.
// A new runtime is a new entry here, and needs nothing else.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backends } from '../../../dist/index.js';
import { componentCommand } from '../../runtimes/components.mjs';
import { find, kindOf, optionalBases, RUNTIMES } from '../../runtimes/index.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const versionIn = (/** @type {string} */ path) => JSON.parse(readFileSync(path, 'utf8')).version;

/**
 * @typedef {object} Needs
 * @property {string} module path of the guest
 * @property {number[]} ports of its listeners on 127.0.0.1; 0: the runtime picks it and tells it
 * @property {string | undefined} data the folder to be given as /data
 * @property {string[]} args
 * @property {Record<string, string>} env
 */
/**
 * @typedef {object} Adapter
 * @property {string} name
 * @property {() => string} version
 * @property {string | undefined} missing why it can't be run here
 * @property {boolean} tellsPorts it picks ports and says `listening on ADDRESS` on stderr
 * @property {(behaviour: import('./behaviours.mjs').Behaviour) => string | undefined} lacks
 *   what the behaviour needs and this runtime has no way to give
 * @property {(needs: Needs) => string[] | Promise<string[]>} command
 * @property {(status: number | null, signal: string | null, stderr: string) => string | undefined} trapped
 *   the trap's message where the guest trapped in an orderly way
 * @property {(status: number | null, stderr: string) => boolean} crashed
 */

/** @param {string} stderr @param {RegExp} pattern */
const said = (stderr, pattern) => pattern.exec(stderr)?.[1]?.slice(0, 120);

const common = {
  missing: /** @type {string | undefined} */ (undefined),
  tellsPorts: false,
  lacks: () => undefined,
  crashed: () => false,
};

/** @param {string} name a runtime of tests/runtimes; its command, or why there is none */
function installed(name) {
  const found = find(name);
  return 'missing' in found
    ? { missing: found.missing, start: [] }
    : { missing: undefined, start: [found.command, ...found.args] };
}

/** What a program says to `--version` or `version`. @param {string[]} argv */
function versionOf([program = '', argument = '']) {
  const { stdout } = spawnSync(program, [argument], { encoding: 'utf8' });
  return /\d+\.\d+\.\d+/.exec(stdout ?? '')?.[0] ?? 'unknown';
}

/** @param {Record<string, string>} env @param {string} option */
const variables = (env, option) =>
  Object.entries(env).flatMap(([name, value]) => [option, `${name}=${value}`]);

/** Pollux itself, on each backend of the addon's own list. @returns {Adapter[]} */
function pollux() {
  return backends().map(({ name, available, reason }) => ({
    ...common,
    name: `pollux ${name}`,
    version: () => versionIn(`${root}package.json`),
    missing: available ? undefined : reason,
    tellsPorts: true,
    command: ({ module, ports, data, args, env }) => [
      process.execPath,
      `${root}dist/pollux.js`,
      'run',
      '--backend',
      name,
      ...ports.flatMap(() => ['--listen', '127.0.0.1:0']),
      ...(data === undefined ? [] : ['--dir', `${data}::/data`]),
      ...variables(env, '--env'),
      module,
      ...args,
    ],
    trapped: (status, _signal, stderr) =>
      status === 134 ? (said(stderr, /the guest trapped: (.*)/) ?? 'status 134') : undefined,
    crashed: (status) => status === 70,
  }));
}

/** @param {import('./behaviours.mjs').Behaviour} behaviour */
const noSockets = ({ listeners }) => (listeners > 0 ? 'it has no sockets' : undefined);

/** @param {string} name @param {boolean} hasSockets @returns {Adapter} */
function wasmtime(name, hasSockets) {
  const { missing, start } = installed(name);
  return {
    ...common,
    name,
    missing,
    version: () => versionOf([start[0] ?? '', '--version']),
    lacks: hasSockets ? common.lacks : noSockets,
    command: ({ module, ports, data, args, env }) => [
      ...start,
      ...ports.flatMap((port) => ['-S', `tcplisten=127.0.0.1:${port}`]),
      ...(ports.length === 0 ? [] : ['--env', `LISTEN_FDS=${ports.length}`]),
      ...(data === undefined ? [] : ['--dir', `${data}::/data`]),
      ...variables(env, '--env'),
      module,
      ...args,
    ],
    // 134 is a trap; a pointer that the host refuses ends in the same words, with 1.
    trapped: (status, signal, stderr) =>
      signal === null && (status === 134 || /failed to run main module/.test(stderr))
        ? (said(stderr, /\n\s+\d: (?!error while)(.*)\s*$/) ?? 'status 134')
        : undefined,
    crashed: (_status, stderr) => /panicked at/.test(stderr),
  };
}

/**
 * A guest as a component, which pollux makes: under Wasmtime, or under Node by jco.
 *
 * @param {string} name
 * @returns {Adapter}
 */
function component(name) {
  const found = find(name);
  return {
    ...common,
    name,
    missing: 'missing' in found ? found.missing : undefined,
    version: () => ('missing' in found ? 'unknown' : versionOf([found.command, '--version'])),
    command: ({ module, ports, data, args, env }) => {
      if ('missing' in found) throw new Error(found.missing);
      const listen = ports.map((port) => `127.0.0.1:${port}`);
      const dirs = data === undefined ? [] : [{ host: data, guest: '/data' }];
      return componentCommand(found, { module, listen, dirs, args, env });
    },
    // Of jco it is an exception that nobody catches.
    trapped: (status, _signal, stderr) =>
      status === 134
        ? (said(stderr, /wasm trap: (.*)/) ?? 'status 134')
        : said(stderr, /^RuntimeError: (.*)/m),
    crashed: (_status, stderr) => /panicked at/.test(stderr),
  };
}

/** @returns {Adapter} */
function wazero() {
  const { missing, start } = installed('wazero');
  return {
    ...common,
    name: 'wazero',
    missing,
    version: () => versionOf([start[0] ?? '', 'version']),
    command: ({ module, ports, data, args, env }) => [
      ...start,
      ...ports.flatMap((port) => ['-listen', `127.0.0.1:${port}`]),
      ...(data === undefined ? [] : ['-mount', `${data}:/data`]),
      ...variables(env, '-env'),
      module,
      ...args,
    ],
    trapped: (_status, _signal, stderr) => said(stderr, /wasm error: (.*)/),
    crashed: (_status, stderr) => /^(panic|fatal error): |recovered by wazero/m.test(stderr),
  };
}

/**
 * A WASI that a script of hosts/ runs guests on.
 *
 * @param {string} name
 * @param {string} script
 * @param {string} node the command of Node
 * @param {string | undefined} missing
 * @param {() => string} version
 * @returns {Adapter}
 */
function scripted(name, script, node, missing, version) {
  const host = fileURLToPath(new URL(`hosts/${script}.mjs`, import.meta.url));
  return {
    ...common,
    name,
    missing,
    version,
    lacks: noSockets,
    command: ({ ports: _, ...needs }) => [node, host, JSON.stringify(needs)],
    // An exception of the host ends the guest, and its embedder can catch it, as it can catch a trap.
    trapped: (status, _signal, stderr) =>
      status === 134 || (status === 135 && !/LinkError/.test(stderr))
        ? (said(stderr, /(\w*Error: .*)/) ?? `status ${status}`)
        : undefined,
  };
}

/** @param {number} major */
function nodeWasi(major) {
  const { missing, start } = installed(`node-${major}`);
  const node = start[0] ?? '';
  return scripted(`node:wasi ${major}`, 'node-wasi', node, missing, () =>
    versionOf([node, '--version']),
  );
}

/**
 * A WASI that is a package of npm, as it is installed for pollux's own `--wasi`.
 *
 * @param {string} base
 * @param {string} id
 */
function npmPackage(base, id) {
  const found = optionalBases().find(({ name }) => name === base);
  const missing = found === undefined || 'missing' in found ? `${id} is not installed` : undefined;
  const folder = found !== undefined && 'folder' in found ? found.folder : '';
  return scripted(id, base, process.execPath, missing, () =>
    versionIn(join(folder, 'node_modules', id, 'package.json')),
  );
}

/** @returns {Adapter} */
function wasmerWasi() {
  const adapter = npmPackage('wasmer', '@wasmer/wasi');
  return {
    ...adapter,
    lacks: (behaviour) => {
      if (behaviour.stdin === 'null' && behaviour.stdout === 'pipe') return noSockets(behaviour);
      return 'its standard streams are in memory';
    },
  };
}

/**
 * All runtimes, installed or not.
 *
 * @returns {Adapter[]}
 */
export function adapters() {
  return [
    ...pollux(),
    wasmtime('wasmtime-36', true),
    wasmtime('wasmtime-46', true),
    wasmtime('wasmtime-49', false),
    ...RUNTIMES.filter((name) => kindOf(name) === 'component').map(component),
    wazero(),
    nodeWasi(20),
    nodeWasi(26),
    npmPackage('wasi-js', 'wasi-js'),
    wasmerWasi(),
  ];
}
