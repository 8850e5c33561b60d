// SPDX-License-Identifier: MIT
// A component must not instantiate a module that imports one name twice, as Go's do: its linker declares fd_write once
// for each package that calls it. The later ones get a module's name of their own, which the template has too.

import { Reader } from '../wasm/reader.ts';
import { readImport, SECTION } from '../wasm/sections.ts';
import * as write from '../wasm/writer.ts';
import type { Guest } from './guest.ts';

/** How often the template has each function: wasi_snapshot_preview1, and from #1 to #7. */
export const MOST_IMPORTS_OF_ONE = 8;

/**
 * The guest's bytes, in pieces. A function that was imported before is imported from `MODULE#1` the second time, from
 * `MODULE#2` the third; all else stays as it is.
 */
export function withoutDuplicates({ bytes, section }: Guest): readonly Uint8Array[] {
  const imports = section(SECTION.import);
  if (imports === undefined) return [bytes];
  const { content, from, to } = imports;
  const entries = renamed(content);
  if (entries === undefined) return [bytes];
  return [
    bytes.subarray(0, from),
    ...write.section(SECTION.import, ...entries),
    bytes.subarray(to),
  ];
}

/** The section's content, in pieces; undefined where no name is there twice. */
function renamed(content: Uint8Array): Uint8Array[] | undefined {
  const reader = new Reader(content);
  const seen = new Map<string, number>();
  const entries: Uint8Array[] = [];
  let isChanged = false;
  let count = reader.number();
  entries.push(content.subarray(0, reader.at));
  for (; count > 0; count--) {
    const from = reader.at;
    const { module, name } = readImport(reader);
    const entry = content.subarray(from, reader.at);
    const key = `${module}\0${name}`;
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    if (before === 0) {
      entries.push(entry);
      continue;
    }
    isChanged = true;
    entries.push(write.text(`${module}#${before}`), entry.subarray(textLength(entry)));
  }
  return isChanged ? entries : undefined;
}

/** How many bytes the text at the beginning takes. */
function textLength(bytes: Uint8Array): number {
  const reader = new Reader(bytes);
  reader.bytes(reader.number());
  return reader.at;
}
