// SPDX-License-Identifier: MIT
// Cross-builds the addon for the package (`npm pack`): prebuilds/PLATFORM/…, where node-gyp-build finds it.
// One binary a processor serves Node 20 to 26, Bun and Deno, as it uses Node-API alone.
//
// Zig (from PyPI) is the compiler: it carries the C libraries of its targets, and links against a glibc as
// old as Node's own least one, whatever this machine has. What is newer than its sources is left as it is.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder, isFresh, PROGRAMS } from './sources.mjs';

const ZIG = '0.17.1';
const prebuilds = join(folder, 'prebuilds');
/** Not in host/native/build, which node-gyp empties. */
const workshop = join(folder, '../../build/prebuild');
const include = createRequire(import.meta.url)('node-api-headers').include_dir;

/**
 * Folder and file as node-gyp-build names them, by Zig's name of the target. Node 20 needs glibc 2.28, or musl
 * where it is built for Alpine. What is listed here is loaded and served from in tests/package/prebuilds.test.ts.
 */
const TARGETS = {
  'x86_64-linux-gnu.2.28': 'linux-x64/node.napi.glibc.node',
  'x86_64-linux-musl': 'linux-x64/node.napi.musl.node',
  'aarch64-linux-gnu.2.28': 'linux-arm64/node.napi.glibc.node',
  'aarch64-linux-musl': 'linux-arm64/node.napi.musl.node',
};

/** Static programs, which care for no C library: one for each processor. */
const PROGRAM_TARGETS = { 'x86_64-linux-musl': 'linux-x64', 'aarch64-linux-musl': 'linux-arm64' };

/** Zig, installed on first use. */
function zig() {
  const target = join(workshop, `ziglang-${ZIG}`);
  const program = join(target, 'ziglang', 'zig');
  if (existsSync(program)) return program;
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--root-user-action=ignore'];
  const filling = `${target}.${process.pid}`;
  const { status, stderr, error } = spawnSync(
    'python3',
    [...pip, '--target', filling, `ziglang==${ZIG}`],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    const why = error?.message ?? stderr.trim();
    throw new Error(
      `Zig ${ZIG} could not be installed by Python's pip, and packing needs it: ${why}`,
    );
  }
  if (!existsSync(target)) renameSync(filling, target);
  rmSync(filling, { recursive: true, force: true });
  return program;
}

/** A list of strings of a target in binding.gyp, which is Python, by its key. */
function fromGyp(target, key) {
  const gyp = readFileSync(join(folder, 'binding.gyp'), 'utf8').split(`"${target}"`)[1] ?? '';
  const list = new RegExp(`"${key}": \\[([^\\]]*)\\]`).exec(gyp)?.[1] ?? '';
  return [...list.matchAll(/"([^"]+)"/g)].map(([, text]) => text);
}

/** One binary, whole or not at all: others may be packing what is there. */
function build(target, file) {
  const output = join(prebuilds, file);
  if (isFresh(output, fileURLToPath(import.meta.url))) return;
  mkdirSync(dirname(output), { recursive: true });
  const filling = join(workshop, `${target}.${process.pid}.node`);
  const how = ['-shared', '-fPIC', '-s', '-DNODE_GYP_MODULE_NAME=pollux', `-I${include}`];
  const flags = [...fromGyp('pollux', 'cflags_c'), ...fromGyp('pollux', 'ldflags')];
  execFileSync(
    zig(),
    ['cc', '-target', target, ...how, ...flags, '-o', filling, ...fromGyp('pollux', 'sources')],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  renameSync(filling, output);
}

/** One program, as above. */
function buildProgram(target, name, file) {
  const output = join(prebuilds, file);
  if (isFresh(output, fileURLToPath(import.meta.url))) return;
  const filling = join(workshop, `${target}.${process.pid}.${name}`);
  const how = ['-static', '-s', ...fromGyp(name, 'cflags_c')];
  execFileSync(
    zig(),
    ['cc', '-target', target, ...how, '-o', filling, ...fromGyp(name, 'sources')],
    { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  renameSync(filling, output);
}

/** What earlier versions of this file have made. */
function removeOthers() {
  if (!existsSync(prebuilds)) return;
  const wanted = new Set(Object.values(TARGETS));
  for (const name of readdirSync(prebuilds, { recursive: true })) {
    if (name.endsWith('.node') && !wanted.has(name)) rmSync(join(prebuilds, name));
  }
}

mkdirSync(workshop, { recursive: true });
removeOthers();
for (const [target, file] of Object.entries(TARGETS)) build(target, file);
for (const [target, place] of Object.entries(PROGRAM_TARGETS)) {
  for (const name of PROGRAMS) buildProgram(target, name, `${place}/${name}`);
}
