// SPDX-License-Identifier: MIT
// The base class of per-connection state machines: what a server does with one peer is a subclass.
// It deals with partial reads and writes, half-close, resets, backpressure and idle time.

import { NONE, READ, WRITE } from '../reactor/interest';
import { Reactor } from '../reactor/reactor';
import { Source } from '../reactor/source';
import { Timer } from '../reactor/timers';
import { fatal } from '../wasi/abort';
import { Errno } from '../wasi/errno';
import { OutputQueue } from './output-queue';
import { peerName } from './peer';
import { close, recvRaw, sendRaw, shutdownWrite } from './socket';

const READ_SIZE: i32 = 65_536;
/** One peer has at most this much of a turn, 256 KiB; the others want theirs. */
const READS_PER_EVENT: i32 = 4;

/** All connections read into this one. Its length is set to what was read before each onData. */
const input = new Uint8Array(READ_SIZE);
const inputStart: usize = input.dataStart;

// Bits of `Connection.state`.
const OPEN: u32 = 1;
const INPUT_ENDED: u32 = 2; // the peer's FIN was read
const ENDING: u32 = 4; // end() was called
const OUTPUT_ENDED: u32 = 8; // our FIN was sent
const PAUSED: u32 = 16; // by pause()
const CHOKED: u32 = 32; // by the high-water mark
const CLOSED: u32 = 64;
const CONNECTING: u32 = 128; // by Reactor.connect, and not there yet

/** Fires when nothing was read or written for a time. Activity is a stamp, not a move in the heap. */
@final
class IdleTimer extends Timer {
  timeoutNs: u64 = 0;
  lastActivityNs: u64 = 0;

  constructor(private readonly connection: Connection) {
    super();
  }

  onTimer(): void {
    const reactor = this.connection.reactor;
    const idle = this.lastActivityNs + this.timeoutNs <= reactor.turnTimeNs;
    if (idle) this.lastActivityNs = reactor.turnTimeNs;
    reactor.setTimerAt(this, this.lastActivityNs + this.timeoutNs);
    if (idle) this.connection.onTimeout();
  }
}

/**
 * One connection, accepted or made. Override what you need of the `on…` methods; state goes into fields.
 *
 * ```
 *            factory                   end(), once all that was written is sent
 *   (new) ───────────► open ──────────────────────────► output ended
 *                        │                                   │
 *        peer's FIN read │ onEnd                             │ peer's FIN read
 *                        ▼                                   ▼
 *                  input ended ───────────────────────►    closed   onClose(0)
 *                        end(), once all … is sent
 *
 *   any state ── destroy(), a failed read or write ──► closed   onClose(errno)
 * ```
 *
 * onOpen is the first callback, onClose the last; both come exactly once (but onOpen not for a connection
 * that could not be made), onClose at the end of the turn. Every method may be called in every callback and on any connection of the Reactor, also on
 * one that is closed: there it does nothing, and `write` answers false.
 */
export abstract class Connection extends Source {
  /** The Reactor that serves it. Not before onOpen. */
  reactor!: Reactor;
  /** Queued bytes from which on reading stops, so that a peer that does not read cannot fill memory. */
  highWaterMark: u32 = 65_536;
  /** Queued bytes down to which the queue must drain before reading goes on. */
  lowWaterMark: u32 = 16_384;
  /** Belongs to the Reactor. */
  nextClosed: Connection | null = null;
  /** Belongs to the Reactor. */
  closeErrno: i32 = 0;

  private state: u32 = 0;
  private interest: u32 = NONE;
  private output: OutputQueue | null = null;
  private idle: IdleTimer | null = null;

  /**
   * The connection is there. The peer's data comes in later turns. One that could not be made gets no
   * onOpen, but onClose alone.
   */
  onOpen(): void {}

  /**
   * The peer sent `data`, in order, in pieces that say nothing. `data` is valid until the method
   * returns: all connections share its memory, so copy what must stay (`data.slice()`).
   */
  onData(data: Uint8Array): void {}

  /** The queue, which held something, is empty: all that was written is with the kernel. Not after `end`. */
  onDrain(): void {}

  /**
   * The peer ended its side: no more data comes, but it still reads. By default we end ours too,
   * after what was written. Override it to go on answering, and call `end` when that is done.
   */
  onEnd(): void {
    this.end();
  }

  /**
   * The host drains: no new connections come, and what is open is to be finished. By default nothing happens,
   * and the peer's end, or the host's limit of time, ends the connection. A protocol overrides it to end a
   * connection that only waits for the next request, and marks others to end after the present one.
   */
  onShutdown(): void {}

