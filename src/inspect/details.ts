// SPDX-License-Identifier: MIT
// What of a module WebAssembly.Module does not tell: the limits of its memory, its data, its custom sections. Names
// and producers: the appendix of the WebAssembly core specification and the tool conventions.
//
// The engine has validated the module before, but neither the content of custom sections, which may be anything,
// nor that src/wasm knows the newest encodings: what can't be read counts as not there.

import { Malformed, Reader } from '../wasm/reader.ts';
import { readImport, SECTION, sections } from '../wasm/sections.ts';
import { type Limits, readLimits } from '../wasm/types.ts';

/** Limits of a memory, in pages of 64 KiB. */
export interface MemoryLimits extends Limits {
  readonly imported: boolean;
}

/** What `read` makes of a section's content; undefined where it can't be read. */
function attempt<T>(content: Uint8Array, read: (reader: Reader) => T): T | undefined {
  try {
    return read(new Reader(content));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** The module's memories, those that it imports first. */
export function memoriesOf(bytes: Uint8Array): MemoryLimits[] {
  const memories: MemoryLimits[] = [];
  for (const { id, content } of sections(bytes)) {
    const imports = id === SECTION.import && attempt(content, (all) => all.vector(readImport));
    for (const { limits } of imports || []) {
      if (limits !== undefined) memories.push({ ...limits, imported: true });
    }
    const own = id === SECTION.memory && attempt(content, (all) => all.vector(readLimits));
    for (const limits of own || []) memories.push({ ...limits, imported: false });
  }
  return memories;
}

/** The section of initial data; empty where there is none. */
export function dataOf(bytes: Uint8Array): Buffer {
  for (const { id, content } of sections(bytes)) {
    if (id === SECTION.data) {
      return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    }
  }
  return Buffer.alloc(0);
}

/** The content of the first custom section of this name that can be read. */
export function customSection<T>(
  bytes: Uint8Array,
  name: string,
  read: (reader: Reader) => T,
): T | undefined {
  for (const { id, content } of sections(bytes)) {
    if (id !== SECTION.custom) continue;
    const found = attempt(content, (reader) => (reader.text() === name ? read(reader) : undefined));
    if (found !== undefined) return found;
  }
  return undefined;
}
