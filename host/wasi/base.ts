// SPDX-License-Identifier: MIT
// The base WASI beneath ours: node:wasi serves files, args, environment, clocks and random numbers.
// It sees base fds only; sockets, readiness and the end of the process never reach it.

import { createRequire } from 'node:module';
import { PolluxError } from '../errors.ts';

/** A preview 1 function as it is imported: i32 as number, i64 as bigint; answers an errno. */
export type WasiFunction = (...args: (number | bigint)[]) => number;

/** A base WASI, ready to be called once `attach` was. Its preopens are base fds 3, 4, … in order. */
export interface BaseWasi {
  readonly functions: Readonly<Record<string, WasiFunction>>;
  attach(memory: WebAssembly.Memory): void;
}

/** What the class of node:wasi has, in one runtime or another. */
interface NodeWasi {
  readonly wasiImport: Record<string, WasiFunction>;
  finalizeBindings?(instance: object, options: { memory: WebAssembly.Memory }): void;
  initialize?(instance: object): void;
  setMemory?(memory: WebAssembly.Memory): void;
}

const FAULT = 21;
const OVERFLOW = 61;

/**
 * Makes node:wasi the base.
 *
 * @throws PolluxError ERR_BASE_WASI where this runtime has no usable node:wasi.
 */
export function nodeBase(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  preopens: Readonly<Record<string, string>>,
): BaseWasi {
  const wasi = construct({ version: 'preview1', args, env, preopens, returnOnExit: true });
  const functions: Record<string, WasiFunction> = {};
  let attached = false;
  for (const [name, call] of Object.entries(wasi.wasiImport)) {
    // node:wasi answers EOVERFLOW for a pointer out of bounds; preview 1's word for it is EFAULT.
    functions[name] = (...values) => {
      // A module's start section runs before anybody can have its memory.
      if (!attached) return FAULT;
      const errno = call(...values);
      return errno === OVERFLOW ? FAULT : errno;
    };
  }
  return {
    functions,
    attach: (memory) => {
      attach(wasi, memory);
      attached = true;
    },
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
