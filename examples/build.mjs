// SPDX-License-Identifier: MIT
// Compiles guests: `node examples/build.mjs [--target debug] [NAME…]` makes build/examples/NAME.wasm
// of examples/NAME.ts, of all examples without names; and of those that use the SDK's Reactor also the
// reactor module NAME.reactor.wasm. A warning of the compiler fails the build.

import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
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

/** What makes a module one whose turns are called: docs/guest-contract.md. */
const REACTOR = [
  'assembly/turn.ts',
  ...['--exportStart', '_initialize'],
  ...['--use', 'POLLUX_REACTOR=~lib/pollux/assembly/reactor/reactor/turn'],
];

/**
 * Compiles one guest with this package's asconfig.json, as a command or a reactor module; paths are relative to
 * the package's root.
 * Throws an Error that carries what the compiler said.
 */
export async function buildGuest(source, output, { target = 'release', reactor = false } = {}) {
  linkSdk();
  mkdirSync(dirname(join(root, output)), { recursive: true });
  const { error, stderr } = await asc.main([
    source,
    ...(reactor ? REACTOR : []),
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

/** Only a Reactor knows how to make a single turn; a program with a loop of its own is a command. */
function usesReactor(source) {
  return /\bnew Reactor\(/.test(readFileSync(join(root, source), 'utf8'));
}

async function main(args) {
  const at = args.indexOf('--target');
  const target = at < 0 ? 'release' : args.splice(at, 2)[1];
  for (const name of args.length > 0 ? args : exampleNames()) {
    const source = `examples/${name}.ts`;
    await buildGuest(source, `build/examples/${name}.wasm`, { target });
    if (usesReactor(source)) {
      await buildGuest(source, `build/examples/${name}.reactor.wasm`, { target, reactor: true });
    }
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
