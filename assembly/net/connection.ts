// SPDX-License-Identifier: MIT
// The base class of a connection's state machine: bytes in, bytes out, half-close and end. Callbacks
// come from the reactor, one at a time.

import { Interest } from '../reactor/interest';
import { Reactor } from '../reactor/reactor';
import { Errno } from '../wasi/errno';
import { close, read, shutdownWrite, write } from '../wasi/socket';
import { IdleTimer } from './idle-timer';
import { OutputQueue } from './output-queue';

/** One buffer for all reads: what `onData` gets lies here until it returns. */
const READ_BYTES: i32 = 65536;
const READ_BUFFER: usize = memory.data(65536, 16);
/** Full buffers that one connection may read in one turn before others get theirs. */
const READS_PER_TURN = 4;
/** Calls to flush one connection's queue in one turn. */
const WRITES_PER_TURN = 8;

/** Pending output beyond which reading pauses, and below which it goes on; bytes. */
export const HIGH_WATER: u32 = 262144;
export const LOW_WATER: u32 = 65536;

namespace Flag {
  /** The peer has sent FIN. */
  export const PEER_ENDED: u32 = 1;
  /** `end` was called: FIN follows what is pending. */
  export const ENDING: u32 = 2;
  /** Our FIN is out. */
  export const ENDED: u32 = 4;
  /** The fd is closed; `onClose` comes at the end of the turn. */
  export const CLOSED: u32 = 8;
  /** Not reading: output is above the high-water mark. */
  export const CHOKED: u32 = 16;
  /** Not reading: `pause` was called. */
  export const PAUSED: u32 = 32;
}

/**
 * A connection. Subclass it, and give the reactor a function that makes one.
 *
 * ```
 *            peer's FIN: onEnd            end() and output out: FIN
 *    OPEN ────────────────────► HALF-CLOSED ─────────────────────┐
 *     │                          (still writes)                  ▼
 *     │  end() and output out: FIN                             CLOSED ─► onClose
 *     ├────────────────────────► FINISHED ──── peer's FIN: onEnd ▲
 *     │                          (still reads)                   │
 *     └── destroy(), an error of the socket, from any state ─────┘
 * ```
 * `onOpen` comes first, `onClose` last and exactly once, at the end of the turn in which the
 * connection closed. Between them any callback may call any method of any connection. After CLOSED
 * all methods do nothing.
 */
export abstract class Connection {
  /** The descriptor; -1 once closed. */
  fd: i32 = -1;
  private flags: u32 = 0;
  private error: i32 = 0;
  private output: OutputQueue | null = null;
  private idle: IdleTimer | null = null;
  private owner: Reactor | null = null;

  /** The connection is there; nothing was read yet. */
  onOpen(): void {}

  /** `length` bytes came and lie at `data` until this returns. */
  abstract onData(data: usize, length: i32): void;

  /** All output is out, after some had to be queued. */
  onDrain(): void {}

  /** The peer ends its side and may still read. By default ours ends too, behind what is pending. */
  onEnd(): void {
    this.end();
  }

  /** It is over. `error` is a WASI errno, 0 where both sides ended or `destroy` was called. */
  onClose(error: i32): void {}

  /** Nothing came or went for the time of `setTimeout`. By default the connection is destroyed. */
  onTimeout(): void {
    this.destroy();
  }

  @inline
  get isClosed(): bool {
    return (this.flags & Flag.CLOSED) != 0;
  }

  /** Whether `write` still takes bytes. */
  @inline
  get isWritable(): bool {
    return (this.flags & (Flag.ENDING | Flag.CLOSED)) == 0;
  }

  /** Bytes that wait for the kernel. */
  get pending(): u32 {
    const output = this.output;
    return output === null ? 0 : output.length;
  }

  get reactor(): Reactor {
    return this.owner!;
  }

  /**
   * Sends `length` bytes from `data`. They go to the kernel at once; what it does not take is copied
   * and sent when it does. False: more than HIGH_WATER is pending now (reading pauses by itself until
   * LOW_WATER; a source other than this connection should wait for `onDrain`), or nothing was sent
   * because `end` or `destroy` was called before.
   */
  write(data: usize, length: i32): bool {
    if (this.flags & (Flag.ENDING | Flag.CLOSED)) return false;
    const output = this.output;
    if (output !== null && output.length > 0) return this.queue(output, data, length);
    const n = write(this.fd, data, length);
    if (n == length) return true;
    if (n < 0 && n != -Errno.AGAIN) {
      this.closeWith(-n);
      return false;
    }
    const taken = max(n, 0);
    return this.queue(output, data + taken, length - taken);
  }

  /** As {@link write}, for text in UTF-8. It allocates. */
  writeText(text: string): bool {
    const utf8 = String.UTF8.encode(text);
    return this.write(changetype<usize>(utf8), utf8.byteLength);
  }

  /** As {@link write}, for an array. */
  writeBytes(bytes: Uint8Array): bool {
    return this.write(bytes.dataStart, bytes.length);
  }

