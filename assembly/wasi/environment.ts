// SPDX-License-Identifier: MIT
// The program's arguments and environment variables. Both are read anew at each call: they are
// asked for at start, and kept nowhere.

import { Errno } from './errno';
import { args_get, args_sizes_get, environ_get, environ_sizes_get } from './wasi_snapshot_preview1';

const sizes = memory.data(8, 4);

/** The program's arguments, its own name first. */
export function args(): Array<string> {
  if (args_sizes_get(sizes, sizes + 4) != Errno.SUCCESS) return [] as string[];
  const count = load<i32>(sizes);
  const pointers = new StaticArray<usize>(count);
  const buffer = new StaticArray<u8>(load<i32>(sizes + 4));
  if (args_get(changetype<usize>(pointers), changetype<usize>(buffer)) != Errno.SUCCESS) {
    return [] as string[];
  }
  return strings(pointers);
}

/** The value of environment variable `name`, or null where it is not set. */
export function env(name: string): string | null {
  if (environ_sizes_get(sizes, sizes + 4) != Errno.SUCCESS) return null;
  const count = load<i32>(sizes);
  const pointers = new StaticArray<usize>(count);
  const buffer = new StaticArray<u8>(load<i32>(sizes + 4));
  if (environ_get(changetype<usize>(pointers), changetype<usize>(buffer)) != Errno.SUCCESS) {
    return null;
  }
  const prefix = `${name}=`;
  const entries = strings(pointers);
  for (let i = 0; i < entries.length; i++) {
    if (entries[i].startsWith(prefix)) return entries[i].substring(prefix.length);
  }
  return null;
}

/** The zero-terminated UTF-8 strings that `pointers` point at. */
function strings(pointers: StaticArray<usize>): Array<string> {
  const texts: string[] = [];
  for (let i = 0; i < pointers.length; i++) {
    let length = 0;
    while (load<u8>(pointers[i] + length) != 0) length++;
    texts.push(String.UTF8.decodeUnsafe(pointers[i], length));
  }
  return texts;
}
