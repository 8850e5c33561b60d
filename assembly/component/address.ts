// SPDX-License-Identifier: MIT
// LISTEN and CONNECT, read entry by entry: [NAME=]HOST:PORT, [NAME=][V6]:PORT, and :PORT where one listens. A host
// that is no address is a name, which the host resolves.

import { ANSWER } from './memory';
import { indexOf } from './text';

/** An ip-socket-address of WASI, flattened as its functions take it, and what it was read from. */
@unmanaged
export class Address {
  /** 0: IPv4, words[0] is the port and four are the bytes; 1: IPv6, port, flow, eight words, scope. */
  family: i32;
  /** Eleven flat values. */
  w0: i32;
  w1: i32;
  w2: i32;
  w3: i32;
  w4: i32;
  w5: i32;
  w6: i32;
  w7: i32;
  w8: i32;
  w9: i32;
  w10: i32;
  /** The entry's name: its bytes, and how many; 0: none. */
  name: usize;
  nameLength: i32;
  /** The host as it was written, and how many bytes of it. */
  host: usize;
  hostLength: i32;
  port: i32;
  /** The host has to be resolved. */
  isName: bool;
}

const WORDS = offsetof<Address>('w0');
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const DOT = 0x2e;

let at: usize = 0;
let end: usize = 0;

function next(): i32 {
  return at < end ? <i32>load<u8>(at) : -1;
}

function setWord(address: Address, index: i32, value: i32): void {
  store<i32>(changetype<usize>(address) + WORDS + ((<usize>index) << 2), value);
}

function wordOf(address: Address, index: i32): i32 {
  return load<i32>(changetype<usize>(address) + WORDS + ((<usize>index) << 2));
}

/** What a character is as a digit, or -1. */
function digitOf(c: i32, radix: i32): i32 {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const letter = c | 0x20;
  return radix == 16 && letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** A number of digits at `at`, up to `most`; -1: there is none, or it is larger. */
function number(most: i32, radix: i32): i32 {
  let value = -1;
  for (let digit = digitOf(next(), radix); digit >= 0; digit = digitOf(next(), radix)) {
    value = max<i32>(value, 0) * radix + digit;
    if (value > most) return -1;
    at++;
  }
  return value;
}

/** Four decimal bytes with dots, into four i32 at `to`. */
function v4(to: usize): bool {
  for (let i = 0; i < 4; i++) {
    if (i > 0) {
      if (next() != DOT) return false;
      at++;
    }
    const byte = number(255, 10);
    if (byte < 0) return false;
    store<i32>(to + ((<usize>i) << 2), byte);
  }
  return true;
}

/** Groups of RFC 4291, `::` for zeros once, into words 2 to 9. */
function v6(address: Address): bool {
  let count = 0;
  let gap = -1;
  if (next() == COLON) {
    at++;
    if (next() != COLON) return false;
    at++;
    gap = 0;
  }
  while (at < end && count < 8) {
    const group = at;
    const value = number(0xffff, 16);
    if (next() == DOT && count <= 6) {
      // The last two groups as an IPv4 address.
      at = group;
      if (!v4(ANSWER)) return false;
      setWord(address, 2 + count++, (load<i32>(ANSWER) << 8) | load<i32>(ANSWER, 4));
      setWord(address, 2 + count++, (load<i32>(ANSWER, 8) << 8) | load<i32>(ANSWER, 12));
      break;
    }
    if (value < 0) return false;
    setWord(address, 2 + count++, value);
    if (next() != COLON) break;
    at++;
    if (next() == COLON) {
      if (gap >= 0) return false;
      at++;
      gap = count;
    } else if (at == end) {
      return false;
    }
  }
  if (at != end) return false;
  if (gap < 0) return count == 8;
  if (count == 8) return false;
  const moved = count - gap;
  for (let i = 1; i <= moved; i++) {
    const value = wordOf(address, 2 + count - i);
    setWord(address, 2 + count - i, 0);
    setWord(address, 10 - i, value);
  }
  return true;
}

/** Reads the host between [from, to). */
function readHost(address: Address, from: usize, to: usize, isBracketed: bool): bool {
  const entryEnd = end;
  at = from;
  end = to;
  let isRead: bool;
  if (isBracketed) {
    address.family = 1;
    isRead = v6(address);
  } else {
    isRead = v4(changetype<usize>(address) + WORDS + 4) && at == end;
    if (!isRead) {
      for (let i = 1; i < 11; i++) setWord(address, i, 0);
      address.isName = from < to;
      isRead = true;
    }
  }
  end = entryEnd;
  return isRead;
}

/** Puts the port where the family has it. */
function setPort(address: Address, port: i32): void {
  address.port = port;
  setWord(address, 0, port);
}

/**
 * Reads one entry of `length` bytes. Answers false where it has not the form of one. `wantsHost`: an empty host is none;
 * without it, it is 0.0.0.0.
 */
export function readAddress(address: Address, text: usize, length: i32, wantsHost: bool): bool {
  memory.fill(changetype<usize>(address), 0, offsetof<Address>());
  at = text;
  end = text + length;
  // A name ends at a '=' before any ':' or '['.
  const equals = indexOf(text, length, 0x3d);
  const colon = indexOf(text, length, COLON);
  if (equals == 0) return false;
  if (equals > 0 && equals < colon) {
    address.name = text;
    address.nameLength = equals;
    at = text + equals + 1;
  }
  const from = at;
  const isBracketed = next() == BRACKET;
  const hostLength = indexOf(from, <i32>(end - from), isBracketed ? BRACKET_END : COLON);
  if (hostLength < 0) return false;
  const hostAt = isBracketed ? from + 1 : from;
  const hostEnd = from + hostLength;
  if (hostEnd < hostAt) return false;
  address.host = hostAt;
  address.hostLength = <i32>(hostEnd - hostAt);
  if (address.hostLength == 0 && (wantsHost || isBracketed)) return false;
  if (!readHost(address, hostAt, hostEnd, isBracketed)) return false;
  at = isBracketed ? hostEnd + 1 : hostEnd;
  if (next() != COLON) return false;
  at++;
  const port = number(0xffff, 10);
  if (port < 0 || at != end) return false;
  setPort(address, port);
  return true;
}

/** Copies an ip-address, as a lookup answers it at `from`: family u8, then at 2 four bytes or eight u16. */
export function setHost(address: Address, from: usize): void {
  const port = address.port;
  const isV6 = load<u8>(from) == 1;
  for (let i = 0; i < 11; i++) setWord(address, i, 0);
  address.family = <i32>isV6;
  if (isV6)
    for (let i: usize = 0; i < 8; i++) setWord(address, 2 + <i32>i, load<u16>(from + 2 + (i << 1)));
  else for (let i: usize = 0; i < 4; i++) setWord(address, 1 + <i32>i, load<u8>(from + 2 + i));
  setPort(address, port);
}
