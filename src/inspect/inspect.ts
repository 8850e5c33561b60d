// SPDX-License-Identifier: MIT
// What a module is, what it wants of a host, and whether and how pollux would run it.

import { readFileSync } from 'node:fs';
import {
  checkImports,
  isCommand,
  isReactor,
  PolluxError,
  PREVIEW1_MODULE,
  PREVIEW1_NAMES,
} from '../../host/index.ts';
import { checkGuest } from '../componentize/check.ts';
import { readGuest } from '../componentize/guest.ts';
import { compileNow, unreadable } from '../module.ts';
import { dataOf, type MemoryLimits, memoriesOf } from './details.ts';
import { featuresOf } from './features.ts';
import { type Origin, originOf } from './toolchain.ts';

/** What is known of a file. */
export interface Inspection extends Origin {
  readonly path: string;
  readonly byteLength: number;
  /** 'reactor': it has `_initialize`; pollux runs those that have `turn` too. */
  readonly kind: 'command' | 'reactor' | 'command and reactor' | 'neither' | 'component';
  /** `module.name`, of those that pollux has, and of those that it has not. */
  readonly imports: readonly string[];
  readonly unknownImports: readonly string[];
  /** With their kinds. */
  readonly exports: readonly { readonly name: string; readonly kind: string }[];
  /** The first, in pages of 64 KiB; with the name by which it is exported. */
  readonly memory: (MemoryLimits & { readonly exported: string | undefined }) | undefined;
  /** What of the host it would use. */
  readonly features: readonly string[];
  /** The embedding modes that it can run in. */
  readonly modes: readonly string[];
  /** Whether `pollux componentize` makes a component of it. */
  readonly componentizes: boolean;
  /** Why pollux can't run it; empty where it can. */
  readonly obstacles: readonly string[];
}

/**
 * Inspects a file, without running anything of it.
 *
 * @throws PolluxError ERR_MODULE_NOT_FOUND; ERR_MODULE_INVALID: it is neither a module nor a component.
 */
export function inspectModule(path: string): Inspection {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    return inspect(path, bytes, compileNow(path, bytes));
  } catch (error) {
    if (!(error instanceof PolluxError) || error.code !== 'ERR_MODULE_COMPONENT') throw error;
    return component(path, bytes, error.message.replace(`${path} is`, 'it is'));
  }
}

function component(path: string, { byteLength }: Buffer, obstacle: string): Inspection {
  const nothing = { imports: [], unknownImports: [], exports: [], features: [], modes: [] };
  const origin = { producers: [], name: undefined, functionNames: false };
  const memory = undefined;
  return {
    ...{ path, byteLength, kind: 'component', memory },
    ...{ ...nothing, ...origin, componentizes: false, obstacles: [obstacle] },
  };
}

function inspect(path: string, bytes: Buffer, module: WebAssembly.Module): Inspection {
  const imports = WebAssembly.Module.imports(module);
  const exports = WebAssembly.Module.exports(module).map(({ name, kind }) => ({ name, kind }));
  const isKnown = ({ module: from, name, kind }: WebAssembly.ModuleImportDescriptor) =>
    from === PREVIEW1_MODULE && kind === 'function' && PREVIEW1_NAMES.has(name);
  const known = imports.filter(isKnown);
  const calls = known.map(({ name }) => name);
  const limits = memoriesOf(bytes)[0];
  const exported = exports.find(({ kind }) => kind === 'memory')?.name;
  const obstacles = [...obstaclesOf(module, exports, limits)];
  return {
    path,
    byteLength: bytes.length,
    kind: kindOf(module, exports),
    imports: spelled(known),
    unknownImports: spelled(imports.filter((entry) => !isKnown(entry))),
    exports,
    memory: limits && { ...limits, exported },
    ...originOf(bytes),
    features: featuresOf(calls, dataOf(bytes)),
    modes: obstacles.length > 0 ? [] : modesOf(module),
    componentizes: componentizes(bytes),
    obstacles,
  };
}

/** Each once: Go imports a function as often as it declares it. */
function spelled(imports: readonly WebAssembly.ModuleImportDescriptor[]): string[] {
  return [...new Set(imports.map(({ module: from, name }) => `${from}.${name}`))];
}

function componentizes(bytes: Buffer): boolean {
  try {
    checkGuest(readGuest('', bytes));
    return true;
  } catch (error) {
    if (error instanceof PolluxError) return false;
    throw error;
  }
}

type Exports = Inspection['exports'];

const hasFunction = (exports: Exports, wanted: string) =>
  exports.some(({ name, kind }) => name === wanted && kind === 'function');

function kindOf(module: WebAssembly.Module, exports: Exports): Inspection['kind'] {
  if (isCommand(module)) return isReactor(module) ? 'command and reactor' : 'command';
  return hasFunction(exports, '_initialize') ? 'reactor' : 'neither';
}

/** As chooseMode of src/reactor/modes has it. */
function modesOf(module: WebAssembly.Module): string[] {
  return [
    ...(isCommand(module) ? ['blocking', 'worker', 'jspi'] : ['worker']),
    ...(isReactor(module) ? ['inline'] : []),
  ];
}

function* obstaclesOf(
  module: WebAssembly.Module,
  exports: Exports,
  memory: MemoryLimits | undefined,
): Generator<string> {
  try {
    checkImports(module);
  } catch (error) {
    yield (error as PolluxError).message.replace(/^the module/, 'it');
  }
  if (!isCommand(module) && !isReactor(module)) {
    yield hasFunction(exports, '_initialize')
      ? 'it exports _initialize but no turn, so nothing would run it once it is initialised'
      : 'it exports neither _start nor _initialize and turn';
  }
  if (!exports.some(({ name, kind }) => name === 'memory' && kind === 'memory')) {
    yield "it exports no memory named 'memory'";
  }
  if (memory?.shared) yield 'its memory is shared, which preview 1 has no rules for';
  if (memory?.wide) yield 'its memory has addresses of 64 bits, and those of preview 1 have 32';
}
