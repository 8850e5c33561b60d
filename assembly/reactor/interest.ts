// SPDX-License-Identifier: MIT
// What a program wants to know of an fd, and what it is told: the same two bits.

/** A set of directions; readiness comes as the same set. */
export namespace Interest {
  export const NONE: u32 = 0;
  export const READ: u32 = 1;
  export const WRITE: u32 = 2;
  export const BOTH: u32 = 3;
}
