// SPDX-License-Identifier: MIT
// What of a core module decides whether it can be the guest of a component: its imports, exports, memories and the
// types of its functions.

import { PolluxError } from '../../host/index.ts';
import { checkHeader, compileNow } from '../module.ts';
import { Malformed, Reader } from '../wasm/reader.ts';
import {
  type Export,
  type Import,
  readExport,
  readImport,
  SECTION,
  type Section,
  sections,
} from '../wasm/sections.ts';
import { type FunctionType, type Limits, readLimits, readTypes } from '../wasm/types.ts';

/** A core module, read as far as it matters here. */
export interface Guest {
  /** What messages call it. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  /** Those that it imports first. */
  readonly memories: readonly Limits[];
  /** The functions that it imports, which have the first indices. */
  readonly importedFunctions: readonly Import[];
  /** The function of the start section. */
  readonly start: number | undefined;
  /** The type of the function of this index; undefined where there is no such function. */
  typeOf(index: number): FunctionType | undefined;
  /** A section that is no custom one; undefined where it has none of this number. */
  section(id: number): Section | undefined;
}

/**
 * Reads a module.
 *
 * @param name what messages call it
 * @throws PolluxError ERR_MODULE_INVALID, ERR_MODULE_COMPONENT.
 */
export function readGuest(name: string, bytes: Uint8Array): Guest {
  try {
    checkHeader(name, bytes);
    return read(name, bytes);
  } catch (error) {
    if (error instanceof PolluxError && error.code === 'ERR_MODULE_COMPONENT') {
      throw new PolluxError(
        error.code,
        `${name} is a component already; componentize takes the core module: build for wasm32-wasip1, not wasip2`,
      );
    }
    if (!(error instanceof Malformed)) throw error;
    // Most likely it is cut off, and the engine says where.
    compileNow(name, bytes);
    throw new PolluxError(
      'ERR_MODULE_INVALID',
      `${name} has something in it that pollux componentize does not know: ${error.message}; build it without the newest proposals`,
      { cause: error },
    );
  }
}

/**
 * Has the engine look through the whole module.
 *
 * @throws PolluxError ERR_MODULE_INVALID, in the engine's words.
 */
export function checkValid({ name, bytes }: Guest): void {
  try {
    compileNow(name, bytes);
  } catch (error) {
    if (!(error instanceof PolluxError)) throw error;
    const { code, message, cause } = error;
    throw new PolluxError(code, `${message}; if it runs elsewhere, try a newer Node`, { cause });
  }
}

function read(name: string, bytes: Uint8Array): Guest {
  const found = new Map<number, Section>();
  for (const section of sections(bytes)) {
    if (section.id !== SECTION.custom) found.set(section.id, section);
  }
  const whole = <T>(id: number, read: (reader: Reader) => T): T | undefined => {
    const section = found.get(id);
    return section && read(new Reader(section.content));
  };
  const all = <T>(id: number, read: (reader: Reader) => T): T[] =>
    whole(id, (reader) => reader.vector(read)) ?? [];
  const number = (reader: Reader) => reader.number();
  const imports = all(SECTION.import, readImport);
  const importedFunctions = imports.filter(({ kind }) => kind === 'function');
  const types = whole(SECTION.type, readTypes) ?? [];
  const typeIndices = [
    ...importedFunctions.map(({ type }) => type ?? -1),
    ...all(SECTION.function, number),
  ];
  return {
    name,
    bytes,
    imports,
    importedFunctions,
    exports: all(SECTION.export, readExport),
    memories: [
      ...imports.flatMap(({ limits }) => limits ?? []),
      ...all(SECTION.memory, readLimits),
    ],
    start: whole(SECTION.start, number),
    typeOf: (index) => types[typeIndices[index] ?? -1],
    section: (id) => found.get(id),
  };
}
