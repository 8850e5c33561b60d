// SPDX-License-Identifier: MIT
// The sections of a WebAssembly file, a module or a component, and what stands in some of a module's. WebAssembly
// core specification, "Binary Format"; component model, "Binary.md".

import { Malformed, Reader } from './reader.ts';
import { type Limits, readLimits, readValueType } from './types.ts';

/** Numbers of a module's sections. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
} as const;

/** Magic, version and layer. */
export const HEADER_BYTES = 8;

/** A section's number and its content; a custom one's name stands at the beginning of that. */
export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
  /** Where it begins in the file, with its number, and where it ends. */
  readonly from: number;
  readonly to: number;
}

/** The sections in order. @throws Malformed where the file ends within one, once the iteration is there. */
export function* sections(bytes: Uint8Array): Generator<Section> {
  const reader = new Reader(bytes.subarray(HEADER_BYTES));
  while (!reader.ended) {
    const from = HEADER_BYTES + reader.at;
    const id = reader.byte();
    const content = reader.bytes(reader.number());
    yield { id, content, from, to: HEADER_BYTES + reader.at };
  }
}

const KINDS = ['function', 'table', 'memory', 'global', 'tag'] as const;

/** What an import or an export is. */
export type Kind = (typeof KINDS)[number];

function readKind(reader: Reader): Kind {
  const byte = reader.byte();
  const kind = KINDS[byte];
  if (kind === undefined) {
    throw new Malformed(`an import or export is of a kind that is not known: ${byte}`);
  }
  return kind;
}

/** An import. */
export interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: Kind;
  /** Of a function: the index of its type. */
  readonly type: number | undefined;
  /** Of a memory. */
  readonly limits: Limits | undefined;
}

/** One import of the import section. */
export function readImport(reader: Reader): Import {
  const module = reader.text();
  const name = reader.text();
  const kind = readKind(reader);
  if (kind === 'table') readValueType(reader);
  if (kind === 'global') {
    readValueType(reader);
    reader.byte();
  }
  if (kind === 'tag') {
    reader.byte();
    reader.number();
  }
  const type = kind === 'function' ? reader.number() : undefined;
  const limits = kind === 'memory' || kind === 'table' ? readLimits(reader) : undefined;
  return { module, name, kind, type, limits: kind === 'memory' ? limits : undefined };
}

/** An export, with the index of what it exports among those of its kind. */
export interface Export {
  readonly name: string;
  readonly kind: Kind;
  readonly index: number;
}

/** One export of the export section. */
export function readExport(reader: Reader): Export {
  return { name: reader.text(), kind: readKind(reader), index: reader.number() };
}
