// SPDX-License-Identifier: MIT
// Bytes that the kernel did not take yet, in chunks of linear memory outside of the collector's
// heap. Chunks come from a list of free ones that all queues share; an empty queue owns none.

import { fatal } from '../wasi/abort';
import { Errno } from '../wasi/errno';
import { IOVEC_SIZE, Iovec } from '../wasi/records';
import { sendVector } from './socket';

/**
 * A chunk's header; the bytes follow. Those of [start, end) are queued.
 */
@unmanaged
class Chunk {
  next: Chunk | null;
  start: u32;
  end: u32;
}

const HEADER_SIZE: usize = 12;
if (offsetof<Chunk>() != 12) ERROR('a chunk header has 12 bytes');

/** With header and the allocator's word this is one 4 KiB block. */
const CHUNK_CAPACITY: u32 = 4080;
/** Chunks that stay allocated for the next slow peer: 1 MiB. */
const MAX_FREE_CHUNKS: i32 = 256;
const MAX_IOVECS: i32 = 16;
/** One connection takes at most this many writes (1 MiB) from a turn; the others want theirs. */
const WRITES_PER_FLUSH: i32 = 16;

const iovecs = memory.data(128, 8);
if (<i32>IOVEC_SIZE * MAX_IOVECS != 128) ERROR('the iovecs have 128 bytes');

let freeChunks: Chunk | null = null;
let freeCount: i32 = 0;

function takeChunk(): Chunk {
  let chunk = freeChunks;
  if (chunk !== null) {
    freeChunks = chunk.next;
    freeCount--;
  } else {
    chunk = changetype<Chunk>(heap.alloc(HEADER_SIZE + CHUNK_CAPACITY));
  }
  chunk.next = null;
  chunk.start = 0;
  chunk.end = 0;
  return chunk;
}

function giveChunk(chunk: Chunk): void {
  if (freeCount >= MAX_FREE_CHUNKS) {
    heap.free(changetype<usize>(chunk));
    return;
  }
  chunk.next = freeChunks;
  freeChunks = chunk;
  freeCount++;
}

/** How many chunks wait for reuse. For tests. */
export function freeChunkCount(): i32 {
  return freeCount;
}

/** A queue of bytes, first in, first out. Drop it only when it is empty or cleared. */
@final
export class OutputQueue {
  private head: Chunk | null = null;
  private tail: Chunk | null = null;
  /** Bytes queued. */
  byteLength: u32 = 0;

  /** Copies `length` bytes at `pointer` to the end. Traps beyond 2 GiB: the queue is meant for less. */
  push(pointer: usize, length: u32): void {
    if (<u64>this.byteLength + length > <u64>i32.MAX_VALUE) {
      fatal('more than 2 GiB are queued for one connection; wait for onDrain');
    }
    this.byteLength += length;
    let tail = this.tail;
    while (length > 0) {
      if (tail === null || tail.end == CHUNK_CAPACITY) tail = this.grow(tail);
      const count = min(length, CHUNK_CAPACITY - tail.end);
      memory.copy(changetype<usize>(tail) + HEADER_SIZE + tail.end, pointer, count);
      tail.end += count;
      pointer += count;
      length -= count;
    }
  }

  /**
   * Sends as much as the kernel takes, up to a limit that is fair to others.
   *
   * Answers SUCCESS whether or not something is left, else the errno of the connection's failure.
   */
  flush(fd: i32): i32 {
    for (let i = 0; i < WRITES_PER_FLUSH && this.byteLength > 0; i++) {
      const offered = this.gather();
      const sent = sendVector(fd, iovecs, this.gathered);
      if (sent < 0) return sent == -Errno.AGAIN || sent == -Errno.INTR ? Errno.SUCCESS : -sent;
      this.shift(sent);
      if (<u32>sent < offered) break; // the kernel's buffer is full
    }
    return Errno.SUCCESS;
  }

  /** Drops the first `length` bytes, which must be there. */
  shift(length: u32): void {
    this.byteLength -= length;
    let head = this.head;
    while (head !== null) {
      const count = min(length, head.end - head.start);
      head.start += count;
      length -= count;
      if (head.start < head.end) break;
      const next = head.next;
      giveChunk(head);
      head = next;
    }
    this.head = head;
    if (head === null) this.tail = null;
  }

  /** Drops everything. */
  clear(): void {
    this.shift(this.byteLength);
  }

  /** Copies the first `length` bytes, which must be there, to `pointer`. For tests. */
  peek(pointer: usize, length: u32): void {
    let chunk = this.head;
    while (length > 0 && chunk !== null) {
      const count = min(length, chunk.end - chunk.start);
      memory.copy(pointer, changetype<usize>(chunk) + HEADER_SIZE + chunk.start, count);
      pointer += count;
      length -= count;
      chunk = chunk.next;
    }
  }

  private gathered: i32 = 0;

  /** Points the iovecs at the first chunks; answers the bytes in them. */
  private gather(): u32 {
    let bytes: u32 = 0;
    let count: i32 = 0;
    let chunk = this.head;
    while (chunk !== null && count < MAX_IOVECS) {
      const iovec = changetype<Iovec>(iovecs + <usize>count * IOVEC_SIZE);
      iovec.pointer = changetype<usize>(chunk) + HEADER_SIZE + chunk.start;
      iovec.length = chunk.end - chunk.start;
      bytes += iovec.length;
      count++;
      chunk = chunk.next;
    }
    this.gathered = count;
    return bytes;
  }

  private grow(tail: Chunk | null): Chunk {
    const chunk = takeChunk();
    if (tail === null) this.head = chunk;
    else tail.next = chunk;
    this.tail = chunk;
    return chunk;
  }
}
