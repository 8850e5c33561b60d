// SPDX-License-Identifier: MIT
// wasi:io/poll of WASI 0.2. A pollable is a handle.

/** list<u32> at `answer`: the places in the list of `count` pollables at `list` of those that are ready. Waits. */
export declare function poll(list: usize, count: i32, answer: usize): void;
export declare function block(pollable: i32): void;
/** Does not wait. */
export declare function isReady(pollable: i32): bool;
export declare function dropPollable(pollable: i32): void;
