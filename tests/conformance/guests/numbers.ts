// SPDX-License-Identifier: MIT
// The numbers of preview 1 that guests name, as the witx has them.

// Errnos that guests name; the rest are printed by number.
export const SUCCESS: i32 = 0;
export const AGAIN: i32 = 6;
export const BADF: i32 = 8;
export const CONNABORTED: i32 = 13;
export const CONNRESET: i32 = 15;
export const FAULT: i32 = 21;
export const INVAL: i32 = 28;
export const IO: i32 = 29;
export const ISDIR: i32 = 31;
export const NOMEM: i32 = 48;
export const NOTCONN: i32 = 53;
export const NOTDIR: i32 = 54;
export const NOTSOCK: i32 = 57;
export const NOTSUP: i32 = 58;
export const OVERFLOW: i32 = 61;
export const PERM: i32 = 63;
export const PIPE: i32 = 64;
export const SPIPE: i32 = 70;
export const NOTCAPABLE: i32 = 76;

// eventtype
export const CLOCK: u8 = 0;
export const FD_READ: u8 = 1;
export const FD_WRITE: u8 = 2;
/** eventrwflags */
export const HANGUP: u16 = 1;
// clockid
export const REALTIME: u32 = 0;
export const MONOTONIC: u32 = 1;
/** subclockflags */
export const ABSTIME: u16 = 1;
// filetype
export const DIRECTORY: u8 = 3;
export const REGULAR_FILE: u8 = 4;
export const SOCKET_STREAM: u8 = 6;
/** fdflags */
export const NONBLOCK: u32 = 4;
// riflags
export const PEEK: u32 = 1;
export const WAITALL: u32 = 2;
// sdflags
export const RD: u32 = 1;
export const WR: u32 = 2;

export const MS: u64 = 1_000_000;
export const SECOND: u64 = 1_000_000_000;