  /** Nothing was read or sent for the time that `setTimeout` set; it counts anew. Destroys by default. */
  onTimeout(): void {
    this.destroy(Errno.TIMEDOUT);
  }

  /** The connection is closed, its fd gone; `errno` is 0 for an orderly end, or what was given to `destroy`. */
  onClose(errno: i32): void {}

  /** The peer's address, `fd N` on hosts that do not tell. Allocates, so not for every message. */
  get peer(): string {
    return peerName(this.fd);
  }

  /** Bytes written but not yet with the kernel. */
  get queuedBytes(): u32 {
    const output = this.output;
    return output === null ? 0 : output.byteLength;
  }

  /** Whether `write` takes data: open, and `end` not called. */
  get writable(): bool {
    return (this.state & (OPEN | ENDING | CLOSED)) == OPEN;
  }

  /** Whether it is closed. */
  get closed(): bool {
    return (this.state & CLOSED) != 0;
  }

  /**
   * Sends `data`: at once what the kernel takes, the rest from a queue, which has its own copy.
   *
   * Answers true where all went to the kernel. False: some is queued, and onDrain will come; or the
   * connection takes no data any more (see `writable`), and it is dropped. A write that fails closes
   * the connection. Nothing limits the queue but `highWaterMark`, which stops reading, not writing.
   */
  write(data: Uint8Array): bool {
    return this.writeRaw(data.dataStart, data.byteLength);
  }

  /** As `write`, of a text in UTF-8. Allocates the encoded copy. */
  writeText(text: string): bool {
    const bytes = String.UTF8.encode(text);
    return this.writeRaw(changetype<usize>(bytes), bytes.byteLength);
  }

  /** As `write`, of `length` bytes at `pointer`. */
  writeRaw(pointer: usize, length: i32): bool {
    if (!this.writable) return false;
    let sent = 0;
    // Interest in writing says that something is queued, and costs no look at the queue.
    if ((this.interest & WRITE) == 0) {
      if (length == 0) return true;
      sent = sendRaw(this.fd, pointer, length);
      if (sent == length) {
        if (this.idle !== null) this.noteActivity();
        return true;
      }
      if (sent < 0) {
        if (sent != -Errno.AGAIN && sent != -Errno.INTR) {
          this.destroy(-sent);
          return false;
        }
        sent = 0;
      }
    }
    this.enqueue(pointer + sent, length - sent);
    return false;
  }

  /**
   * Ends our side: sends what is queued, then a FIN. Data of the peer still comes to onData until
   * its FIN, which closes the connection; a peer that never sends one is a case for `setTimeout`.
   */
  end(): void {
    if (!this.writable) return;
    this.state |= ENDING;
    if (this.queuedBytes == 0) this.finishOutput();
  }

  /**
   * Closes at once. What is queued is lost, and a peer whose data was not read gets a reset.
   * `errno` is passed to onClose.
   */
  destroy(errno: i32 = 0): void {
    if ((this.state & (OPEN | CLOSED)) != OPEN) return;
    this.state |= CLOSED;
    this.interest = NONE;
    this.closeErrno = errno;
    this.reactor.remove(this);
    close(this.fd);
    this.fd = -1;
    const output = this.output;
    if (output !== null) {
      output.clear();
      this.output = null;
    }
    const idle = this.idle;
    if (idle !== null) {
      this.reactor.clearTimer(idle);
      this.idle = null;
    }
    this.reactor.noteClosed(this);
  }

  /** Stops reading: no onData, and no onEnd, until `resume`. The kernel's buffers then slow the peer down. */
  pause(): void {
    this.state |= PAUSED;
    this.updateInterest();
  }

  /** Reads again. */
  resume(): void {
    this.state &= ~PAUSED;
    this.updateInterest();
  }

  /**
   * Calls onTimeout whenever nothing was read or sent for `timeoutNs`; 0 ends that.
   *
   * Time counts from the turn of the last activity. Each activity costs one store, whatever the
   * number of connections.
   */
  setTimeout(timeoutNs: u64): void {
    if ((this.state & (OPEN | CLOSED)) != OPEN) return;
    let idle = this.idle;
    if (timeoutNs == 0) {
      if (idle !== null) this.reactor.clearTimer(idle);
      this.idle = null;
      return;
    }
    if (idle === null) {
      idle = new IdleTimer(this);
      this.idle = idle;
    }
    idle.timeoutNs = timeoutNs;
    this.reactor.setTimer(idle, timeoutNs);
    idle.lastActivityNs = idle.deadlineNs - timeoutNs;
  }

  /** Begins to serve `fd`, a non-blocking socket. For the Listener. */
  open(reactor: Reactor, fd: i32): void {
    this.begin(reactor, fd, OPEN, READ);
    this.onOpen();
  }

