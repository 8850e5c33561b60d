// SPDX-License-Identifier: MIT
// What a module is, what it wants of a host, and whether and how pollux would run it.

import { readFileSync } from 'node:fs';
import { isCommand, isReactor, PREVIEW1_MODULE, PREVIEW1_NAMES } from '../../host/index.ts';
import { compileNow, unreadable } from '../module.ts';
import { type MemoryLimits, memoryOf, producersOf } from './sections.ts';

/** A part of the host that a module can use, by the imports that say so. */
const FEATURES: Readonly<Record<string, RegExp>> = {
  'accepts connections': /^sock_accept$/,
  'waits for many descriptors': /^poll_oneoff$/,
  'ends its side of connections': /^sock_shutdown$/,
  'reads and writes descriptors': /^(fd_(read|write)|sock_(recv|send))$/,
  'opens files, or connections by /dev/tcp': /^path_open$/,
  'changes directories':
    /^path_(create_directory|link|remove_directory|rename|symlink|unlink_file)$/,
  clocks: /^clock_/,
  'random numbers': /^random_get$/,
  arguments: /^args_/,
  environment: /^environ_/,
};

/** What is known of a module. */
export interface Inspection {
  readonly path: string;
  readonly byteLength: number;
  readonly kind: 'command' | 'reactor' | 'command and reactor' | 'neither';
  /** `module.name`, of those that pollux has, and of those that it has not. */
  readonly imports: readonly string[];
  readonly unknownImports: readonly string[];
  /** With their kinds. */
  readonly exports: readonly { readonly name: string; readonly kind: string }[];
  /** In pages of 64 KiB. */
  readonly memory: MemoryLimits | undefined;
  readonly producers: readonly string[];
  /** What of the host it would use. */
  readonly features: readonly string[];
  /** The embedding modes that it can run in. */
  readonly modes: readonly string[];
  /** Why pollux can't run it; empty where it can. */
  readonly obstacles: readonly string[];
}

/**
 * Inspects a file, without running anything of it.
 *
 * @throws PolluxError ERR_MODULE_NOT_FOUND, ERR_MODULE_INVALID, ERR_MODULE_COMPONENT.
 */
export function inspectModule(path: string): Inspection {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  const module = compileNow(path, bytes);
  const imports = WebAssembly.Module.imports(module);
  const known = (entry: { module: string; name: string; kind: string }) =>
    entry.module === PREVIEW1_MODULE && entry.kind === 'function' && PREVIEW1_NAMES.has(entry.name);
  const spelled = ({ module: from, name }: { module: string; name: string }) => `${from}.${name}`;
  const unknownImports = imports.filter((entry) => !known(entry)).map(spelled);
  const memory = memoryOf(bytes);
  const [command, reactor] = [isCommand(module), isReactor(module)];
  const obstacles = obstaclesOf({ command, reactor, unknownImports, memory, module });
  return {
    path,
    byteLength: bytes.length,
    kind: command ? (reactor ? 'command and reactor' : 'command') : reactor ? 'reactor' : 'neither',
    imports: imports.filter(known).map(spelled),
    unknownImports,
    exports: WebAssembly.Module.exports(module).map(({ name, kind }) => ({ name, kind })),
    memory,
    producers: producersOf(bytes),
    features: Object.entries(FEATURES)
      .filter(([, names]) => imports.some((entry) => known(entry) && names.test(entry.name)))
      .map(([feature]) => feature),
    modes:
      obstacles.length > 0
        ? []
        : [
            ...(command ? ['blocking', 'worker', 'jspi'] : ['worker']),
            ...(reactor ? ['inline'] : []),
          ],
    obstacles,
  };
}

interface Facts {
  readonly command: boolean;
  readonly reactor: boolean;
  readonly unknownImports: readonly string[];
  readonly memory: MemoryLimits | undefined;
  readonly module: WebAssembly.Module;
}

function obstaclesOf({ command, reactor, unknownImports, memory, module }: Facts): string[] {
  const exportsMemory = WebAssembly.Module.exports(module).some(
    ({ name, kind }) => name === 'memory' && kind === 'memory',
  );
  return [
    ...(unknownImports.length > 0 ? ['it imports what pollux does not have'] : []),
    ...(command || reactor ? [] : ['it exports neither _start nor _initialize and turn']),
    ...(exportsMemory ? [] : ["it exports no memory named 'memory'"]),
    ...(memory?.shared ? ['its memory is shared, which preview 1 has no rules for'] : []),
  ];
}
