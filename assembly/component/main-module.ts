// SPDX-License-Identifier: MIT
// The guest, as the adapter calls it.

/** Its `_start`. */
export declare function start(): void;
