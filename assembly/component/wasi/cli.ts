// SPDX-License-Identifier: MIT
// wasi:cli, and wasi:random. Each function is one of WASI's, lowered: template/wasi-*.mjs tells which.

/** list<tuple<string, string>> at `answer`. */
export declare function environment(answer: usize): void;
/** list<string> at `answer`. */
export declare function programArguments(answer: usize): void;
/** option<own terminal-input or terminal-output> at `answer`, of stdin, stdout and stderr. */
export declare function terminalInput(answer: usize): void;
export declare function terminalOutput(answer: usize): void;
export declare function terminalError(answer: usize): void;
export declare function dropTerminalInput(terminal: i32): void;
export declare function dropTerminalOutput(terminal: i32): void;
export declare function exitWithCode(code: i32): void;
/** list<u8> at `answer`. */
export declare function randomBytes(length: u64, answer: usize): void;
