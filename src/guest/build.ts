// SPDX-License-Identifier: MIT
// Compiles a guest in AssemblyScript with the settings that it needs, by the project's own compiler.

import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PolluxError } from '../../host/index.ts';

/** What to build. Paths are relative to `folder`. */
export interface GuestBuild {
  /** The project's folder, in which asconfig.json and node_modules are looked for. */
  readonly folder: string;
  readonly entry: string;
  readonly output: string;
  readonly kind: 'command' | 'reactor';
  /** Without optimisations, and with source positions. */
  readonly debug: boolean;
}

/** The SDK's modules are known by the package's name, wherever it lies. */
const SDK = '~lib/pollux/assembly';

/** The package's folder, seen from the sources and from the bundle in dist/ alike. */
function packageFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith(join('src', 'guest')) ? resolve(here, '../..') : resolve(here, '..');
}

interface Compiler {
  main(
    args: readonly string[],
    options?: object,
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}

/** The project's compiler, or the one beside pollux. @throws PolluxError ERR_COMPILER. */
async function compiler(folder: string): Promise<Compiler> {
  for (const from of [folder, packageFolder()]) {
    try {
      const found = createRequire(join(from, 'x.js')).resolve('assemblyscript/package.json');
      const { default: asc } = await import(
        pathToFileURL(join(dirname(found), 'dist/asc.js')).href
      );
      return asc as Compiler;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new PolluxError(
    'ERR_COMPILER',
    "the AssemblyScript compiler is not installed: run 'npm install --save-dev assemblyscript'",
  );
}

/**
 * Compiles the guest. Any warning is an error.
 *
 * @throws PolluxError ERR_COMPILER: the compiler is missing, or has something to say against the program.
 */
export async function buildGuest(build: GuestBuild): Promise<void> {
  const { folder, entry, output, kind, debug } = build;
  if (!existsSync(join(folder, entry))) {
    throw new PolluxError(
      'ERR_COMPILER',
      `there is no ${entry} in ${folder}; name the program's file`,
    );
  }
  const asc = await compiler(folder);
  mkdirSync(dirname(join(folder, output)), { recursive: true });
  // Where pollux is not among the project's packages, a folder of packages that has it alone.
  const packages = mkdtempSync(join(tmpdir(), 'pollux-'));
  try {
    symlinkSync(packageFolder(), join(packages, 'pollux'), 'dir');
    const reactor = [
      relative(folder, join(packageFolder(), 'assembly/turn.ts')),
      ...['--exportStart', '_initialize'],
      ...['--use', `POLLUX_REACTOR=${SDK}/reactor/reactor/turn`],
    ];
    const { error, stderr } = await asc.main([
      entry,
      ...(kind === 'reactor' ? reactor : ['--exportStart', '_start']),
      ...['--use', `abort=${SDK}/wasi/abort/abort`],
      ...['--baseDir', folder, '--path', packages, '--outFile', output],
      ...['--runtime', 'incremental', '--noColors', '--debug'],
      ...(debug ? ['--optimizeLevel', '0'] : ['--optimizeLevel', '3', '--shrinkLevel', '0']),
    ]);
    const said = stderr.toString().trim();
    if (error === null && !said.includes('WARNING')) return;
    const name = basename(entry);
    throw new PolluxError('ERR_COMPILER', `${name} does not compile:\n${said || error?.message}`);
  } finally {
    rmSync(packages, { recursive: true, force: true });
  }
}
