// SPDX-License-Identifier: MIT
// Whether a module calls WASI in its start section. In a component it would trap there: the adapter needs the
// module's memory, so it is linked once the module is instantiated, and the start section runs before that.

import { PolluxError } from '../../host/index.ts';
import { functionUses, skipLocals } from '../wasm/instructions.ts';
import { Malformed, Reader } from '../wasm/reader.ts';
import { SECTION } from '../wasm/sections.ts';
import { readLimits, readValueType } from '../wasm/types.ts';
import type { Guest } from './guest.ts';

const REMEDY =
  'in a component WASI is there from _start on: build it so that this code runs in _start (AssemblyScript: asc --exportStart _start)';

/**
 * Refuses a start section that would call WASI. Direct calls are followed. An indirect one counts as a call of
 * WASI where a function of WASI itself is in a table, or a reference to one is taken; what else is in tables is
 * not followed.
 *
 * @throws PolluxError ERR_COMPONENTIZE, which names what is called.
 */
export function checkStart(guest: Guest): void {
  if (guest.start === undefined) return;
  let called: ReturnType<typeof calledFrom>;
  try {
    called = calledFrom(guest, guest.start);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new PolluxError(
      'ERR_COMPONENTIZE',
      `it cannot be told whether the module's start section calls WASI: ${error.message}; ${REMEDY}`,
      { cause: error },
    );
  }
  const [how, names] =
    called.directly.length > 0 ? ['calls', called.directly] : ['may call', called.perhaps];
  if (names.length === 0) return;
  throw new PolluxError(
    'ERR_COMPONENTIZE',
    `the module's start section ${how} WASI (${names.join(', ')}); ${REMEDY}`,
  );
}

/** Names of imports that are called once this function is. */
function calledFrom(guest: Guest, start: number) {
  const { importedFunctions } = guest;
  const bodies = bodiesOf(guest);
  const reached = new Set([start]);
  const referenced = new Set<number>();
  let anyOfTables = false;
  // A set is gone through with what is added meanwhile.
  for (const index of reached) {
    const body = bodies[index - importedFunctions.length];
    if (body === undefined) continue;
    const reader = new Reader(body);
    skipLocals(reader);
    for (const use of functionUses(reader)) {
      if (use.kind === 'call') reached.add(use.index);
      else if (use.kind === 'reference') referenced.add(use.index);
      else anyOfTables = true;
    }
  }
  if (anyOfTables) for (const index of inTables(guest)) referenced.add(index);
  const imported = (indices: Iterable<number>) =>
    [...indices].flatMap((index) => importedFunctions[index]?.name ?? []);
  return { directly: imported(reached), perhaps: anyOfTables ? imported(referenced) : [] };
}

/** The bytes of each function of the module's own. */
function bodiesOf(guest: Guest): Uint8Array[] {
  const code = guest.section(SECTION.code);
  if (code === undefined) return [];
  return new Reader(code.content).vector((reader) => reader.bytes(reader.number()));
}

/** Functions that are in tables, or in globals from which they may get there. */
function inTables(guest: Guest): number[] {
  const all = (id: number, read: (reader: Reader) => number[]): number[] => {
    const section = guest.section(id);
    return section === undefined ? [] : new Reader(section.content).vector(read).flat();
  };
  return [
    ...all(SECTION.table, inTable),
    ...all(SECTION.global, inGlobal),
    ...all(SECTION.element, inSegment),
  ];
}

/** Functions that a constant expression names. */
function inExpression(reader: Reader): number[] {
  return [...functionUses(reader)].flatMap((use) => (use.kind === 'indirect' ? [] : use.index));
}

/** A table that has an initial value begins with two bytes that no other does. */
const WITH_VALUE = 0x40;

function inTable(reader: Reader): number[] {
  const first = reader.peek();
  if (first === WITH_VALUE) reader.bytes(2);
  readValueType(reader);
  readLimits(reader);
  return first === WITH_VALUE ? inExpression(reader) : [];
}

function inGlobal(reader: Reader): number[] {
  readValueType(reader);
  reader.byte();
  return inExpression(reader);
}

/** Bits of an element segment's form. */
const NOT_ACTIVE = 1;
const NAMES_TABLE = 2;
const EXPRESSIONS = 4;

function inSegment(reader: Reader): number[] {
  const form = reader.number();
  if (!(form & NOT_ACTIVE)) {
    if (form & NAMES_TABLE) reader.number();
    inExpression(reader);
  }
  if (form & (NOT_ACTIVE | NAMES_TABLE)) {
    if (form & EXPRESSIONS) readValueType(reader);
    else reader.byte();
  }
  if (form & EXPRESSIONS) return reader.vector(inExpression).flat();
  return reader.vector((each) => each.number());
}
