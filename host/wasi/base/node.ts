// SPDX-License-Identifier: MIT
// node:wasi as the base.

import { createRequire } from 'node:module';
import { PolluxError } from '../../errors.ts';
import type { BaseOptions, BaseWasi, WasiFunction } from '../base.ts';

/** What the class of node:wasi has, in one runtime or another. */
interface NodeWasi {
  readonly wasiImport: Record<string, WasiFunction>;
  finalizeBindings?(instance: object, options: { memory: WebAssembly.Memory }): void;
  initialize?(instance: object): void;
  setMemory?(memory: WebAssembly.Memory): void;
}

/**
 * Makes node:wasi the base. It is given no directory, so its path functions could reach nothing.
 *
 * @throws PolluxError ERR_BASE_WASI where this runtime has no usable node:wasi.
 */
export function nodeBase({ args, env }: BaseOptions): BaseWasi {
  const wasi = construct({ version: 'preview1', args, env, returnOnExit: true });
  return {
    functions: wasi.wasiImport,
    // Bun and Deno have a node:wasi of their own, whose streams are terminals whatever they are.
    stdio: !('bun' in process.versions) && !('deno' in process.versions),
    attach: (memory) => attach(wasi, memory),
  };
}

function construct(options: object): NodeWasi {
  // Every version of Node warns that WASI is experimental. What we take of it is covered by tests,
  // and a user of pollux can do nothing about it, so that one warning is kept from them.
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).includes('WASI')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    const { WASI } = createRequire(import.meta.url)('node:wasi');
    return new WASI(options) as NodeWasi;
  } catch (cause) {
    throw new PolluxError(
      'ERR_BASE_WASI',
      `node:wasi of this runtime cannot be used: ${(cause as Error).message}`,
      { cause },
    );
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** node:wasi takes the memory from an instance; it gets one that has nothing else. */
function attach(wasi: NodeWasi, memory: WebAssembly.Memory): void {
  if (wasi.finalizeBindings !== undefined) {
    wasi.finalizeBindings({ exports: { memory } }, { memory });
  } else if (wasi.setMemory !== undefined) {
    wasi.setMemory(memory); // Bun
  } else if (wasi.initialize !== undefined) {
    wasi.initialize({ exports: { memory } });
  } else {
    throw new PolluxError('ERR_BASE_WASI', 'node:wasi of this runtime takes no memory');
  }
}
