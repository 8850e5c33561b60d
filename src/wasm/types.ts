// SPDX-License-Identifier: MIT
// The types of a WebAssembly file: of values, functions and memories. WebAssembly core specification, "Types".

import { Malformed, type Reader } from './reader.ts';

/** What begins a reference type that names its heap type. */
const TYPED_REFERENCES: ReadonlySet<number> = new Set([0x63, 0x64]);

const NUMBERS: ReadonlyMap<number, string> = new Map([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
  [0x7b, 'v128'],
]);

/** The text of a value's type; all references are `ref`. */
export function readValueType(reader: Reader): string {
  const byte = reader.byte();
  if (TYPED_REFERENCES.has(byte)) reader.number();
  return NUMBERS.get(byte) ?? 'ref';
}

/** Limits of a memory or a table; those of a memory are in pages of 64 KiB. */
export interface Limits {
  readonly least: number;
  /** undefined: none but that of its addresses. */
  readonly most: number | undefined;
  readonly shared: boolean;
  /** Addresses of 64 bits. */
  readonly wide: boolean;
}

export function readLimits(reader: Reader): Limits {
  const flags = reader.number();
  const least = reader.number();
  const most = flags & 1 ? reader.number() : undefined;
  // A page size of its own (custom-page-sizes).
  if (flags & 8) reader.number();
  return { least, most, shared: (flags & 2) !== 0, wide: (flags & 4) !== 0 };
}

/** The type of a function, its values by {@link readValueType}. */
export interface FunctionType {
  readonly parameters: readonly string[];
  readonly results: readonly string[];
}

/** In short: `(i32, i64) -> i32`, `() -> ()`. */
export function showType({ parameters, results }: FunctionType): string {
  const [only] = results;
  const answer = results.length === 1 ? only : `(${results.join(', ')})`;
  return `(${parameters.join(', ')}) -> ${answer}`;
}

const FUNCTION = 0x60;
const STRUCT = 0x5f;
const ARRAY = 0x5e;
const SUBTYPE = 0x50;
const FINAL_SUBTYPE = 0x4f;
const GROUP = 0x4e;

/** The types of the type section, in the order of their indices; undefined stands for one of no function. */
export function readTypes(reader: Reader): (FunctionType | undefined)[] {
  const types: (FunctionType | undefined)[] = [];
  for (let count = reader.number(); count > 0; count--) {
    const form = reader.byte();
    if (form === GROUP) {
      for (let members = reader.number(); members > 0; members--) {
        types.push(readSubtype(reader, reader.byte()));
      }
    } else {
      types.push(readSubtype(reader, form));
    }
  }
  return types;
}

function readSubtype(reader: Reader, first: number): FunctionType | undefined {
  let form = first;
  if (form === SUBTYPE || form === FINAL_SUBTYPE) {
    reader.vector((supertype) => supertype.number());
    form = reader.byte();
  }
  if (form === FUNCTION) {
    return { parameters: reader.vector(readValueType), results: reader.vector(readValueType) };
  }
  if (form === STRUCT) reader.vector(skipField);
  else if (form === ARRAY) skipField(reader);
  else throw new Malformed(`a type is of a kind that is not known: 0x${form.toString(16)}`);
  return undefined;
}

/** Storage type and mutability; packed types take one byte as the plain ones do. */
function skipField(reader: Reader): void {
  readValueType(reader);
  reader.byte();
}
