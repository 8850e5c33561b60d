// SPDX-License-Identifier: MIT
// Goes through the instructions of a function or a constant expression, and tells those that name or call a function.
// Of the others it knows how long their immediates are. WebAssembly core specification, "Instructions"; the proposals
// legacy exceptions, threads, relaxed SIMD and wide arithmetic.

import { Malformed, type Reader } from './reader.ts';
import { readValueType } from './types.ts';

/** What an instruction has to do with functions: one that it calls or takes a reference to, or any of a table or stack. */
export type FunctionUse =
  | { readonly kind: 'call' | 'reference'; readonly index: number }
  | { readonly kind: 'indirect' };

/** Passes over one immediate. */
type Skip = (reader: Reader) => unknown;

const number: Skip = (reader) => reader.number();
const byte: Skip = (reader) => reader.byte();
const bytes4: Skip = (reader) => reader.bytes(4);
const bytes8: Skip = (reader) => reader.bytes(8);
const bytes16: Skip = (reader) => reader.bytes(16);

/** Alignment, whose bit 6 announces the index of a memory; offset. */
const memory: Skip = (reader) => {
  if (reader.number() & 64) reader.number();
  reader.number();
};

/** A value's type, or that of no value, or the index of a type. */
const block: Skip = (reader) => {
  const first = reader.byte();
  if (first === 0x63 || first === 0x64 || first >= 128) reader.number();
};

const catches: Skip = (reader) =>
  reader.vector(() => {
    // Without _all the catch names a tag.
    if (reader.byte() < 2) reader.number();
    reader.number();
  });

const labels: Skip = (reader) => {
  reader.vector(number);
  reader.number();
};

const types: Skip = (reader) => reader.vector(readValueType);

/** First and last opcode of a row, and the immediates of each. */
type Row = readonly [first: number, last: number, ...immediates: readonly Skip[]];

const PLAIN: readonly Row[] = [
  [0x00, 0x01],
  [0x02, 0x04, block],
  [0x05, 0x05],
  [0x06, 0x06, block],
  [0x07, 0x09, number],
  [0x0a, 0x0b],
  [0x0c, 0x0d, number],
  [0x0e, 0x0e, labels],
  [0x0f, 0x0f],
  [0x18, 0x18, number],
  [0x19, 0x1b],
  [0x1c, 0x1c, types],
  [0x1f, 0x1f, block, catches],
  [0x20, 0x26, number],
  [0x28, 0x3e, memory],
  [0x3f, 0x42, number],
  [0x43, 0x43, bytes4],
  [0x44, 0x44, bytes8],
  [0x45, 0xc4],
  [0xd0, 0xd0, number],
  [0xd1, 0xd1],
  [0xd3, 0xd4],
  [0xd5, 0xd6, number],
];

/** By prefix; the opcode proper is a number behind it. */
const PREFIXED: ReadonlyMap<number, readonly Row[]> = new Map<number, readonly Row[]>([
  [
    0xfb, // garbage collection
    [
      [0, 1, number],
      [2, 5, number, number],
      [6, 7, number],
      [8, 10, number, number],
      [11, 14, number],
      [15, 15],
      [16, 16, number],
      [17, 19, number, number],
      [20, 23, number],
      [24, 25, byte, number, number, number],
      [26, 30],
    ],
  ],
  [
    0xfc, // saturating conversions, bulk memory, tables, wide arithmetic
    [
      [0, 7],
      [8, 8, number, number],
      [9, 9, number],
      [10, 10, number, number],
      [11, 11, number],
      [12, 12, number, number],
      [13, 13, number],
      [14, 14, number, number],
      [15, 17, number],
      [19, 22],
    ],
  ],
  [
    0xfd, // SIMD
    [
      [0, 11, memory],
      [12, 13, bytes16],
      [14, 20],
      [21, 34, byte],
      [35, 83],
      [84, 91, memory, byte],
      [92, 93, memory],
      [94, 0x113],
    ],
  ],
  [
    0xfe, // threads
    [
      [0, 2, memory],
      [3, 3, byte],
      [0x10, 0x4e, memory],
    ],
  ],
]);

/** Calls, and the one instruction that names a function. */
const USES: ReadonlyMap<number, (reader: Reader) => FunctionUse> = new Map([
  [0x10, (reader) => ({ kind: 'call', index: reader.number() })],
  [0x11, (reader) => indirect(reader, 2)],
  [0x12, (reader) => ({ kind: 'call', index: reader.number() })],
  [0x13, (reader) => indirect(reader, 2)],
  [0x14, (reader) => indirect(reader, 1)],
  [0x15, (reader) => indirect(reader, 1)],
  [0xd2, (reader) => ({ kind: 'reference', index: reader.number() })],
]);

function indirect(reader: Reader, immediates: number): FunctionUse {
  for (let i = 0; i < immediates; i++) reader.number();
  return { kind: 'indirect' };
}

const END = 0x0b;
const DELEGATE = 0x18;
/** block, loop, if, try, try_table: what an end belongs to. */
const OPENING: ReadonlySet<number> = new Set([0x02, 0x03, 0x04, 0x06, 0x1f]);

/**
 * Reads instructions up to the end that belongs to none of them, and yields what they have to do with functions.
 *
 * @throws Malformed at an instruction that is not known, which it names.
 */
export function* functionUses(reader: Reader): Generator<FunctionUse> {
  for (let depth = 1; depth > 0; ) {
    const opcode = reader.byte();
    if (OPENING.has(opcode)) depth++;
    // A delegate is the end of its try.
    if (opcode === END || opcode === DELEGATE) depth--;
    const use = USES.get(opcode);
    if (use === undefined) skip(reader, opcode);
    else yield use(reader);
  }
}

function skip(reader: Reader, opcode: number): void {
  const rows = PREFIXED.get(opcode);
  const proper = rows === undefined ? opcode : reader.number();
  const row = (rows ?? PLAIN).find(([first, last]) => proper >= first && proper <= last);
  if (row === undefined) {
    const shown = [...(rows === undefined ? [] : [opcode]), proper].map(
      (n) => `0x${n.toString(16)}`,
    );
    throw new Malformed(`the instruction ${shown.join(' ')} is not known`);
  }
  const [, , ...immediates] = row;
  for (const pass of immediates) pass(reader);
}

/** The local variables before a function's instructions. */
export function skipLocals(reader: Reader): void {
  reader.vector((local) => {
    local.number();
    readValueType(local);
  });
}
