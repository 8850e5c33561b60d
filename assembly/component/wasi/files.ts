// SPDX-License-Identifier: MIT
// wasi:filesystem. A descriptor is a handle; a path is UTF-8 in the adapter's memory; results are at `answer`, an error
// as files/errors.ts reads it. Those of WASI 0.3 are async functions, which are lowered as if they were not.

/** list<tuple<own descriptor, string>> */
export declare function directories(answer: usize): void;

/** result<_, error-code>, as those without a comment. */
export declare function advise(
  file: i32,
  offset: u64,
  length: u64,
  advice: i32,
  answer: usize,
): void;
export declare function syncData(file: i32, answer: usize): void;
export declare function sync(file: i32, answer: usize): void;
export declare function setSize(file: i32, size: u64, answer: usize): void;
/** A new time is 0: no change, 1: now, 2: these seconds and nanoseconds. */
export declare function setTimes(
  file: i32,
  accessed: i32,
  accessedSeconds: u64,
  accessedNanoseconds: i32,
  modified: i32,
  modifiedSeconds: u64,
  modifiedNanoseconds: i32,
  answer: usize,
): void;
/** result<descriptor-flags, error-code> */
export declare function getFlags(file: i32, answer: usize): void;
/** result<descriptor-type, error-code> */
export declare function getType(file: i32, answer: usize): void;
/** result<descriptor-stat, error-code> */
export declare function stat(file: i32, answer: usize): void;
/** result<record { lower: u64, upper: u64 }, error-code> */
export declare function metadataHash(file: i32, answer: usize): void;
export declare function dropDescriptor(file: i32): void;

/** `follow` is 1 where a symbolic link at the path's end is followed. */
export declare function statAt(
  directory: i32,
  follow: i32,
  path: usize,
  length: i32,
  answer: usize,
): void;
export declare function metadataHashAt(
  directory: i32,
  follow: i32,
  path: usize,
  length: i32,
  answer: usize,
): void;
export declare function setTimesAt(
  directory: i32,
  follow: i32,
  path: usize,
  length: i32,
  accessed: i32,
  accessedSeconds: u64,
  accessedNanoseconds: i32,
  modified: i32,
  modifiedSeconds: u64,
  modifiedNanoseconds: i32,
  answer: usize,
): void;
/** result<own descriptor, error-code> */
export declare function openAt(
  directory: i32,
  follow: i32,
  path: usize,
  length: i32,
  openFlags: i32,
  descriptorFlags: i32,
  answer: usize,
): void;
export declare function createDirectoryAt(
  directory: i32,
  path: usize,
  length: i32,
  answer: usize,
): void;
export declare function removeDirectoryAt(
  directory: i32,
  path: usize,
  length: i32,
  answer: usize,
): void;
export declare function unlinkFileAt(directory: i32, path: usize, length: i32, answer: usize): void;
/** result<string, error-code> */
export declare function readlinkAt(directory: i32, path: usize, length: i32, answer: usize): void;
export declare function symlinkAt(
  directory: i32,
  target: usize,
  targetLength: i32,
  path: usize,
  length: i32,
  answer: usize,
): void;
export declare function linkAt(
  directory: i32,
  follow: i32,
  path: usize,
  length: i32,
  newDirectory: i32,
  newPath: usize,
  newLength: i32,
  answer: usize,
): void;
export declare function renameAt(
  directory: i32,
  path: usize,
  length: i32,
  newDirectory: i32,
  newPath: usize,
  newLength: i32,
  answer: usize,
): void;

/** 0.2: result<tuple<list<u8>, bool>, error-code>, all in the guest's memory, `answer` too. */
export declare function readToGuest(file: i32, length: u64, offset: u64, answer: usize): void;
/** 0.2: result<u64, error-code>; from the guest's memory, `answer` too. */
export declare function writeFromGuest(
  file: i32,
  from: usize,
  length: i32,
  offset: u64,
  answer: usize,
): void;
/** 0.2: result<own output-stream, error-code> */
export declare function appendViaStream(file: i32, answer: usize): void;
/** 0.2: option<error-code> of an error that a stream of a file told. */
export declare function errorCodeOf(error: i32, answer: usize): void;
/** 0.2: result<own directory-entry-stream, error-code>; 0.3: tuple<stream<directory-entry>, future<result<_, error-code>>> */
export declare function readDirectory(directory: i32, answer: usize): void;
/** 0.2: result<option<directory-entry>, error-code> */
export declare function readEntry(entries: i32, answer: usize): void;
export declare function dropEntries(entries: i32): void;

/** 0.3: tuple<stream<u8>, future<result<_, error-code>>> */
export declare function readViaStream(file: i32, offset: u64, answer: usize): void;
/** 0.3: takes the readable end of a stream; the same future. */
export declare function writeViaStream(file: i32, stream: i32, offset: u64): i32;
export declare function appendStream(file: i32, stream: i32): i32;
/** 0.3: up to so many directory-entry of 24 bytes; answers as the functions of streams.ts. */
export declare function readEntries(entries: i32, to: usize, count: i32): i32;
/** 0.3: result<_, error-code> of a future, or BLOCKED. */
export declare function readResult(future: i32, answer: usize): i32;
export declare function dropResult(future: i32): void;
