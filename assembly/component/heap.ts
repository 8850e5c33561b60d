// SPDX-License-Identifier: MIT
// What state.ts exports, as the adapter imports it.

/** A new block, which is never given back. */
export declare function allocate(align: usize, size: usize): usize;
