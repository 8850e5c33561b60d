// SPDX-License-Identifier: MIT
// Compiles guests: `node examples/build.mjs [--target debug] [NAME…]` makes build/examples/NAME.wasm
// of examples/NAME.ts, of all examples without names. A warning of the compiler fails the build.

import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The names of all examples that are guests. */
export function exampleNames() {
  return readdirSync(join(root, 'examples'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => basename(name, '.ts'));
}

/**
 * Compiles one guest with this package's asconfig.json; paths are relative to the package's root.
 * Throws an Error that carries what the compiler said.
 */
export async function buildGuest(source, output, target = 'release') {
  linkSdk();
  mkdirSync(dirname(join(root, output)), { recursive: true });
  const { error, stderr } = await asc.main([
    source,
    '--baseDir',
    root,
    '--config',
    'asconfig.json',
    '--target',
    target,
    '--path',
    'build/packages',
    '--outFile',
    output,
  ]);
  const said = stderr.toString();
  if (error !== null || said.includes('WARNING')) {
    throw new Error(`${source} does not compile:\n${said}${error === null ? '' : error.message}`);
  }
}

/** Examples import 'pollux/assembly' as any project does: found in a folder of packages, a link to this one. */
function linkSdk() {
  const packages = join(root, 'build/packages');
  mkdirSync(packages, { recursive: true });
  const link = join(packages, 'pollux');
  try {
    symlinkSync(root, link, 'dir');
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

async function main(args) {
  const at = args.indexOf('--target');
  const target = at < 0 ? 'release' : args.splice(at, 2)[1];
  for (const name of args.length > 0 ? args : exampleNames()) {
    await buildGuest(`examples/${name}.ts`, `build/examples/${name}.wasm`, target);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
