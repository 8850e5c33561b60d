// SPDX-License-Identifier: MIT
// What `module` may be, made a compiled module.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { checkImports, checkModule, isReactor, PolluxError } from '../../host/index.ts';
import { compileModule, unreadable } from '../module.ts';
import type { ReactorOptions } from './options.ts';

type Source = ReactorOptions['module'];

/** argv[0] of a guest: the path as it was given; `guest.wasm` where there is none. */
export function guestName(source: Source): string {
  if (typeof source === 'string') return source;
  return source instanceof URL ? fileURLToPath(source) : 'guest.wasm';
}

/**
 * Compiles off the event loop's thread what is not compiled yet, and checks that it is a guest.
 *
 * @throws PolluxError ERR_MODULE_NOT_FOUND, ERR_MODULE_INVALID, ERR_MODULE_COMPONENT, ERR_MODULE_IMPORTS,
 *   ERR_MODULE_NO_START, ERR_OPTION.
 */
export async function compileGuest(source: Source): Promise<WebAssembly.Module> {
  const module = await compiled(source);
  if (isReactor(module)) checkImports(module);
  else checkModule(module);
  return module;
}

async function compiled(source: Source): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    return compileModule(
      'the module',
      source instanceof Uint8Array ? source : new Uint8Array(source),
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
  return compileModule(path, bytes);
}
