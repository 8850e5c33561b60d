// SPDX-License-Identifier: MIT
// What `module` may be, made a compiled module.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { checkImports, checkModule, isReactor, PolluxError } from '../../host/index.ts';
import { compileModule, unreadable } from '../module.ts';
import { limitMemory } from './memory-limit.ts';
import type { ReactorOptions } from './options.ts';

type Source = ReactorOptions['module'];

/** argv[0] of a guest: the path as it was given; `guest.wasm` where there is none. */
export function guestName(source: Source): string {
  if (typeof source === 'string') return source;
  return source instanceof URL ? fileURLToPath(source) : 'guest.wasm';
}

/**
 * Compiles off the event loop's thread what is not compiled yet, and checks that it is a guest. With `memory`,
 * where it is not 0, as the limit of its memory, but for a module that is compiled already.
 *
 * @throws PolluxError ERR_MODULE_NOT_FOUND, ERR_MODULE_INVALID, ERR_MODULE_COMPONENT, ERR_MODULE_IMPORTS,
 *   ERR_MODULE_NO_START, ERR_OPTION.
 */
export async function compileGuest(source: Source, memory: number): Promise<WebAssembly.Module> {
  const module = await compiled(source, memory);
  if (isReactor(module)) checkImports(module);
  else checkModule(module);
  return module;
}

async function compiled(source: Source, memory: number): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    return compileBytes(
      'the module',
      source instanceof Uint8Array ? source : new Uint8Array(source),
      memory,
    );
  }
  if (source instanceof URL && source.protocol !== 'file:') {
    throw new PolluxError(
      'ERR_OPTION',
      `module is ${source}; give a file: URL, or fetch it and give the bytes`,
    );
  }
  if (typeof source !== 'string' && !(source instanceof URL)) {
    throw new PolluxError(
      'ERR_OPTION',
      'module is none of: a path, a file: URL, a Uint8Array or ArrayBuffer, a WebAssembly.Module',
    );
  }
  const path = guestName(source);
  const bytes = await readFile(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  return compileBytes(path, bytes, memory);
}

/** A limit is written into a module that is valid, as what is wrong with another one should be told as it is. */
async function compileBytes(
  name: string,
  bytes: Uint8Array,
  memory: number,
): Promise<WebAssembly.Module> {
  const module = await compileModule(name, bytes);
  return memory === 0 ? module : compileModule(name, limitMemory(bytes, memory));
}
