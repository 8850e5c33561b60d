// SPDX-License-Identifier: MIT
// The guest's variables and arguments, and the adapter's own settings: LISTEN and CONNECT, which are variables
// or, where there is none of that name, what `pollux componentize` has built in.

import * as guest from './guest';
import { ANSWER, give, intoHeap, intoUsual, take, toGuest } from './memory';
import { Errno } from './preview1';
import { put, putBytes, putNumber, startsWith } from './text';
import * as cli from './wasi/cli';

/** Where the settings module puts its text, behind the text's length. */
const SETTINGS: usize = 16;

/** Strings one after the other, each with a NUL behind it, as the guest gets them. */
@unmanaged
class Strings {
  at: usize;
  size: usize;
  count: i32;
}

const variables = changetype<Strings>(take(offsetof<Strings>()));
const words = changetype<Strings>(take(offsetof<Strings>()));

/** What the last look for a setting has found. */
export let foundAt: usize = 0;
export let foundLength: i32 = 0;

/** Looks for `KEY=` in strings; true where it is there, and `found…` are its value. */
function findIn(at: usize, size: usize, key: string): bool {
  const end = at + size;
  while (at < end) {
    let length = 0;
    while (load<u8>(at + length) != 0) length++;
    if (startsWith(at, length, key) && load<u8>(at + key.length) == 0x3d) {
      foundAt = at + key.length + 1;
      foundLength = length - key.length - 1;
      return true;
    }
    at += length + 1;
  }
  return false;
}

/** Looks for a setting: true where there is one, and `foundAt` and `foundLength` are its value. */
export function findSetting(key: string): bool {
  return (
    findIn(variables.at, variables.size, key) || findIn(SETTINGS + 4, load<u32>(SETTINGS), key)
  );
}

/** Asks the host for variables and arguments. */
export function loadEnvironment(): void {
  intoHeap();
  cli.environment(ANSWER);
  let list = load<usize>(ANSWER);
  let count = load<i32>(ANSWER, 4);
  let size: usize = 0;
  for (let i = 0; i < count; i++) {
    const pair = list + ((<usize>i) << 4);
    size += load<u32>(pair, 4) + load<u32>(pair, 12) + 2;
  }
  variables.at = take(size);
  variables.size = size;
  variables.count = count;
  let to = variables.at;
  for (let i = 0; i < count; i++) {
    const pair = list + ((<usize>i) << 4);
    to = put(putBytes(to, load<usize>(pair), load<i32>(pair, 4)), '=');
    to = put(putBytes(to, load<usize>(pair, 8), load<i32>(pair, 12)), '\0');
  }
  cli.programArguments(ANSWER);
  list = load<usize>(ANSWER);
  count = load<i32>(ANSWER, 4);
  size = 0;
  for (let i = 0; i < count; i++) size += load<u32>(list + ((<usize>i) << 3), 4) + 1;
  words.at = take(size);
  words.size = size;
  words.count = count;
  to = words.at;
  for (let i = 0; i < count; i++) {
    const word = list + ((<usize>i) << 3);
    to = put(putBytes(to, load<usize>(word), load<i32>(word, 4)), '\0');
  }
  intoUsual();
}

/** Adds LISTEN_FDS and LISTEN_FDNAMES, as systemd has them, each unless the guest was given one. */
export function tellListeners(count: i32, names: usize, namesLength: i32): void {
  const room = variables.size + namesLength + 64;
  const larger = take(room);
  let to = putBytes(larger, variables.at, <i32>variables.size);
  if (!findIn(variables.at, variables.size, 'LISTEN_FDS')) {
    to = put(putNumber(put(to, 'LISTEN_FDS='), count), '\0');
    variables.count++;
  }
  if (!findIn(variables.at, variables.size, 'LISTEN_FDNAMES')) {
    to = put(putBytes(put(to, 'LISTEN_FDNAMES='), names, namesLength), '\0');
    variables.count++;
  }
  give(variables.at, variables.size);
  variables.at = larger;
  variables.size = to - larger;
}

function sizesOf(strings: Strings, count: usize, size: usize): i32 {
  guest.store32(count, strings.count);
  guest.store32(size, <u32>strings.size);
  return Errno.SUCCESS;
}

function copyOf(strings: Strings, pointers: usize, to: usize): i32 {
  toGuest(to, strings.at, strings.size);
  let begins = true;
  for (let i: usize = 0; i < strings.size; i++) {
    if (begins) {
      guest.store32(pointers, <u32>(to + i));
      pointers += 4;
    }
    begins = load<u8>(strings.at + i) == 0;
  }
  return Errno.SUCCESS;
}

export function args_get(argv: usize, buffer: usize): i32 {
  return copyOf(words, argv, buffer);
}

export function args_sizes_get(count: usize, size: usize): i32 {
  return sizesOf(words, count, size);
}

export function environ_get(environ: usize, buffer: usize): i32 {
  return copyOf(variables, environ, buffer);
}

export function environ_sizes_get(count: usize, size: usize): i32 {
  return sizesOf(variables, count, size);
}
