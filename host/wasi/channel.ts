// SPDX-License-Identifier: MIT
// The app's end of a channel: a stream into a guest of this process, without a socket.

import { Duplex } from 'node:stream';
import { getSystemErrorName } from 'node:util';
import { addon } from '../native/addon.ts';
import type { ChannelHandle } from '../native/given.ts';
import { refusal } from './given.ts';

const EAGAIN = -11;

/** What is read goes into pieces of this, one after the other. */
const POOL_BYTES = 65536;
/** A piece of the pool that is smaller than this is not worth a read. */
const POOL_REST = 2048;

let pool = Buffer.allocUnsafeSlow(0);
let used = 0;

/** How a channel behaves; as the options of the same names of `net.Socket`. */
export interface ChannelOptions {
  /** The app's side stays open when the guest has ended its own. Default true, as of any Duplex. */
  readonly allowHalfOpen?: boolean | undefined;
  readonly readableHighWaterMark?: number | undefined;
  readonly writableHighWaterMark?: number | undefined;
}

function systemError(code: number, syscall: 'read' | 'write'): NodeJS.ErrnoException {
  const name = getSystemErrorName(code);
  return Object.assign(new Error(`${syscall} ${name}`), { errno: code, code: name, syscall });
}

/**
 * A connection of a guest whose other end is here. It behaves as a `net.Socket` does: `write` answers false
 * while the guest does not read; `end()` ends this direction alone; a guest that closes its end makes 'end' and
 * 'close'; `destroy()` before both directions have ended is a reset, which the guest meets as ECONNRESET. Errors
 * have the codes of a socket: ECONNRESET, EPIPE.
 *
 * It keeps the process alive while it is open; `unref` changes that.
 */
export class Channel extends Duplex {
  /** Its name, as the guest sees it: `channel:NAME` is what /dev/fd/N points to. */
  readonly name: string;
  /** Milliseconds without traffic after which 'timeout' is emitted; 0: never. */
  timeout = 0;
  readonly #handle: ChannelHandle;
  #timer: NodeJS.Timeout | undefined;
  #scheduled = false;
  /** A read met EAGAIN, and the stream still wants data. */
  #hungry = false;
  /** What the channel had no room for. */
  #chunks: readonly Uint8Array[] = [];
  #from = 0;
  #written: ((error?: Error | null) => void) | undefined;

  /**
   * Opens a channel to the listener `guestFd` of the guest of host `id`, which accepts it as any connection.
   * Both may be on different threads.
   *
   * @throws PolluxError ERR_GUEST_EXITED, ERR_LISTENER_UNKNOWN, ERR_STOPPED (the guest is being drained),
   *   ERR_HAND_OFF (too many wait to be accepted).
   */
  constructor(id: number, guestFd: number, name: string, options: ChannelOptions = {}) {
    super({ ...options, decodeStrings: true });
    this.name = name;
    const opened = addon().openChannel(id, guestFd, name, () => this.#schedule());
    if (typeof opened === 'number') throw refusal('connect to the guest', -opened, 'ERR_HAND_OFF');
    this.#handle = opened;
    // As net.Socket does: the end and a reset are to be seen though nobody reads yet.
    this.read(0);
  }

  /** Lets the process end though the channel is open. */
  unref(): this {
    addon().channelKeep(this.#handle, false);
    return this;
  }

  ref(): this {
    addon().channelKeep(this.#handle, true);
    return this;
  }

  /** 'timeout' is emitted after `ms` without traffic, and nothing else happens; 0 ends that. */
  setTimeout(ms: number, callback?: () => void): this {
    this.timeout = ms;
    clearTimeout(this.#timer);
    this.#timer = ms === 0 ? undefined : setTimeout(() => this.emit('timeout'), ms).unref();
    if (callback !== undefined && ms === 0) this.off('timeout', callback);
    else if (callback !== undefined) this.once('timeout', callback);
    return this;
  }

  /** For those who treat it as a `net.Socket`: there is nothing to do. */
  setNoDelay(): this {
    return this;
  }

  /** For those who treat it as a `net.Socket`: there is nothing to do. */
  setKeepAlive(): this {
    return this;
  }

  override _read(): void {
    this.#timer?.refresh();
    for (;;) {
      if (pool.length - used < POOL_REST) {
        pool = Buffer.allocUnsafeSlow(POOL_BYTES);
        used = 0;
      }
      const count = addon().channelRead(this.#handle, pool, used);
      this.#hungry = count === EAGAIN;
      if (count === EAGAIN) return;
      if (count < 0) {
        this.destroy(systemError(count, 'read'));
        return;
      }
      if (count === 0) {
        this.once('end', () => this.#finishIfOver());
        this.push(null);
        return;
      }
      used += count;
      let more: boolean | undefined;
      try {
        more = this.push(pool.subarray(used - count, used));
      } finally {
        // A listener of the app has thrown. As with a socket, what comes next is read all the same.
        if (more === undefined) {
          this.#hungry = true;
          this.#schedule();
        }
      }
      if (!more) return;
    }
  }

  override _write(
    chunk: Uint8Array,
    _: BufferEncoding,
    done: (error?: Error | null) => void,
  ): void {
    this.#timer?.refresh();
    const count = addon().channelWrite(this.#handle, chunk, 0);
    if (count === chunk.length) done();
    else if (count < 0) done(systemError(count, 'write'));
    else this.#keep([chunk], count, done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Uint8Array }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#keep(
      chunks.map(({ chunk }) => chunk),
      0,
      done,
    );
    this.#writeRest();
  }

  override _final(done: () => void): void {
    addon().channelEnd(this.#handle);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    addon().channelDestroy(this.#handle);
    this.#chunks = [];
    this.#written?.(error ?? systemError(-125, 'write')); // ECANCELED
    this.#written = undefined;
    done(error);
  }

  #keep(chunks: readonly Uint8Array[], from: number, done: (error?: Error | null) => void): void {
    this.#chunks = chunks;
    this.#from = from;
    this.#written = done;
  }

  #writeRest(): void {
    const done = this.#written;
    if (done === undefined) return;
    this.#timer?.refresh();
    for (const [at, chunk] of this.#chunks.entries()) {
      const count = addon().channelWrite(this.#handle, chunk, this.#from);
      if (count === chunk.length - this.#from) {
        this.#from = 0;
        continue;
      }
      if (count >= 0) {
        this.#keep(this.#chunks.slice(at), this.#from + count, done);
        return;
      }
      this.#written = undefined;
      done(systemError(count, 'write'));
      return;
    }
    this.#chunks = [];
    this.#written = undefined;
    done();
  }

  /** Called in the middle of whatever the guest does, so nothing of the app may run yet. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.#proceed());
  }

  #proceed(): void {
    this.#scheduled = false;
    if (this.destroyed) return;
    this.#writeRest();
    if (this.#hungry && !this.destroyed) this._read();
    if (this.readableEnded) this.#finishIfOver();
  }

  /** A guest that has closed its end reads nothing more: what is left to do is to end. */
  #finishIfOver(): void {
    if (!this.writableEnded && !this.destroyed && addon().channelIsOver(this.#handle)) this.end();
  }
}