  /** Begins to serve `fd`, which is being connected, or a negated errno. For the Reactor. */
  openConnecting(reactor: Reactor, fd: i32): void {
    if (fd >= 0) {
      this.begin(reactor, fd, OPEN | CONNECTING, READ | WRITE);
      return;
    }
    this.reactor = reactor;
    this.state = OPEN | CLOSED;
    this.closeErrno = -fd;
    reactor.noteClosed(this);
  }

  private begin(reactor: Reactor, fd: i32, state: u32, interest: u32): void {
    if (this.state != 0)
      fatal('a connection was opened twice: a factory makes a new one each time');
    this.reactor = reactor;
    this.fd = fd;
    this.state = state;
    this.interest = interest;
    reactor.add(this, interest);
  }

  /** For the Reactor. */
  onReady(readiness: u32, error: i32): void {
    if (error == Errno.BADF) this.destroy(error);
    else if (this.state & CONNECTING) this.connected();
    else if (readiness == READ) this.read();
    else this.flush();
  }

  /** A read tells whether the connection is there: then there is nothing yet, or data already. */
  private connected(): void {
    const count = recvRaw(this.fd, inputStart, READ_SIZE);
    if (count < 0 && count != -Errno.AGAIN && count != -Errno.INTR) {
      this.destroy(-count);
      return;
    }
    this.state &= ~CONNECTING;
    this.updateInterest();
    this.onOpen();
    if (count > 0) this.give(count);
    else if (count == 0) this.endInput();
    if (this.state & CLOSED) return;
    if (this.queuedBytes > 0) this.flush();
    else if ((this.state & (ENDING | OUTPUT_ENDED)) == ENDING) this.finishOutput();
  }

  private give(count: i32): void {
    if (this.idle !== null) this.noteActivity();
    store<i32>(changetype<usize>(input), count, offsetof<Uint8Array>('byteLength'));
    this.onData(input);
  }

  /** A short read says that the kernel has no more: one call for each event is the rule. */
  private read(): void {
    for (let i = 0; i < READS_PER_EVENT; i++) {
      const count = recvRaw(this.fd, inputStart, READ_SIZE);
      if (count <= 0) {
        if (count == 0) this.endInput();
        else if (count != -Errno.AGAIN && count != -Errno.INTR) this.destroy(-count);
        return;
      }
      this.give(count);
      if (count < READ_SIZE || (this.interest & READ) == 0) return;
    }
  }

  /** The FIN stays readable, so interest in reading ends with it. */
  private endInput(): void {
    if (this.state & CLOSED) return;
    this.state |= INPUT_ENDED;
    if (this.state & OUTPUT_ENDED) {
      this.destroy();
      return;
    }
    this.updateInterest();
    this.onEnd();
  }

  private flush(): void {
    const output = this.output;
    if (output === null || output.byteLength == 0) return;
    const before = output.byteLength;
    const errno = output.flush(this.fd);
    if (errno != Errno.SUCCESS) {
      this.destroy(errno);
      return;
    }
    if (output.byteLength < before && this.idle !== null) this.noteActivity();
    if (output.byteLength <= this.lowWaterMark) this.state &= ~CHOKED;
    this.updateInterest();
    if (output.byteLength > 0) return;
    if (this.state & ENDING) this.finishOutput();
    else this.onDrain();
  }

  private enqueue(pointer: usize, length: i32): void {
    let output = this.output;
    if (output === null) {
      output = new OutputQueue();
      this.output = output;
    }
    output.push(pointer, length);
    if (output.byteLength >= this.highWaterMark) this.state |= CHOKED;
    this.updateInterest();
  }

  /** With the peer's FIN read already, closing sends ours. */
  private finishOutput(): void {
    if (this.state & INPUT_ENDED) {
      this.destroy();
      return;
    }
    if (this.state & CONNECTING) return; // then it is done once the connection is there
    // A failure (the peer reset the connection) is told by the next read.
    shutdownWrite(this.fd);
    this.state |= OUTPUT_ENDED;
  }

  private updateInterest(): void {
    if ((this.state & (OPEN | CLOSED)) != OPEN) return;
    let interest = this.state & (INPUT_ENDED | PAUSED | CHOKED) ? NONE : READ;
    if (this.queuedBytes > 0 || this.state & CONNECTING) interest |= WRITE;
    if (interest == this.interest) return;
    this.interest = interest;
    this.reactor.modify(this, interest);
  }

  /** Only where there is an idle timer: callers look, as most connections have none. */
  private noteActivity(): void {
    this.idle!.lastActivityNs = this.reactor.turnTimeNs;
  }
}
