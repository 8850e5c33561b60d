// SPDX-License-Identifier: MIT
// Prints each of its arguments, eight words of an IPv6 address or four bytes of an IPv4 one, as the adapter of components
// spells it, with port 80.

import { args, log } from 'pollux/assembly';
import { putAddress } from '../../assembly/component/spell';

/** An ip-socket-address: family, port at 4, the address at 6 or at 12. */
const address = memory.data(32, 8);
const text = memory.data(64);

const given = args();
for (let i = 1; i < given.length; i++) {
  const parts = given[i].split(',');
  const isV6 = parts.length == 8;
  store<u8>(address, isV6 ? 1 : 0);
  store<u16>(address, 80, 4);
  for (let j = 0; j < parts.length; j++) {
    const value = <u32>I32.parseInt(parts[j]);
    if (isV6) store<u16>(address + 12 + ((<usize>j) << 1), value);
    else store<u8>(address + 6 + j, value);
  }
  const end = putAddress(text, address);
  log(String.UTF8.decodeUnsafe(text, end - text));
}
