// SPDX-License-Identifier: MIT
// Bytes that the kernel has not taken yet: a list of 16 KiB chunks. A connection has one only while
// something is pending; chunks are shared by all through a free list.

import { Iovec } from '../wasi/records';
import { writeVector } from '../wasi/socket';

const CHUNK_BYTES: u32 = 16384;
/** Chunks kept for reuse, 1 MiB; what is beyond goes back to the heap. */
const SPARE_MAX = 64;
const VECTOR_MAX = 16;
const VECTOR: usize = memory.data(128, 8);

/** A chunk: this header, then CHUNK_BYTES of data of which [from, to) is pending. */
@unmanaged
class Chunk {
  next: usize;
  from: u32;
  to: u32;
}

let spare: usize = 0;
let spareCount: i32 = 0;

function takeChunk(): usize {
  let chunk = spare;
  if (chunk == 0) {
    chunk = heap.alloc(offsetof<Chunk>() + CHUNK_BYTES);
  } else {
    spare = changetype<Chunk>(chunk).next;
    spareCount--;
  }
  const header = changetype<Chunk>(chunk);
  header.next = 0;
  header.from = 0;
  header.to = 0;
  return chunk;
}

function giveChunk(chunk: usize): void {
  if (spareCount == SPARE_MAX) {
    heap.free(chunk);
    return;
  }
  changetype<Chunk>(chunk).next = spare;
  spare = chunk;
  spareCount++;
}

/** A queue of bytes. `clear` it before it is dropped: its chunks are not the collector's. */
@final
export class OutputQueue {
  /** Pending bytes. */
  length: u32 = 0;
  private first: usize = 0;
  private last: usize = 0;

  /** Copies `length` bytes from `from` to the end. */
  push(from: usize, length: u32): void {
    this.length += length;
    while (length > 0) {
      if (this.last == 0 || changetype<Chunk>(this.last).to == CHUNK_BYTES) this.append();
      const chunk = changetype<Chunk>(this.last);
      const part = min(length, CHUNK_BYTES - chunk.to);
      memory.copy(this.last + offsetof<Chunk>() + chunk.to, from, part);
      chunk.to += part;
      from += part;
      length -= part;
    }
  }

  /** Writes to `fd` what it takes in one call: how many bytes, or -errno. */
  writeTo(fd: i32): i32 {
    let count = 0;
    for (let at = this.first; at != 0 && count < VECTOR_MAX; at = changetype<Chunk>(at).next) {
      const chunk = changetype<Chunk>(at);
      const iovec = changetype<Iovec>(VECTOR + <usize>count * offsetof<Iovec>());
      count++;
      iovec.data = at + offsetof<Chunk>() + chunk.from;
      iovec.length = chunk.to - chunk.from;
    }
    const written = writeVector(fd, VECTOR, count);
    if (written > 0) this.drop(written);
    return written;
  }

  /** Drops all that is pending. */
  clear(): void {
    while (this.first != 0) this.dropFirst();
    this.length = 0;
  }

  private drop(bytes: u32): void {
    this.length -= bytes;
    while (bytes > 0) {
      const chunk = changetype<Chunk>(this.first);
      const part = min(bytes, chunk.to - chunk.from);
      chunk.from += part;
      bytes -= part;
      if (chunk.from == chunk.to) this.dropFirst();
    }
  }

  private dropFirst(): void {
    const chunk = this.first;
    this.first = changetype<Chunk>(chunk).next;
    if (this.first == 0) this.last = 0;
    giveChunk(chunk);
  }

  private append(): void {
    const chunk = takeChunk();
    if (this.last == 0) this.first = chunk;
    else changetype<Chunk>(this.last).next = chunk;
    this.last = chunk;
  }
}
