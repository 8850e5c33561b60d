// SPDX-License-Identifier: MIT
// Streams of bytes, and the standard streams. A stream is a handle.

// WASI 0.2: wasi:io/streams. Results are at `answer`: result<list<u8> or u64 or nothing, stream-error>, of which the error's
// tag is 0 where it has a handle.

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

// WASI 0.3: built-in functions of the component model. Each answers BLOCKED, or how many bytes there were in the upper 28
// bits, and 0 in the lower four; or 1 where the other end is gone, 2 where the call was cancelled.

/** The call goes on: an event tells its end, until which its memory and its stream are the host's. */
export const BLOCKED: i32 = -1;
export const GONE: i32 = 1;

/** A stream of our own: the readable end in the lower half, the writable one in the upper. */
export declare function open(): u64;
export declare function readAsync(stream: i32, to: usize, length: i32): i32;
/** Into the guest's memory. */
export declare function readToGuestAsync(stream: i32, to: usize, length: i32): i32;
/** Waits until it is known how a read or write has ended; its stream may not be in a set. */
export declare function cancelRead(stream: i32): i32;
export declare function cancelWrite(stream: i32): i32;
export declare function writeAsync(stream: i32, from: usize, length: i32): i32;
/** From the guest's memory. */
export declare function writeFromGuestAsync(stream: i32, from: usize, length: i32): i32;
export declare function dropReadable(stream: i32): void;
export declare function dropWritable(stream: i32): void;

/** tuple<stream<u8>, future<result<_, error-code of wasi:cli>>> at `answer`. */
export declare function readStandardInput(answer: usize): void;
/** Takes the readable end of a stream; a future. */
export declare function writeStandardOutput(stream: i32): i32;
export declare function writeStandardError(stream: i32): i32;
/** result<_, error-code of wasi:cli>: the tag, and the code at 1. BLOCKED, or 0. */
export declare function readStandardResult(future: i32, answer: usize): i32;
export declare function dropStandardResult(future: i32): void;
