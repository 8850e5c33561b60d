// SPDX-License-Identifier: MIT
// What a descriptor of the guest is: a record in the adapter's memory, which keeps its place until it is closed.

import { FileType } from './preview1';

/** What a descriptor stands for. */
export enum Kind {
  FREE,
  INPUT,
  OUTPUT,
  LISTENER,
  CONNECTION,
  FILE,
  DIRECTORY,
  /** The virtual /dev: paths in it reach peers. */
  DEVICES,
}

/** The life of a connection that the guest dials. An accepted one is OPEN at once. */
export enum Dialing {
  OPEN,
  RESOLVING,
  CONNECTING,
  /** `error` tells why. */
  FAILED,
}

@unmanaged
export class Descriptor {
  kind: Kind;
  dialing: Dialing;
  /** Input has ended: nothing comes behind what was read ahead. */
  ended: bool;
  /** The guest shut it down. */
  readShut: bool;
  writeShut: bool;
  fileType: FileType;
  /** FdFlags. */
  flags: u16;
  /** An Errno that the next read or write tells, behind what was read ahead; 0: none. */
  error: i32;
  /** Handles of the host; 0: none. A socket, or a file or directory. */
  handle: i32;
  input: i32;
  output: i32;
  inputPollable: i32;
  outputPollable: i32;
  /** The poll in which it was last active. */
  activeAt: i32;
  /** Bytes that were read before the guest asked: `aheadCount` of them from `ahead + aheadFrom`; 0: no block. */
  ahead: usize;
  aheadFrom: i32;
  aheadCount: i32;
  /** Of the connections that wait for their output to go out. */
  next: Descriptor | null;
  /** Of a file: where the next read or write is; of a directory, the entry behind the last one that was read. */
  offset: u64;
  /** Of files and directories: what fd_fdstat_get tells. */
  rights: u64;
  inheriting: u64;
  /** A preopened directory's name: address and length. */
  name: usize;
  nameLength: i32;
  /** Bytes that the host has said may be written; with WASI 0.2 alone. */
  permit: u32;
  /** Nothing can be written any more. With WASI 0.3 the host's end of the stream is gone; why may be still to be asked. */
  outputGone: bool;

  // With WASI 0.3 alone.
  /** The host has been asked, and will tell: what a read brings to `ahead`, or the end of the subtask `input`. */
  inputPending: bool;
  /** The host will tell when a write has room. */
  outputPending: bool;
  /** In the set of waitables. */
  inputJoined: bool;
  outputJoined: bool;
  /** The host's end of the stream is gone; why is not asked before what was read ahead is taken. */
  inputGone: bool;
  /** The last write had no room. */
  isFull: bool;
  /** Futures of how receiving and sending end; 0: none. */
  inputResult: i32;
  outputResult: i32;
  /** Places, counted from 1, of its subscriptions to reading and writing in the guest's array; 0: none. */
  reader: i32;
  writer: i32;
  /** Its place, counted from 1, in the list of those that poll_oneoff looks at; 0: none. */
  listedAt: i32;
}
