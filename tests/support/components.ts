// SPDX-License-Identifier: MIT
// Guests written as text for `componentize`, and a component taken apart again.

import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';

/** A module of these fields alone, in the text format. */
export const module = (...fields: readonly string[]) => parse(`(module ${fields.join('\n')})`);

const NEEDED = '(memory (export "memory") 1) (func (export "_start"))';

/** A module that componentize takes, with these fields before the memory and _start that it needs. */
export const command = (...fields: readonly string[]) => module(...fields, NEEDED);

/** A field that imports a function of preview 1; the type as `(param i32) (result i32)`. */
export const preview1 = (name: string, type: string, id = '') =>
  `(import "wasi_snapshot_preview1" "${name}" (func ${id} ${type}))`;

/** The type of fd_write. */
export const FOUR = '(param i32 i32 i32 i32) (result i32)';

/** A section of a file at top level. */
export interface Part {
  readonly id: number;
  readonly content: Uint8Array;
}

/** The sections of a module or a component, read without anything of src/. */
export function taken(bytes: Uint8Array): Part[] {
  const parts: Part[] = [];
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at++] as number;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      length += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    parts.push({ id, content: new Uint8Array(bytes.subarray(at, at + length)) });
    at += length;
  }
  return parts;
}

/** The core modules of a component at top level: the guest, the settings, then the adapter's. */
export const coreModules = (component: Uint8Array) =>
  taken(component)
    .filter(({ id }) => id === 1)
    .map(({ content }) => content);
