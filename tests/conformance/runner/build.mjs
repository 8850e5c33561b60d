// SPDX-License-Identifier: MIT
// Compiles the guests into build/conformance/GROUP/NAME.wasm. What is newer than its sources is left as
// it is. A warning of the compiler, or an import from anywhere but preview 1, fails the build.

import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { guests } from './behaviours.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** @param {string} id GROUP/NAME */
export const moduleOf = (id) => join(root, 'build/conformance', `${id}.wasm`);

const shared = readdirSync(guests)
  .filter((name) => name.endsWith('.ts') || name.endsWith('.json'))
  .map((name) => join(guests, name));

/** @param {string} path */
function changed(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

/** @param {{ id: string, source: string }} behaviour */
async function compile({ id, source }) {
  const target = moduleOf(id);
  mkdirSync(dirname(target), { recursive: true });
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await asc.main(
    [
      relative(root, source),
      '--baseDir',
      root,
      '--config',
      relative(root, join(guests, 'asconfig.json')),
      '--outFile',
      'guest.wasm',
    ],
    {
      readFile(name, baseDir) {
        try {
          return readFileSync(join(baseDir, name), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile(_name, contents) {
        binary = /** @type {Uint8Array} */ (contents);
      },
    },
  );
  const said = stderr.toString();
  if (error !== null || binary === undefined || said.includes('WARNING'))
    throw new Error(`guests/${id}.ts does not compile:\n${said}${error?.message ?? ''}`);
  const foreign = WebAssembly.Module.imports(
    new WebAssembly.Module(/** @type {BufferSource} */ (binary)),
  ).filter(({ module }) => module !== 'wasi_snapshot_preview1');
  if (foreign.length > 0)
    throw new Error(`guests/${id}.ts imports ${foreign.map(({ module }) => module)}`);
  // Whole or not at all: another process may be reading it.
  const filling = `${target}.${process.pid}`;
  writeFileSync(filling, binary);
  renameSync(filling, target);
}

/**
 * Compiles what is out of date. Throws an Error that carries what the compiler said.
 *
 * @param {{ id: string, source: string }[]} behaviours
 */
export async function build(behaviours) {
  const newest = Math.max(...shared.map(changed));
  const failed = [];
  for (const behaviour of behaviours) {
    const built = changed(moduleOf(behaviour.id));
    if (built > newest && built > changed(behaviour.source)) continue;
    await compile(behaviour).catch((error) => failed.push(error.message));
  }
  if (failed.length > 0) throw new Error(failed.join('\n'));
}
