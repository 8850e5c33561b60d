// SPDX-License-Identifier: MIT
// Builds the foreign guests into build/tests/foreign, each with its own toolchain; one that is newer
// than its sources is left as it is. A language without a toolchain is told, and its tests are skipped
// with that reason; with CI=true it is a failure.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { GUESTS, here, moduleOf, output, reasons } from './guests.mjs';
import { cargo, go, zig } from './toolchains.mjs';

/** @typedef {import('./guests.mjs').Language} Language */

/** @param {string} path @returns {number} when it was last written, in ms; 0 where it is not there */
const writtenAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** @param {string} name */
function isFresh(name) {
  const sources = [here, join(here, name), join(here, name, 'src')]
    .filter((folder) => writtenAt(folder) > 0)
    .flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() && !/\.(ts|md)$/.test(entry.name))
        .map((entry) => join(folder, entry.name)),
    );
  return sources.every((source) => writtenAt(source) < writtenAt(moduleOf(name)));
}

/**
 * Runs a compiler; what it says is shown, and part of the error.
 *
 * @param {string} cwd @param {string} command @param {string[]} args
 * @param {Record<string, string>} [env]
 */
function compile(cwd, command, args, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status === 0) return;
  throw new Error(`${command} ${args[0]} failed: ${error?.message ?? `${stdout}${stderr}`.trim()}`);
}

/** The module takes its name when it is whole, so that a test never loads half of it. */
function place(/** @type {string} */ built, /** @type {string} */ name) {
  renameSync(built, moduleOf(name));
}

/** @param {string[]} names @param {string} go */
function buildGo(names, go) {
  for (const name of names) {
    const built = `${moduleOf(name)}.${process.pid}`;
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w'];
    compile(join(here, name), go, ['build', ...flags, '-o', built, '.'], {
      GOOS: 'wasip1',
      GOARCH: 'wasm',
      GOTOOLCHAIN: 'local',
    });
    place(built, name);
  }
}

/** @param {string[]} names @param {string} cargo */
function buildRust(names, cargo) {
  const target = join(output, 'rust');
  const what = names.flatMap((name) => ['--package', name]);
  const options = ['--locked', '--release', '--target', 'wasm32-wasip1', '--target-dir', target];
  compile(here, cargo, ['build', ...options, ...what]);
  for (const name of names) {
    const copy = `${moduleOf(name)}.${process.pid}`;
    copyFileSync(join(target, 'wasm32-wasip1', 'release', `${name}.wasm`), copy);
    place(copy, name);
  }
}

/** @param {string[]} names @param {string} zig */
function buildC(names, zig) {
  const cache = { ZIG_GLOBAL_CACHE_DIR: join(output, 'zig') };
  for (const name of names) {
    const built = `${moduleOf(name)}.${process.pid}`;
    // wasi-libc's poll() has its records on the stack: 160 bytes for each descriptor.
    const flags = ['-O1', '-Wall', '-Wextra', '-Werror', '-Wl,-z,stack-size=4194304'];
    const args = ['cc', '-target', 'wasm32-wasi', ...flags, '-o', built, 'main.c'];
    compile(join(here, name), zig, args, cache);
    place(built, name);
  }
}

/** @type {Record<Language, { find: () => string, build: (names: string[], compiler: string) => void }>} */
const toolchains = {
  go: { find: go, build: buildGo },
  rust: { find: cargo, build: buildRust },
  c: { find: zig, build: buildC },
};

mkdirSync(output, { recursive: true });
/** @type {Partial<Record<Language, string>>} */
const missing = {};
let failed = false;
for (const [language, { find, build }] of Object.entries(toolchains)) {
  const stale = GUESTS.filter((guest) => guest.language === language)
    .map(({ name }) => name)
    .filter((name) => !isFresh(name));
  if (stale.length === 0) continue;
  // An older module would pass for the one that can't be built now.
  for (const name of stale) rmSync(moduleOf(name), { force: true });
  const key = /** @type {Language} */ (language);
  let compiler;
  try {
    compiler = find();
  } catch (error) {
    missing[key] = /** @type {Error} */ (error).message;
    continue;
  }
  try {
    build(stale, compiler);
  } catch (error) {
    failed = true; // our own sources do not compile: no reason to skip anything
    console.error(/** @type {Error} */ (error).message);
  }
}
writeFileSync(reasons, JSON.stringify(missing));

const built = GUESTS.filter(({ name }) => existsSync(moduleOf(name))).map(({ name }) => name);
console.log(`foreign guests: ${built.join(', ') || 'none'}`);
for (const [language, why] of Object.entries(missing)) console.error(`no ${language}: ${why}`);
const isShort = Object.keys(missing).length > 0 && process.env.CI === 'true';
process.exitCode = failed || isShort ? 1 : 0;
