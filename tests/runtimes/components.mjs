// SPDX-License-Identifier: MIT
// The command line that runs a module as a component. The component is made by componentize() when it is first needed,
// and for jco transpiled by `jco run` itself; both are kept in build/tests/components under a hash of what they are
// made of, so that any number of processes may ask for them at once.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { componentize } from '../../dist/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const start = fileURLToPath(new URL('jco-start.mjs', import.meta.url));

/** @param {...(string | Uint8Array)} parts */
const hash = (...parts) =>
  parts
    .reduce((sum, part) => sum.update(part), createHash('sha256'))
    .digest('hex')
    .slice(0, 16);

/**
 * The folder of what is made with a template. With a new template all that was made with older ones goes.
 *
 * @param {string} wasi
 */
function folderFor(wasi) {
  const components = join(root, 'build/tests/components');
  const template = readFileSync(join(root, `dist/component/wasi-${wasi}.wasm`));
  const folder = `wasi-${wasi}-${hash(template)}`;
  if (!existsSync(join(components, folder))) {
    mkdirSync(join(components, folder), { recursive: true });
    for (const name of readdirSync(components))
      if (name.startsWith(`wasi-${wasi}-`) && name !== folder)
        rmSync(join(components, name), { recursive: true, force: true });
  }
  return join(components, folder);
}

/** Puts what is whole at its place; another process may have been faster. @param {string} filling @param {string} target */
function place(filling, target) {
  try {
    renameSync(filling, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    rmSync(filling, { recursive: true });
  }
}

/** @typedef {{ listen?: readonly string[], connect?: readonly string[] }} Settings what is built into a component */

/**
 * Makes a component of a module; its path.
 *
 * @param {string} module path of it
 * @param {'0.2' | '0.3'} wasi
 * @param {Settings} settings
 */
export function componentOf(module, wasi, settings = {}) {
  const bytes = componentize(readFileSync(module), { wasi, ...settings });
  const folder = join(folderFor(wasi), hash(bytes));
  const target = join(folder, basename(module));
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  const filling = `${target}.${process.pid}`;
  writeFileSync(filling, bytes);
  place(filling, target);
  return target;
}

/**
 * The folder with the JavaScript that jco makes of a component, and what starts it: jco-start.mjs.
 *
 * @param {string} jco the program
 * @param {string} component
 */
async function transpiled(jco, component) {
  const target = `${component}.${hash(readFileSync(start), readFileSync(jco))}.jco`;
  if (existsSync(target)) return target;
  const filling = `${target}.${process.pid}-${performance.now()}`;
  // It leaves all there that it runs, and here runs nothing.
  const env = { ...process.env, JCO_RUN_PATH: 'true' };
  await promisify(execFile)(process.execPath, [jco, 'run', '--jco-dir', filling, component], {
    env,
  });
  copyFileSync(start, join(filling, basename(start)));
  place(filling, target);
  return target;
}

/**
 * @typedef {object} Needs
 * @property {string} module path of the guest
 * @property {readonly string[]} [listen] as LISTEN has them
 * @property {readonly string[]} [connect] as CONNECT has them
 * @property {readonly { host: string, guest: string }[]} [dirs]
 * @property {Readonly<Record<string, string>>} [env]
 * @property {readonly string[]} [args]
 * @property {Settings} [settings]
 * @property {readonly string[]} [flags] further ones of `wasmtime run`
 */

/**
 * The command line that runs a module as a component, with these listeners, directories and variables and no others.
 *
 * @param {import('./index.mjs').Runtime} runtime of kind `component`
 * @param {Needs} needs
 */
export async function componentCommand(runtime, needs) {
  const { module, listen = [], connect = [], dirs = [], args = [], settings, flags = [] } = needs;
  const component = componentOf(module, runtime.wasi ?? '0.2', settings);
  const env = { ...needs.env };
  if (listen.length > 0) env.LISTEN = listen.join(',');
  if (connect.length > 0) env.CONNECT = connect.join(',');
  if (runtime.jco !== undefined) {
    const folder = await transpiled(runtime.jco, component);
    const given = JSON.stringify({ name: basename(component, '.wasm'), env, dirs });
    return [runtime.command, ...runtime.args, join(folder, basename(start)), given, ...args];
  }
  return [
    ...[runtime.command, ...runtime.args, ...flags],
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...dirs.flatMap(({ host, guest }) => ['--dir', `${host}::${guest}`]),
    ...[component, ...args],
  ];
}
