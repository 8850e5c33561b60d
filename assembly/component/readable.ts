// SPDX-License-Identifier: MIT
// How many bytes a read would give: what events of poll_oneoff tell.

import { Descriptor, Kind } from './descriptor';
import { sizeOf } from './files/stat';

/** Bytes that are there; 1 for a listener, as Wasmtime has it, and 0 at the end. */
export function readableBytes(d: Descriptor): u64 {
  if (d.kind == Kind.CONNECTION || d.kind == Kind.INPUT) return d.readShut ? 0 : d.aheadCount;
  if (d.kind == Kind.FILE) return <u64>max<i64>(sizeOf(d) - <i64>d.offset, 0);
  return 1;
}
