// SPDX-License-Identifier: MIT
// A preview 1 host without a network: tests say what peers send and how much the kernel takes, turn
// by turn, and time moves only when a guest waits for it. No addon is needed, and nothing is random.

import { readFileSync } from 'node:fs';
import { ERRNOS } from '../../../host/wasi/errno.ts';

/** The number of an errno, by its name in the witx. */
export function errno(name: string): number {
  const number = ERRNOS.findIndex(([known]) => known === name);
  if (number < 0) throw new Error(`there is no errno ${name}`);
  return number;
}

const [AGAIN, BADF, NOTSOCK] = [errno('AGAIN'), errno('BADF'), errno('NOTSOCK')];
const LISTENER_FD = 3;
/** What a trap without a host function in it looks like: the guest ran `unreachable`. */
const TRAP = WebAssembly.RuntimeError;

/** What a peer does next: sends bytes, its FIN, or makes the next read or write fail. */
export type Input = string | Buffer | 'FIN' | { readonly errno: string };

/** One connection, as the kernel sees it. */
export class Peer {
  fd = -1;
  readonly input: Input[] = [];
  /** Bytes that the kernel takes before it answers AGAIN. */
  room = Number.POSITIVE_INFINITY;
  /** Makes every write fail. */
  writeErrno: string | undefined;
  readonly received: Buffer[] = [];
  finished = false;
  closed = false;

  get text(): string {
    return Buffer.concat(this.received).toString();
  }
}

/** A subscription as the guest gave it. */
export interface Waited {
  readonly tag: number;
  readonly fd: number;
  readonly timeout: bigint;
  readonly absolute: boolean;
}

/** Runs between two turns; it has everything that is waited for. Answering true ends the guest. */
export type Turn = (host: ScriptedHost) => boolean | undefined;

class Ended extends Error {}

export class ScriptedHost {
  /** Connections or errors that the next accepts give. */
  readonly backlog: (Peer | { readonly errno: string })[] = [];
  readonly env: Record<string, string> = {};
  listeners = 1;
  now = 1_000_000_000n;
  stdout = '';
  stderr = '';
  /** How often each function was called, since the start or the last `resetCalls`. */
  calls: Record<string, number> = {};
  waited: Waited[] = [];
  /** Reports every fd when one is ready, as Wasmtime up to 46 does. */
  spurious = false;
  /** fds that the next poll_oneoff answers a BADF event for. */
  readonly unknown = new Set<number>();
  readonly #peers = new Map<number, Peer>();
  readonly #turns: Turn[];
  #memory = new WebAssembly.Memory({ initial: 0 });

  /** `turns` run in order, one before each wait; after the last one the guest is ended. */
  constructor(...turns: Turn[]) {
    this.#turns = turns;
  }

  resetCalls(): void {
    this.calls = {};
  }

  /** The subscriptions of one kind, by fd. */
  waitedFor(tag: 'read' | 'write'): number[] {
    const number = tag === 'read' ? 1 : 2;
    return this.waited.filter((one) => one.tag === number).map((one) => one.fd);
  }

  get clock(): Waited | undefined {
    return this.waited.find((one) => one.tag === 0);
  }

  /** Lets a new peer connect. */
  connect(...input: Input[]): Peer {
    const peer = new Peer();
    peer.input.push(...input);
    this.backlog.push(peer);
    return peer;
  }

  /** Runs a guest of build/; answers 'ended' by the script, 'returned' by itself, or 'trapped'. */
  run(file: string): 'ended' | 'returned' | 'trapped' {
    const module = new WebAssembly.Module(readFileSync(file));
    const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: this.#imports() });
    this.#memory = instance.exports.memory as WebAssembly.Memory;
    try {
      (instance.exports._start as () => void)();
      return 'returned';
    } catch (error) {
      if (error instanceof Ended) return 'ended';
      if (error instanceof TRAP) return 'trapped';
      throw error;
    }
  }

  get #view(): DataView {
    return new DataView(this.#memory.buffer);
  }

