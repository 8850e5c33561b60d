// SPDX-License-Identifier: MIT
// Where the guest may connect to: the entries of CONNECT, which are what opening /dev/tcp/NAME or /dev/tcp/HOST/PORT
// reaches.

import { Address, readAddress } from './address';
import { findSetting, foundAt, foundLength } from './environment';
import { take } from './memory';
import { Errno } from './preview1';
import { indexOf } from './text';

const COMMA = 0x2c;
const SLASH = 0x2f;

/** Addresses one after the other. */
let peers: usize = 0;
let peerCount: i32 = 0;

/** The entry that could not be read. */
export let badEntry: usize = 0;
export let badLength: i32 = 0;

function peer(index: i32): Address {
  return changetype<Address>(peers + <usize>index * offsetof<Address>());
}

/** Reads CONNECT. False where an entry has not the form of one. */
export function readPeers(): bool {
  if (!findSetting('CONNECT') || foundLength == 0) return true;
  let at = foundAt;
  let left = foundLength;
  let most = 1;
  for (let i = 0; i < left; i++) if (load<u8>(at + i) == COMMA) most++;
  peers = take(<usize>most * offsetof<Address>());
  while (peerCount < most) {
    const comma = indexOf(at, left, COMMA);
    const length = comma < 0 ? left : comma;
    if (!readAddress(peer(peerCount), at, length, true) || peer(peerCount).port == 0) {
      badEntry = at;
      badLength = length;
      return false;
    }
    peerCount++;
    at += length + 1;
    left -= length + 1;
  }
  return true;
}

export function hasPeers(): bool {
  return peerCount > 0;
}

/** True where both are the same host, as it is written; letters of either case. */
function isHost(a: Address, at: usize, length: i32): bool {
  if (length > 2 && load<u8>(at) == 0x5b && load<u8>(at + length - 1) == 0x5d) {
    at++;
    length -= 2;
  }
  if (length != a.hostLength) return false;
  for (let i = 0; i < length; i++) {
    const ours = load<u8>(a.host + i);
    const theirs = load<u8>(at + i);
    const isLetter = (ours | 0x20) >= 0x61 && (ours | 0x20) <= 0x7a;
    if (ours != theirs && !(isLetter && (ours | 0x20) == (theirs | 0x20))) return false;
  }
  return true;
}

/** The number of one to five digits that is all of these bytes, or -1. */
export function numberOf(at: usize, length: i32): i32 {
  if (length < 1 || length > 5) return -1;
  let port = 0;
  for (let i = 0; i < length; i++) {
    const digit = <i32>load<u8>(at + i) - 48;
    if (digit < 0 || digit > 9) return -1;
    port = port * 10 + digit;
  }
  return port;
}

/** Why the last search found nobody: NOENT for a name, NOTCAPABLE for an address. */
export let refusal: i32 = 0;

/** Whom `NAME` or `HOST/PORT` reaches; null, and `refusal` tells why nobody. */
export function findPeer(at: usize, length: i32): Address | null {
  let slash = length - 1;
  while (slash > 0 && load<u8>(at + slash) != SLASH) slash--;
  const port = slash > 0 ? numberOf(at + slash + 1, length - slash - 1) : -1;
  refusal = port < 0 ? Errno.NOENT : Errno.NOTCAPABLE;
  for (let i = 0; i < peerCount; i++) {
    const one = peer(i);
    if (port < 0) {
      if (
        one.nameLength > 0 &&
        one.nameLength == length &&
        memory.compare(one.name, at, length) == 0
      )
        return one;
    } else if (one.nameLength == 0 && one.port == port && isHost(one, at, slash)) {
      return one;
    }
  }
  return null;
}
