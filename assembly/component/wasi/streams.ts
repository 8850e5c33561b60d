// SPDX-License-Identifier: MIT
// wasi:io/streams and the standard streams of WASI 0.2. A stream is a handle; results are at `answer`:
// result<list<u8> or u64 or nothing, stream-error>, of which the error's tag is 0 where it has a handle.

export declare function standardInput(): i32;
export declare function standardOutput(): i32;
export declare function standardError(): i32;

/** The list goes where memory.ts has said, in the adapter's memory. */
export declare function read(stream: i32, length: u64, answer: usize): void;
/** The same, all in the guest's memory, `answer` too. */
export declare function readToGuest(stream: i32, length: u64, answer: usize): void;
export declare function checkWrite(stream: i32, answer: usize): void;
/** Writes 4,096 bytes at the most, and waits until they are out. */
export declare function say(stream: i32, from: usize, length: i32, answer: usize): void;
/** From the guest's memory, `answer` too. */
export declare function writeFromGuest(stream: i32, from: usize, length: i32, answer: usize): void;
export declare function blockingFlush(stream: i32, answer: usize): void;
/** A pollable. */
export declare function subscribeInput(stream: i32): i32;
export declare function subscribeOutput(stream: i32): i32;
export declare function dropInput(stream: i32): void;
export declare function dropOutput(stream: i32): void;
/** A string at `answer`, of an error's handle. */
export declare function errorText(error: i32, answer: usize): void;
export declare function dropError(error: i32): void;