  #imports(): WebAssembly.ModuleImports {
    const functions: Record<string, (...args: never[]) => number> = {
      environ_sizes_get: (count: number, size: number) => this.#environSizes(count, size),
      environ_get: (pointers: number, buffer: number) => this.#environ(pointers, buffer),
      clock_time_get: (_id: number, _precision: bigint, out: number) => {
        this.#view.setBigUint64(out, this.now, true);
        return 0;
      },
      fd_fdstat_get: (fd: number, out: number) => this.#fdstat(fd, out),
      fd_fdstat_set_flags: () => 0,
      fd_prestat_get: () => BADF,
      // No /dev here: everything goes through poll_oneoff.
      fd_prestat_dir_name: () => BADF,
      path_open: () => BADF,
      path_readlink: () => BADF,
      fd_close: (fd: number) => this.#close(fd),
      fd_read: (fd: number, iovs: number, count: number, out: number) =>
        this.#read(fd, iovs, count, out),
      fd_write: (fd: number, iovs: number, count: number, out: number) =>
        this.#write(fd, iovs, count, out),
      sock_accept: (fd: number, flags: number, out: number) => this.#accept(fd, flags, out),
      sock_shutdown: (fd: number) => {
        this.#peer(fd).finished = true;
        return 0;
      },
      poll_oneoff: (subscriptions: number, events: number, count: number, out: number) =>
        this.#poll(subscriptions, events, count, out),
    };
    return Object.fromEntries(
      Object.entries(functions).map(([name, call]) => [
        name,
        (...args: never[]) => {
          this.calls[name] = (this.calls[name] ?? 0) + 1;
          return call(...args);
        },
      ]),
    );
  }

  #environment(): Buffer[] {
    return Object.entries(this.env).map(([name, value]) => Buffer.from(`${name}=${value}\0`));
  }

  #environSizes(count: number, size: number): number {
    const entries = this.#environment();
    this.#view.setUint32(count, entries.length, true);
    this.#view.setUint32(size, Buffer.concat(entries).length, true);
    return 0;
  }

  #environ(pointers: number, buffer: number): number {
    let at = buffer;
    this.#environment().forEach((entry, i) => {
      this.#view.setUint32(pointers + 4 * i, at, true);
      Buffer.from(this.#memory.buffer).set(entry, at);
      at += entry.length;
    });
    return 0;
  }

  #fdstat(fd: number, out: number): number {
    if (fd >= LISTENER_FD + this.listeners) return BADF;
    this.#view.setUint8(out, 6);
    return 0;
  }

  #peer(fd: number): Peer {
    const peer = this.#peers.get(fd);
    if (peer === undefined) throw new Error(`the guest used fd ${fd}, which is not open`);
    return peer;
  }

  #accept(fd: number, flags: number, out: number): number {
    if (fd < LISTENER_FD || fd >= LISTENER_FD + this.listeners) return NOTSOCK;
    const next = this.backlog.shift();
    if (next === undefined) return AGAIN;
    if (!(next instanceof Peer)) return errno(next.errno);
    if (flags !== 4) throw new Error('a connection was accepted without NONBLOCK');
    next.fd = LISTENER_FD + this.listeners;
    while (this.#peers.has(next.fd)) next.fd++;
    this.#peers.set(next.fd, next);
    this.#view.setUint32(out, next.fd, true);
    return 0;
  }

  #close(fd: number): number {
    this.#peer(fd).closed = true;
    this.#peers.delete(fd);
    return 0;
  }

  #iovecs(iovs: number, count: number): Buffer[] {
    return Array.from({ length: count }, (_, i) =>
      Buffer.from(
        this.#memory.buffer,
        this.#view.getUint32(iovs + 8 * i, true),
        this.#view.getUint32(iovs + 8 * i + 4, true),
      ),
    );
  }

  #read(fd: number, iovs: number, count: number, out: number): number {
    const peer = this.#peer(fd);
    const next = peer.input[0];
    if (next === undefined) return AGAIN;
    let length = 0;
    if (typeof next === 'object' && 'errno' in next) return errno(next.errno);
    if (next !== 'FIN') {
      const bytes = Buffer.from(next as string);
      const target = this.#iovecs(iovs, count)[0] as Buffer;
      length = bytes.copy(target);
      peer.input.shift();
      if (length < bytes.length) peer.input.unshift(bytes.subarray(length));
    }
    this.#view.setUint32(out, length, true);
    return 0;
  }

  #write(fd: number, iovs: number, count: number, out: number): number {
    let bytes = Buffer.concat(this.#iovecs(iovs, count));
    if (fd === 1) this.stdout += bytes;
    else if (fd === 2) this.stderr += bytes;
    else {
      const peer = this.#peer(fd);
      if (peer.finished) throw new Error(`the guest wrote on fd ${fd} after its FIN`);
      if (peer.writeErrno !== undefined) return errno(peer.writeErrno);
      if (peer.room === 0) return AGAIN;
      bytes = bytes.subarray(0, Math.min(bytes.length, peer.room));
      peer.room -= bytes.length;
      peer.received.push(bytes);
    }
    this.#view.setUint32(out, bytes.length, true);
    return 0;
  }

  #poll(subscriptions: number, events: number, count: number, out: number): number {
    const view = this.#view;
    this.waited = Array.from({ length: count }, (_, i) => ({
      tag: view.getUint8(subscriptions + 48 * i + 8),
      fd: view.getUint32(subscriptions + 48 * i + 16, true),
      timeout: view.getBigUint64(subscriptions + 48 * i + 24, true),
      absolute: view.getUint16(subscriptions + 48 * i + 40, true) === 1,
    }));
    const turn = this.#turns.shift();
    if (turn === undefined || turn(this) === true) throw new Ended();
    let ready = this.waited.map((one) => this.#isReady(one));
    if (this.spurious && ready.includes(true)) ready = this.waited.map(({ tag }) => tag !== 0);
    if (!ready.includes(true)) {
      const clock = this.clock;
      if (clock === undefined) throw new Error('the guest waits for something that never comes');
      const due = clock.absolute ? clock.timeout : this.now + clock.timeout;
      if (due > this.now) this.now = due;
      ready = this.waited.map(({ tag }) => tag === 0);
    }
    let written = 0;
    this.waited.forEach(({ tag, fd }, i) => {
      if (!ready[i]) return;
      const event = events + 32 * written++;
      Buffer.from(this.#memory.buffer, event, 32).fill(0);
      view.setBigUint64(event, view.getBigUint64(subscriptions + 48 * i, true), true);
      view.setUint16(event + 8, tag !== 0 && this.unknown.has(fd) ? BADF : 0, true);
      view.setUint8(event + 10, tag);
    });
    view.setUint32(out, written, true);
    return 0;
  }

  #isReady({ tag, fd, timeout, absolute }: Waited): boolean {
    if (tag === 0) return absolute ? timeout <= this.now : timeout === 0n;
    if (this.unknown.has(fd)) return true;
    if (fd < LISTENER_FD + this.listeners) return this.backlog.length > 0;
    const peer = this.#peer(fd);
    const failed = peer.writeErrno !== undefined;
    return tag === 1 ? peer.input.length > 0 : peer.room > 0 || failed;
  }
}
