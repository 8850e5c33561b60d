// SPDX-License-Identifier: MIT
// wasi:clocks. Instants of the monotonic clock and durations are in nanoseconds.

export declare function monotonicNow(): u64;
export declare function monotonicResolution(): u64;
/** record { seconds: u64, nanoseconds: u32 } at `answer`; signed seconds in WASI 0.3. */
export declare function wallNow(answer: usize): void;
/** 0.2: a datetime at `answer`. */
export declare function wallResolution(answer: usize): void;
/** 0.3: nanoseconds. */
export declare function systemResolution(): u64;
/** 0.2: a pollable. */
export declare function subscribeInstant(when: u64): i32;
export declare function subscribeDuration(howLong: u64): i32;
/** 0.3: a call that waits, as sockets.connectLater. */
export declare function waitUntil(when: u64): i32;
