// SPDX-License-Identifier: MIT
// What state.ts exports, as the adapter imports it.

/** A new block, which is never given back. */
export declare function allocate(align: usize, size: usize): usize;
/** A block of at least so many bytes, aligned to 16; its bytes are what they were. */
export declare function take(size: usize): usize;
/** Gives back what `take(size)`, or the host's list beyond the adapter's place, gave. */
export declare function give(block: usize, size: usize): void;
