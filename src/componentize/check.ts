// SPDX-License-Identifier: MIT
// Whether a core module can be the guest of the component template, told before it is built, by name and with the
// remedy. The template has the functions of preview 1 with their exact types, and wants a memory and _start.

import { PolluxError, PREVIEW1_MODULE, remedyOfImports, signatureOf } from '../../host/index.ts';
import type { Import } from '../wasm/sections.ts';
import { type FunctionType, showType } from '../wasm/types.ts';
import { checkValid, type Guest } from './guest.ts';
import { MOST_IMPORTS_OF_ONE } from './imports.ts';
import { checkStart } from './start.ts';

/**
 * Refuses what the template has no place for.
 *
 * @throws PolluxError ERR_MODULE_INVALID, ERR_MODULE_MEMORY, ERR_MODULE_IMPORTS, ERR_MODULE_NO_START; ERR_COMPONENTIZE: it imports a
 *   function too often, or its start section would call WASI.
 */
export function checkGuest(guest: Guest): void {
  // First what tells more than the words of an engine that does not know it.
  checkMemories(guest);
  checkValid(guest);
  checkImports(guest);
  checkCounts(guest);
  checkExports(guest);
  checkStart(guest);
}

function checkMemories({ memories, imports }: Guest): void {
  const bad = (why: string) => new PolluxError('ERR_MODULE_MEMORY', why);
  if (memories.some(({ shared }) => shared)) {
    throw bad(
      "the module's memory is shared, as threads need it, and a component has no threads; build it without them (wasm32-wasip1, not wasm32-wasip1-threads)",
    );
  }
  if (memories.some(({ wide }) => wide)) {
    throw bad(
      "the module's memory has addresses of 64 bits, and those of preview 1 have 32; build it for wasm32",
    );
  }
  const imported = imports.find(({ kind }) => kind === 'memory');
  if (imported !== undefined) {
    throw bad(
      `the module imports its memory (${spelled(imported)}), and a component's guest brings its own; link it without --import-memory (AssemblyScript: without --importMemory)`,
    );
  }
}

function checkImports(guest: Guest): void {
  const unknown = guest.imports.filter(
    ({ module, name, kind }) =>
      module !== PREVIEW1_MODULE || kind !== 'function' || signatureOf(name) === undefined,
  );
  if (unknown.length > 0) {
    throw new PolluxError(
      'ERR_MODULE_IMPORTS',
      `the module imports what the component does not have: ${each(unknown.map(shown))}; its imports must be functions of ${PREVIEW1_MODULE}${remedyOfImports(unknown)}`,
    );
  }
  const wrong = guest.importedFunctions.flatMap(({ name }, index) => {
    const [wanted, actual] = [signatureOf(name), guest.typeOf(index)];
    if (wanted === undefined || isSame(wanted, actual)) return [];
    const type = actual === undefined ? 'no type of a function' : showType(actual);
    return [`${name} as ${type}, which is ${showType(wanted)}`];
  });
  if (wrong.length > 0) {
    throw new PolluxError(
      'ERR_MODULE_IMPORTS',
      `the module imports functions of preview 1 with other types than they have: ${each(wrong)}; declare them as the witx of ${PREVIEW1_MODULE} does`,
    );
  }
}

const spelled = ({ module, name }: Import) => `${module}.${name}`;
const shown = (one: Import) =>
  one.kind === 'function' ? spelled(one) : `${spelled(one)} (a ${one.kind})`;

/** Each once, in the order of the imports. */
const each = (names: readonly string[]) => [...new Set(names)].join(', ');

const isSame = (a: FunctionType, b: FunctionType | undefined) =>
  b !== undefined && showType(a) === showType(b);

function checkCounts({ imports }: Guest): void {
  const counts = new Map<string, number>();
  for (const { name } of imports) counts.set(name, (counts.get(name) ?? 0) + 1);
  const often = [...counts].filter(([, count]) => count > MOST_IMPORTS_OF_ONE);
  if (often.length === 0) return;
  const names = often.map(([name, count]) => `${name} ${count} times`).join(', ');
  throw new PolluxError(
    'ERR_COMPONENTIZE',
    `the module imports ${names}, and a component can give it each function ${MOST_IMPORTS_OF_ONE} times; wasm-opt --duplicate-import-elimination makes one import of them`,
  );
}

function checkExports({ exports, typeOf }: Guest): void {
  const names = (wanted: string) => exports.some(({ name }) => name === wanted);
  if (!exports.some(({ name, kind }) => name === 'memory' && kind === 'memory')) {
    throw new PolluxError(
      'ERR_MODULE_MEMORY',
      "the module exports no memory named 'memory', which WASI needs; link it with --export-memory, as compilers for wasm32-wasip1 do by themselves",
    );
  }
  const start = exports.find(({ name }) => name === '_start');
  if (start === undefined) {
    throw new PolluxError(
      'ERR_MODULE_NO_START',
      names('_initialize')
        ? `the module has no _start: it exports _initialize${names('turn') ? ' and turn' : ''}, so it was built as a reactor; a component needs the command, so build it as one${names('turn') ? ' (pollux build, without --reactor)' : ''}`
        : 'the module has no _start: it is a library and no WASI command; build it for wasm32-wasip1 with a main function',
    );
  }
  const type = start.kind === 'function' ? typeOf(start.index) : undefined;
  if (type === undefined || showType(type) !== '() -> ()') {
    const is = type === undefined ? `a ${start.kind}` : `of type ${showType(type)}`;
    throw new PolluxError(
      'ERR_MODULE_NO_START',
      `the module's _start is ${is}; that of a WASI command is a function without parameters and results`,
    );
  }
}
