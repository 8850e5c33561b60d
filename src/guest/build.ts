// SPDX-License-Identifier: MIT
// Compiles a guest in AssemblyScript with the settings that it needs, by the project's own compiler.

import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PolluxError } from '../../host/index.ts';
import { packageFolder } from '../package-folder.ts';
import { writeWhole } from '../whole-file.ts';

/** What to build. Paths are absolute, or relative to `folder`. */
export interface GuestBuild {
  /** The project's folder, in which asconfig.json and node_modules are looked for. */
  readonly folder: string;
  readonly entry: string;
  readonly output: string;
  readonly kind: 'command' | 'reactor';
  /** Without optimisations. Names of functions are there in either case. */
  readonly debug: boolean;
}

/** ERR_COMPILER: the compiler has something to say against the program. */
export class CompileError extends PolluxError {
  override readonly name = 'CompileError';
  /** What it says, in lines, each with its place. */
  readonly diagnostics: string;

  constructor(message: string, diagnostics: string) {
    super('ERR_COMPILER', message);
    this.diagnostics = diagnostics;
  }
}

/** The SDK's modules are known by the package's name, wherever it lies. */
const SDK = '~lib/pollux/assembly';

/** The least version of asc that takes what is given to it here; 0.X may change all between two X. */
const OLDEST_MINOR = 28;
const ADVICE = `run 'npm install --save-dev assemblyscript@^0.${OLDEST_MINOR}'`;

interface Compiler {
  main(
    args: readonly string[],
    options: { writeFile(name: string, content: string | Uint8Array): void },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}

/** The project's compiler, or the one beside pollux. @throws PolluxError ERR_COMPILER. */
async function compiler(folder: string): Promise<Compiler> {
  const found = [folder, packageFolder].map(packageOfCompiler).find((path) => path !== undefined);
  if (found === undefined) {
    throw new PolluxError(
      'ERR_COMPILER',
      `the AssemblyScript compiler is not installed: ${ADVICE}`,
    );
  }
  const { version } = JSON.parse(readFileSync(found, 'utf8'));
  const [major, minor] = String(version).split('.').map(Number) as [number, number];
  if (major === 0 && minor < OLDEST_MINOR) {
    throw new PolluxError('ERR_COMPILER', `assemblyscript ${version} is too old: ${ADVICE}`);
  }
  const { default: asc } = await import(pathToFileURL(join(dirname(found), 'dist/asc.js')).href);
  return asc as Compiler;
}

function packageOfCompiler(folder: string): string | undefined {
  try {
    return createRequire(join(folder, 'x.js')).resolve('assemblyscript/package.json');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Compiles the guest. Any warning is an error, and then nothing is written.
 *
 * @throws CompileError, or PolluxError ERR_COMPILER: the compiler or the program is missing, or the output can't be
 *   written.
 */
export async function buildGuest(build: GuestBuild): Promise<void> {
  const { folder } = build;
  const entry = relative(folder, resolve(folder, build.entry));
  if (!existsSync(join(folder, entry))) {
    throw new PolluxError(
      'ERR_COMPILER',
      `there is no ${build.entry} in ${folder}; name the program's file`,
    );
  }
  const asc = await compiler(folder);
  const made = new Map<string, string | Uint8Array>();
  // Where pollux is not among the project's packages, a folder of packages that has it alone.
  const packages = mkdtempSync(join(tmpdir(), 'pollux-'));
  try {
    symlinkSync(packageFolder, join(packages, 'pollux'), 'dir');
    const { error, stderr } = await asc.main(options({ ...build, entry }, packages), {
      writeFile: (name, content) => made.set(resolve(folder, name), content),
    });
    const said = stderr.toString().trim();
    if (error !== null || said.includes('WARNING')) throw failure(entry, error, said);
  } finally {
    rmSync(packages, { recursive: true, force: true });
  }
  for (const [path, content] of made) write(path, content);
}

function options({ folder, entry, output, kind, debug }: GuestBuild, packages: string): string[] {
  const reactor = kind === 'reactor';
  const second = join(packageFolder, 'assembly', reactor ? 'turn.ts' : 'command.ts');
  return [
    ...[entry, relative(folder, second)],
    ...['--exportStart', reactor ? '_initialize' : '_start'],
    ...['--use', `abort=${SDK}/wasi/abort/abort`],
    ...(reactor ? ['--use', `POLLUX_REACTOR=${SDK}/reactor/reactor/turn`] : []),
    ...['--baseDir', folder, '--path', packages],
    ...['--outFile', relative(folder, resolve(folder, output))],
    ...['--runtime', 'incremental', '--noColors', '--debug'],
    ...(debug ? ['--optimizeLevel', '0'] : ['--optimizeLevel', '3', '--shrinkLevel', '0']),
  ];
}

function failure(entry: string, error: Error | null, said: string): CompileError {
  const name = basename(entry);
  const message =
    error === null
      ? `${name} compiles with warnings, each of which counts as an error`
      : `${name} does not compile`;
  // The last line counts the errors, or is all that a crash of the compiler leaves.
  return new CompileError(message, said.replace(/\s*FAILURE .*$/, '') || `${error?.message}`);
}

function write(path: string, content: string | Uint8Array): void {
  try {
    writeWhole(path, content);
  } catch (cause) {
    const { message } = cause as Error;
    throw new PolluxError('ERR_COMPILER', `cannot write ${path}: ${message}`, { cause });
  }
}
