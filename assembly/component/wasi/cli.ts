// SPDX-License-Identifier: MIT
// wasi:cli, and wasi:random. Each function is one of WASI's, lowered: template/wasi-*.mjs tells which.

/** list<tuple<string, string>> at `answer`. */
export declare function environment(answer: usize): void;
/** list<string> at `answer`. */
export declare function programArguments(answer: usize): void;
export declare function exitWithCode(code: i32): void;
/** list<u8> at `answer`. */
export declare function randomBytes(length: u64, answer: usize): void;
