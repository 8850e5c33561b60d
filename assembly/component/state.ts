// SPDX-License-Identifier: MIT
// The module that owns the adapter's memory. It is instantiated first, so that the functions of the host can be
// lowered with this memory and this realloc; the adapter imports both. It is compiled alone, and has no data.
//
//     0  where the host's next allocation goes   \  set by the adapter before a call that gives
//     4  how many bytes there are                /  a list: memory.ts
//    16  byte length of the settings, then their text: put there by the settings module
//  8064  heads of the lists of free blocks
//  8192  the adapter's static data (--memoryBase of build.mjs)
// 16384  the heap

const TARGET: usize = 0;
const ROOM: usize = 4;
const FREE: usize = 8064;
const HEAP: usize = 16384;
const PAGE_BITS = 16;

let next: usize = HEAP;

/** A new block, which is never given back. Traps where no memory is left. */
export function allocate(align: usize, size: usize): usize {
  const block = (next + align - 1) & ~(align - 1);
  const missing = <isize>(block + size - ((<usize>memory.size()) << PAGE_BITS));
  if (missing > 0 && memory.grow(<i32>((<usize>missing + 0xffff) >>> PAGE_BITS)) < 0) unreachable();
  next = block + size;
  return block;
}

const SMALLEST_BITS = 5;

/** The list that a block of this size is in when it is free: one a power of two. */
function listOf(size: usize): usize {
  const bits = size <= 1 << SMALLEST_BITS ? SMALLEST_BITS : 32 - clz<i32>(<i32>size - 1);
  return FREE + ((<usize>bits) << 2);
}

/** A block of at least so many bytes, aligned to 16; its bytes are what they were. */
export function take(size: usize): usize {
  const list = listOf(size);
  const block = load<usize>(list);
  if (block == 0) return allocate(16, (<usize>1) << ((list - FREE) >>> 2));
  store<usize>(list, load<usize>(block));
  return block;
}

/** Gives back what `take(size)`, or `realloc` beyond the adapter's place, gave. */
export function give(block: usize, size: usize): void {
  const list = listOf(size);
  store<usize>(block, load<usize>(list));
  store<usize>(list, block);
}

/**
 * The canonical ABI's realloc. What fits goes where the adapter wants it, which may be an address of the
 * guest's memory; for the rest a block is taken.
 */
export function realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  const target = load<usize>(TARGET);
  const block = (target + align - 1) & ~(align - 1);
  const taken = block - target + size;
  if (old == 0 && taken <= load<usize>(ROOM)) {
    store<usize>(TARGET, target + taken);
    store<usize>(ROOM, load<usize>(ROOM) - taken);
    return block;
  }
  if (old != 0 && size <= oldSize) return old;
  const moved = take(size);
  if (old != 0) memory.copy(moved, old, oldSize);
  return moved;
}
