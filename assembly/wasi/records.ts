// SPDX-License-Identifier: MIT
// The records of preview 1 as overlays on memory, guarded: asc lays fields out by rules of its own,
// and a forgotten pad would move everything behind it.

/**
 * `subscription` of the witx, 48 bytes. `fd` and `clockId` share a place.
 * ```
 *  0        8    9     16        20    24        32          40      42     48
 * | userdata | tag | pad | fd/clock | pad | timeout | precision | flags | pad |
 * ```
 */
@unmanaged
export class Subscription {
  userdata: u64;
  tag: u8;
  private pad0: u8;
  private pad1: u16;
  private pad2: u32;
  /** Descriptor, or the clock's id. */
  fd: i32;
  private pad3: u32;
  /** ns. */
  timeout: u64;
  /** ns of slack. */
  precision: u64;
  flags: u16;
  private pad4: u16;
  private pad5: u32;
}
if (sizeof<usize>() != 4) ERROR('pollux guests are wasm32');
if (offsetof<Subscription>('tag') != 8) ERROR('subscription.tag');
if (offsetof<Subscription>('fd') != 16) ERROR('subscription.fd');
if (offsetof<Subscription>('timeout') != 24) ERROR('subscription.timeout');
if (offsetof<Subscription>('flags') != 40) ERROR('subscription.flags');
if (offsetof<Subscription>() != 48) ERROR('subscription');

/**
 * `event` of the witx, 32 bytes.
 * ```
 *  0        8       10     11    16       24      26    32
 * | userdata | error | type | pad | nbytes | flags | pad |
 * ```
 */
@unmanaged
export class Event {
  userdata: u64;
  error: u16;
  type: u8;
  private pad0: u8;
  private pad1: u32;
  nbytes: u64;
  flags: u16;
  private pad2: u16;
  private pad3: u32;
}
if (offsetof<Event>('error') != 8) ERROR('event.error');
if (offsetof<Event>('type') != 10) ERROR('event.type');
if (offsetof<Event>('nbytes') != 16) ERROR('event.nbytes');
if (offsetof<Event>('flags') != 24) ERROR('event.flags');
if (offsetof<Event>() != 32) ERROR('event');

/** `iovec` and `ciovec`, 8 bytes. */
@unmanaged
export class Iovec {
  data: usize;
  length: u32;
}
if (offsetof<Iovec>('length') != 4) ERROR('iovec.length');
if (offsetof<Iovec>() != 8) ERROR('iovec');

/** `eventtype`, also the tag of a subscription. */
export namespace EventType {
  export const CLOCK: u8 = 0;
  export const FD_READ: u8 = 1;
  export const FD_WRITE: u8 = 2;
}

export const CLOCK_REALTIME: u32 = 0;
export const CLOCK_MONOTONIC: u32 = 1;
/** `subclockflags`: the timeout is a point in time. */
export const CLOCK_ABSTIME: u16 = 1;
/** `fdflags`. */
export const FDFLAGS_APPEND: u32 = 1;
export const FDFLAGS_NONBLOCK: u32 = 4;
/** `filetype` of a stream socket. */
export const FILETYPE_SOCKET_STREAM: u8 = 6;
/** `sdflags`: no more writes. */
export const SHUTDOWN_WRITE: u32 = 2;
/** `oflags`: create the file if it is not there. */
export const OFLAGS_CREAT: u32 = 1;
/** `rights`. */
export const RIGHT_FD_WRITE: u64 = 1 << 6;
