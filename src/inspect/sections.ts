// SPDX-License-Identifier: MIT
// What of a module WebAssembly.Module does not tell: the limits of its memory, its data, who made it. Sections:
// WebAssembly core specification, "Binary Format"; names and producers: its appendix and the tool conventions.
//
// The engine has validated the module before, but neither the content of custom sections, which may be anything,
// nor that this file knows the newest encodings: what can't be read counts as not there.

import { Malformed, Reader } from './reader.ts';

const CUSTOM = 0;
const IMPORT = 2;
const MEMORY = 5;
const DATA = 11;
const HEADER_BYTES = 8;

/** The kind of an import; the others are passed over. */
const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;

/** What begins a reference type that names its heap type, in the type of a table or a global. */
const TYPED_REFERENCES: ReadonlySet<number> = new Set([0x63, 0x64]);

/** Limits of a memory, in pages of 64 KiB. */
export interface MemoryLimits {
  readonly least: number;
  /** undefined: none but that of its addresses. */
  readonly most: number | undefined;
  readonly shared: boolean;
  /** Addresses of 64 bits. */
  readonly wide: boolean;
  readonly imported: boolean;
}

/** A section's number and its content; a custom one's name stands at the beginning of that. */
interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

function* sections(bytes: Uint8Array): Generator<Section> {
  const reader = new Reader(bytes.subarray(HEADER_BYTES));
  while (!reader.ended) {
    const id = reader.byte();
    yield { id, content: reader.bytes(reader.number()) };
  }
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

function limits(reader: Reader, imported: boolean): MemoryLimits {
  const flags = reader.number();
  const least = reader.number();
  const most = flags & 1 ? reader.number() : undefined;
  return { least, most, shared: (flags & 2) !== 0, wide: (flags & 4) !== 0, imported };
}

function skipValueType(reader: Reader): void {
  if (TYPED_REFERENCES.has(reader.byte())) reader.number();
}

/** Passes over the type of an import that is no memory. */
function skipImport(reader: Reader, kind: number): void {
  if (kind === KIND.function) {
    reader.number();
  } else if (kind === KIND.table) {
    skipValueType(reader);
    limits(reader, true);
  } else if (kind === KIND.global) {
    skipValueType(reader);
    reader.byte();
  } else if (kind === KIND.tag) {
    reader.byte();
    reader.number();
  } else {
    throw new Malformed(`an import is of a kind that is not known: ${kind}`);
  }
}

function importedMemories(reader: Reader): MemoryLimits[] {
  const memories: MemoryLimits[] = [];
  for (let count = reader.number(); count > 0; count--) {
    reader.text();
    reader.text();
    const kind = reader.byte();
    if (kind === KIND.memory) memories.push(limits(reader, true));
    else skipImport(reader, kind);
  }
  return memories;
}

function ownMemories(reader: Reader): MemoryLimits[] {
  const memories: MemoryLimits[] = [];
  for (let count = reader.number(); count > 0; count--) memories.push(limits(reader, false));
  return memories;
}

/** The module's memories, those that it imports first. */
export function memoriesOf(bytes: Uint8Array): MemoryLimits[] {
  const memories: MemoryLimits[] = [];
  for (const { id, content } of sections(bytes)) {
    if (id === IMPORT) memories.push(...(attempt(content, importedMemories) ?? []));
    if (id === MEMORY) memories.push(...(attempt(content, ownMemories) ?? []));
  }
  return memories;
}

/** The section of initial data; empty where there is none. */
export function dataOf(bytes: Uint8Array): Buffer {
  for (const { id, content } of sections(bytes)) {
    if (id === DATA) return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
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
    if (id !== CUSTOM) continue;
    const found = attempt(content, (reader) => (reader.text() === name ? read(reader) : undefined));
    if (found !== undefined) return found;
  }
  return undefined;
}
