// SPDX-License-Identifier: MIT
// The environment, read once where it is asked for: a guest asks at its start, if at all.

import { environ_get, environ_sizes_get } from './wasi_snapshot_preview1';

const SIZES: usize = memory.data(8, 8);

/** The value of a variable, or null where it is not set. */
export function getenv(name: string): string | null {
  if (environ_sizes_get(SIZES, SIZES + 4) != 0) return null;
  const count = load<u32>(SIZES);
  const table = heap.alloc(count * 4 + load<u32>(SIZES, 4) + 1);
  let value: string | null = null;
  if (environ_get(table, table + count * 4) == 0) {
    const prefix = name + '=';
    for (let i: u32 = 0; i < count; i++) {
      const start = load<usize>(table + i * 4);
      let end = start;
      while (load<u8>(end) != 0) end++;
      const pair = String.UTF8.decodeUnsafe(start, end - start);
      if (pair.startsWith(prefix)) value = pair.substring(prefix.length);
    }
  }
  heap.free(table);
  return value;
}
