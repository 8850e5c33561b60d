// SPDX-License-Identifier: MIT
// The records of preview 1 as overlays on linear memory, and the values of their fields.
// asc lays fields out by its own rules, so every offset is checked while compiling.

/**
 * What poll_oneoff should wait for; 48 bytes. Offset 16 on is a union, told apart by `tag`:
 *
 * ```
 *   0        8   10        16       20       24        32        40    42       48
 *   ├────────┼───┼─────────┼────────┼────────┼─────────┼─────────┼─────┼────────┤
 *   │userdata│tag│         │ clock  │        │ timeout │precision│flags│        │  CLOCK
 *   │        │   │         │ fd     │                                            │  FD_READ, FD_WRITE
 *   └────────┴───┴─────────┴────────┴────────────────────────────────────────────┘
 * ```
 */
@unmanaged
export class Subscription {
  /** Comes back in the event as it is. */
  userdata: u64;
  /** EVENT_CLOCK, EVENT_FD_READ or EVENT_FD_WRITE. */
  tag: u8;
  padding0: u32;
  /** The fd, or the clock's id. */
  fd: u32;
  padding1: u32;
  /** Relative, or absolute with CLOCK_ABSTIME. */
  timeoutNs: u64;
  precisionNs: u64;
  flags: u16;
  padding2: u32;
}

/**
 * Goes where a clock has its timeout, which is padding in a descriptor's subscription: "no-count" in
 * ASCII. pollux then saves the system call that finds out nbytes, which nothing in the SDK looks at;
 * other hosts do not look at padding.
 */
export const UNCOUNTED: u64 = ((<u64>0x746e756f) << 32) | 0x632d6f6e;

/**
 * Where the stamp lies in the padding behind UNCOUNTED: the number of this edition of the array, and
 * the positions [from, to) that differ from the edition before; u32 each.
 */
export const STAMP_EDITION: usize = 32;
export const STAMP_FROM: usize = 36;
export const STAMP_TO: usize = 40;

/** Where "remove" lies, in the padding behind the tag, of a record that takes one out of /dev/poll. */
export const SUBSCRIPTION_REMOVE: usize = 10;

/** Bytes from one subscription to the next. */
export const SUBSCRIPTION_SIZE: usize = 48;

if (offsetof<Subscription>('tag') != 8) ERROR('subscription.tag is at 8');
if (offsetof<Subscription>('fd') != 16) ERROR('subscription.fd is at 16');
if (offsetof<Subscription>('timeoutNs') != 24) ERROR('subscription.timeout is at 24');
if (offsetof<Subscription>('precisionNs') != 32) ERROR('subscription.precision is at 32');
if (offsetof<Subscription>('flags') != 40) ERROR('subscription.flags is at 40');
if (offsetof<Subscription>() != 48) ERROR('a subscription has 48 bytes');

/**
 * What happened to one subscription; 32 bytes.
 *
 * ```
 *   0        8     10   12       16       24    26      32
 *   ├────────┼─────┼────┼────────┼────────┼─────┼───────┤
 *   │userdata│error│type│        │ nbytes │flags│       │
 *   └────────┴─────┴────┴────────┴────────┴─────┴───────┘
 * ```
 */
@unmanaged
export class Event {
  userdata: u64;
  /** Errno of the subscription itself, as BADF; a socket's own error is told by the next read. */
  error: u16;
  type: u8;
  padding0: u32;
  nbytes: u64;
  flags: u16;
  padding1: u32;
}

/** Bytes from one event to the next. */
export const EVENT_SIZE: usize = 32;

if (offsetof<Event>('error') != 8) ERROR('event.error is at 8');
if (offsetof<Event>('type') != 10) ERROR('event.type is at 10');
if (offsetof<Event>('nbytes') != 16) ERROR('event.nbytes is at 16');
if (offsetof<Event>('flags') != 24) ERROR('event.flags is at 24');
if (offsetof<Event>() != 32) ERROR('an event has 32 bytes');

/** One piece of memory for fd_read and fd_write; 8 bytes. */
@unmanaged
export class Iovec {
  pointer: usize;
  length: u32;
}

/** Bytes from one iovec to the next. */
export const IOVEC_SIZE: usize = 8;

if (offsetof<Iovec>('length') != 4) ERROR('iovec.length is at 4');
if (offsetof<Iovec>() != 8) ERROR('an iovec has 8 bytes');

/** What fd_fdstat_get answers; 24 bytes. */
@unmanaged
export class Fdstat {
  filetype: u8;
  flags: u16;
  rightsBase: u64;
  rightsInheriting: u64;
}

if (offsetof<Fdstat>('flags') != 2) ERROR('fdstat.flags is at 2');
if (offsetof<Fdstat>('rightsBase') != 8) ERROR('fdstat.rights_base is at 8');
if (offsetof<Fdstat>() != 24) ERROR('an fdstat has 24 bytes');

/** What fd_prestat_get answers; 8 bytes. */
@unmanaged
export class Prestat {
  tag: u8;
  nameLength: u32;
}

if (offsetof<Prestat>('nameLength') != 4) ERROR('prestat.name_length is at 4');
if (offsetof<Prestat>() != 8) ERROR('a prestat has 8 bytes');

// eventtype, and the tag of a subscription
export const EVENT_CLOCK: u8 = 0;
export const EVENT_FD_READ: u8 = 1;
export const EVENT_FD_WRITE: u8 = 2;

// eventrwflags
export const EVENT_HANGUP: u16 = 1;

// clockid
export const CLOCK_REALTIME: u32 = 0;
export const CLOCK_MONOTONIC: u32 = 1;

// subclockflags
export const CLOCK_ABSTIME: u16 = 1;

// fdflags
export const FD_APPEND: u32 = 1;
export const FD_NONBLOCK: u32 = 4;

// filetype
export const FILETYPE_SOCKET_STREAM: u8 = 6;

// preopentype
export const PREOPEN_DIR: u8 = 0;

// sdflags
export const SHUTDOWN_WRITE: u32 = 2;

// oflags and lookupflags
export const OPEN_CREATE: u32 = 1;
export const FOLLOW_SYMLINKS: u32 = 1;

// rights
export const RIGHT_FD_READ: u64 = 1 << 1;
export const RIGHT_FD_WRITE: u64 = 1 << 6;
