// SPDX-License-Identifier: MIT
// Whether a compiled module is one that this host can run, told before it runs.

import { PolluxError } from '../errors.ts';
import { PREVIEW1 } from './preview1.ts';

/** The only module that guests import from. */
export const WASI_MODULE = 'wasi_snapshot_preview1';

/** Whether it has a `_start`, which runs from beginning to end. */
export function isCommand(module: WebAssembly.Module): boolean {
  return exportsFunction(module, '_start');
}

/** Whether it has `_initialize` and `turn`, which is called whenever something is ready (docs/guest-contract.md). */
export function isReactor(module: WebAssembly.Module): boolean {
  return exportsFunction(module, '_initialize') && exportsFunction(module, 'turn');
}

function exportsFunction(module: WebAssembly.Module, wanted: string): boolean {
  return WebAssembly.Module.exports(module).some(
    ({ name, kind }) => name === wanted && kind === 'function',
  );
}

/**
 * Checks imports and exports of a command module.
 *
 * @throws PolluxError ERR_MODULE_IMPORTS, ERR_MODULE_NO_START.
 */
export function checkModule(module: WebAssembly.Module): void {
  checkImports(module);
  if (isCommand(module)) return;
  const reactor = exportsFunction(module, '_initialize');
  throw new PolluxError(
    'ERR_MODULE_NO_START',
    reactor
      ? 'the module has no _start: it exports _initialize, so it was built as a reactor; build it as a command'
      : 'the module has no _start: it is no WASI command; build it for wasm32-wasip1 with a main function',
  );
}

/**
 * Checks that all imports are functions of preview 1.
 *
 * @throws PolluxError ERR_MODULE_IMPORTS, which names each that is not.
 */
export function checkImports(module: WebAssembly.Module): void {
  const unknown = WebAssembly.Module.imports(module).filter(
    ({ module: from, name, kind }) =>
      from !== WASI_MODULE || kind !== 'function' || !PREVIEW1.has(name),
  );
  if (unknown.length === 0) return;
  const names = unknown.map(({ module: from, name }) => `${from}.${name}`).join(', ');
  throw new PolluxError(
    'ERR_MODULE_IMPORTS',
    `the module imports what pollux does not have: ${names}; it runs modules whose imports are functions of ${WASI_MODULE}${remedyOfImports(unknown)}`,
  );
}

/** What helps against imports that are not there, in parentheses; '' where nothing is known of them. */
export function remedyOfImports(unknown: readonly { module: string }[]): string {
  if (unknown.some(({ module }) => module === 'wasi_unstable')) {
    return ' (wasi_unstable is preview 0: rebuild it with a current toolchain)';
  }
  if (unknown.some(({ module }) => module === 'env')) {
    return " (env.* are functions that the linker did not find, or AssemblyScript's own: see docs/sdk.md)";
  }
  return '';
}

/** The memory that the instance exports. @throws PolluxError ERR_MODULE_MEMORY. */
export function checkMemory(instance: WebAssembly.Instance): WebAssembly.Memory {
  const memory = instance.exports.memory;
  if (!(memory instanceof WebAssembly.Memory)) {
    throw new PolluxError(
      'ERR_MODULE_MEMORY',
      "the module exports no memory named 'memory', which WASI needs",
    );
  }
  if (!(memory.buffer instanceof ArrayBuffer)) {
    throw new PolluxError(
      'ERR_MODULE_MEMORY',
      "the module's memory is shared, which preview 1 has no rules for; build it without threads",
    );
  }
  return memory;
}