  /** Ends our side: what is pending goes out, then FIN. The peer may still send. */
  end(): void {
    if (this.flags & (Flag.ENDING | Flag.CLOSED)) return;
    this.flags |= Flag.ENDING;
    if (this.pending == 0) this.finish();
  }

  /** Closes at once; what is pending is lost. */
  destroy(): void {
    this.closeWith(0);
  }

  /** Stops reading until `resume`: the peer feels it once the kernel's buffers are full. */
  pause(): void {
    this.flags |= Flag.PAUSED;
    this.updateInterest();
  }

  resume(): void {
    this.flags &= ~Flag.PAUSED;
    this.updateInterest();
  }

  /** Calls `onTimeout` when nothing came or went for `ns`; 0 ends that. Re-arming costs nothing per event. */
  setTimeout(ns: u64): void {
    if (this.flags & Flag.CLOSED) return;
    let idle = this.idle;
    if (idle === null) {
      if (ns == 0) return;
      idle = new IdleTimer(this);
      this.idle = idle;
    }
    idle.arm(this.owner!, ns);
  }

  // ---- for the reactor and the idle timer ----

  /** @internal */
  open(reactor: Reactor, fd: i32): void {
    this.owner = reactor;
    this.fd = fd;
    this.onOpen();
  }

  /** @internal What to watch for in the state as it is. */
  wanted(): u32 {
    if (this.flags & Flag.CLOSED) return Interest.NONE;
    const reads = (this.flags & (Flag.PEER_ENDED | Flag.CHOKED | Flag.PAUSED)) == 0;
    return (
      (reads ? Interest.READ : Interest.NONE) | (this.pending > 0 ? Interest.WRITE : Interest.NONE)
    );
  }

  /** @internal */
  onReady(ready: u32): void {
    const idle = this.idle;
    if (idle !== null) idle.touch(this.owner!);
    if (ready & Interest.WRITE) this.flush();
    if (ready & Interest.READ) this.fill();
  }

  /** @internal At the end of the turn in which the connection closed. */
  finishClose(): void {
    this.onClose(this.error);
  }

  // ---- state ----

  private fill(): void {
    for (let i = 0; i < READS_PER_TURN; i++) {
      if (this.flags & (Flag.CLOSED | Flag.PEER_ENDED | Flag.CHOKED | Flag.PAUSED)) return;
      const n = read(this.fd, READ_BUFFER, READ_BYTES);
      if (n > 0) {
        this.onData(READ_BUFFER, n);
        // A short read took all there was: readiness is level-triggered and tells of more.
        if (n < READ_BYTES) return;
      } else if (n == 0) {
        this.peerEnded();
        return;
      } else {
        if (n != -Errno.AGAIN) this.closeWith(-n);
        return;
      }
    }
  }

  private peerEnded(): void {
    this.flags |= Flag.PEER_ENDED;
    this.updateInterest();
    this.onEnd();
    if (this.flags & Flag.ENDED) this.closeWith(0);
  }

  private queue(output: OutputQueue | null, data: usize, length: i32): bool {
    if (output === null) {
      output = new OutputQueue();
      this.output = output;
    }
    output.push(data, length);
    const flows = output.length <= HIGH_WATER;
    if (!flows) this.flags |= Flag.CHOKED;
    this.updateInterest();
    return flows;
  }

  private flush(): void {
    const output = this.output;
    if (output === null || this.flags & Flag.CLOSED) return;
    for (let i = 0; i < WRITES_PER_TURN && output.length > 0; i++) {
      const n = output.writeTo(this.fd);
      if (n == -Errno.AGAIN) break;
      if (n < 0) {
        this.closeWith(-n);
        return;
      }
    }
    if (output.length <= LOW_WATER) this.flags &= ~Flag.CHOKED;
    if (output.length > 0) {
      this.updateInterest();
      return;
    }
    // The queue is given up: an idle connection owns none.
    this.output = null;
    this.updateInterest();
    this.onDrain();
    if ((this.flags & (Flag.ENDING | Flag.CLOSED)) == Flag.ENDING && this.pending == 0)
      this.finish();
  }

  private finish(): void {
    if (this.flags & (Flag.ENDED | Flag.CLOSED)) return;
    this.flags |= Flag.ENDED;
    const errno = shutdownWrite(this.fd);
    if (errno != 0) this.closeWith(-errno);
    else if (this.flags & Flag.PEER_ENDED) this.closeWith(0);
  }

  private closeWith(error: i32): void {
    if (this.flags & Flag.CLOSED || this.fd < 0) return;
    const reactor = this.owner!;
    this.flags |= Flag.CLOSED;
    this.error = error;
    const output = this.output;
    if (output !== null) output.clear();
    this.output = null;
    const idle = this.idle;
    if (idle !== null) idle.disarm(reactor);
    this.idle = null;
    reactor.forget(this);
    close(this.fd);
    this.fd = -1;
  }

  private updateInterest(): void {
    if ((this.flags & Flag.CLOSED) == 0) this.owner!.watch(this.fd, this.wanted());
  }
}
