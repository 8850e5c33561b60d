// SPDX-License-Identifier: MIT
// Who made a module, and what it calls itself: of the sections "producers" and "name", and of what only one
// compiler leaves behind.

import type { Reader } from '../wasm/reader.ts';
import { customSection, dataOf } from './details.ts';

/** Numbers of the subsections of "name". */
const MODULE_NAME = 0;
const FUNCTION_NAMES = 1;

/** What a module tells of its origin. */
export interface Origin {
  /** Languages and tools with versions, as `rustc 1.95.0`; empty where it does not say. */
  readonly producers: readonly string[];
  readonly name: string | undefined;
  /** Whether its functions have names, which traps then tell. */
  readonly functionNames: boolean;
}

/** Languages and tools of the producers section, in its order. */
function producers(reader: Reader): string[] {
  const all: string[] = [];
  for (let fields = reader.number(); fields > 0; fields--) {
    reader.text();
    for (let values = reader.number(); values > 0; values--) {
      const name = reader.text();
      all.push(`${name} ${reader.text()}`.trim());
    }
  }
  return all;
}

function names(reader: Reader): { name?: string; functionNames: boolean } {
  const found: { name?: string; functionNames: boolean } = { functionNames: false };
  while (!reader.ended) {
    const id = reader.byte();
    const length = reader.number();
    if (id === MODULE_NAME) found.name = reader.text();
    else reader.bytes(length);
    if (id === FUNCTION_NAMES) found.functionNames = true;
  }
  return found;
}

/** asc has no producers section, but paths of its library in the messages of assertions. */
function isAssemblyScript(bytes: Uint8Array): boolean {
  return dataOf(bytes).includes(Buffer.from('~lib/', 'utf16le'));
}

/** What `bytes`, a valid module, tells of its origin. */
export function originOf(bytes: Uint8Array): Origin {
  const said = customSection(bytes, 'producers', producers) ?? [];
  const { name, functionNames } = customSection(bytes, 'name', names) ?? { functionNames: false };
  const guessed = said.length === 0 && isAssemblyScript(bytes) ? ['AssemblyScript'] : said;
  return { producers: guessed, name, functionNames };
}
