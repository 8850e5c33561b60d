// SPDX-License-Identifier: MIT
// fd -> slot, for calls that name an fd. An array indexed by fd would not do: some hosts never
// reuse a number (Wasmtime up to 46), so that 200,000 connections later the numbers are that high.

/** One entry; `key` is fd + 1, and 0 says that it is empty. */
@unmanaged
class Entry {
  key: u32;
  slot: u32;
}

const ENTRY_SIZE: usize = 8;
if (offsetof<Entry>() != 8) ERROR('an entry has 8 bytes');

/** Knuth's multiplier, 2^32 divided by the golden ratio: neighbouring fds land far apart. */
const MULTIPLIER: u32 = 0x9e3779b1;

/** A hash table with open addressing; at most two thirds of it are used. */
@unmanaged
@final
export class FdIndex {
  private base: usize = 0;
  private bits: u32 = 5;
  private count: u32 = 0;

  constructor() {
    this.base = FdIndex.allocate(this.bits);
  }

  /** The slot of `fd`, or -1. */
  get(fd: i32): i32 {
    const key = <u32>fd + 1;
    let at = this.home(key);
    while (true) {
      const entry = this.entry(at);
      if (entry.key == key) return entry.slot;
      if (entry.key == 0) return -1;
      at = this.after(at);
    }
  }

  /** Adds `fd`, which must not be in it. */
  set(fd: i32, slot: i32): void {
    if (++this.count * 3 > (<u32>2) << this.bits) this.grow();
    this.insert(<u32>fd + 1, slot);
  }

  /** Removes `fd`, which must be in it. */
  remove(fd: i32): void {
    const key = <u32>fd + 1;
    let hole = this.home(key);
    while (this.entry(hole).key != key) hole = this.after(hole);
    // Entries after the hole move up unless that puts them before their home: no tombstones remain.
    const mask = ((<u32>1) << this.bits) - 1;
    for (let at = this.after(hole); ; at = this.after(at)) {
      const entry = this.entry(at);
      if (entry.key == 0) break;
      if (((at - this.home(entry.key)) & mask) < ((at - hole) & mask)) continue;
      this.entry(hole).key = entry.key;
      this.entry(hole).slot = entry.slot;
      hole = at;
    }
    this.entry(hole).key = 0;
    this.count--;
  }

  /** Gives the memory back. */
  free(): void {
    heap.free(this.base);
    heap.free(changetype<usize>(this));
  }

  @inline
  private entry(at: u32): Entry {
    return changetype<Entry>(this.base + <usize>at * ENTRY_SIZE);
  }

  @inline
  private home(key: u32): u32 {
    return (key * MULTIPLIER) >> (32 - this.bits);
  }

  @inline
  private after(at: u32): u32 {
    return (at + 1) & (((<u32>1) << this.bits) - 1);
  }

  private insert(key: u32, slot: u32): void {
    let at = this.home(key);
    while (this.entry(at).key != 0) at = this.after(at);
    this.entry(at).key = key;
    this.entry(at).slot = slot;
  }

  private grow(): void {
    const base = this.base;
    const end = base + (ENTRY_SIZE << this.bits);
    this.bits++;
    this.base = FdIndex.allocate(this.bits);
    for (let old = base; old < end; old += ENTRY_SIZE) {
      const entry = changetype<Entry>(old);
      if (entry.key != 0) this.insert(entry.key, entry.slot);
    }
    heap.free(base);
  }

  private static allocate(bits: u32): usize {
    const base = heap.alloc(ENTRY_SIZE << bits);
    memory.fill(base, 0, ENTRY_SIZE << bits);
    return base;
  }
}
