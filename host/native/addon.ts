// SPDX-License-Identifier: MIT
// Loads the native addon, types it, and explains a failed load. The only file that touches the .node file.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PolluxError } from '../errors.ts';
import type { HostStats } from '../wasi/stats.ts';
import type { GivenFunctions } from './given.ts';

/** A backend and whether this machine has it. `reason` says why not, in words. */
export interface BackendInfo {
  /** As `--backend` spells it. */
  readonly name: string;
  readonly available: boolean;
  readonly reason: string;
  /** One sentence on the mechanism. */
  readonly summary: string;
}

/** An open listening socket; `path` is set for a Unix socket, where `host` and `port` say nothing. */
export interface Listening {
  readonly fd: number;
  readonly host: string;
  readonly port: number;
  readonly path?: string;
}

/** What a failed listen tells: the step, its errno (resolve: an EAI number), and the system's words. */
export interface ListenFailure {
  readonly step:
    | 'resolve'
    | 'path'
    | 'socket'
    | 'setsockopt'
    | 'bind'
    | 'unlink'
    | 'chmod'
    | 'listen'
    // Of an inherited socket:
    | 'descriptor'
    | 'type'
    | 'listening'
    | 'duplicate';
  readonly errno: number;
  readonly message: string;
}

/** Bits that `called` is given: an ending signal, which has begun to drain the host, and SIGHUP. */
export const Signalled = { ending: 2, hangup: 4 } as const;

/** What a guest may use at most; 0: no limit. */
export interface HostLimits {
  /** Open connections; further ones wait in the backlog. */
  readonly connections: number;
  /** Open descriptors of the guest, standard streams, listeners and directories included. */
  readonly descriptors: number;
  /** A burst of one second's worth is let through; further ones wait in the backlog. */
  readonly acceptsPerSecond: number;
  /** Bytes of linear memory, looked at with each call of the guest. */
  readonly memoryBytes: number;
  /** From one wait to the next: longer turns are counted. */
  readonly turnNs: number;
}

/** The native half of a Host: fd table, sockets, poller. One thread uses it; only `stop` may come from another. */
export interface NativeHost {
  /** Functions that are imports as they are: fd_read, fd_write, poll_oneoff, sock_* and others. */
  readonly imports: Readonly<Record<string, (...args: number[]) => number>>;
  /** Functions on files and directories; each answers -2 for a descriptor that is neither. */
  readonly files: Readonly<Record<string, (...args: (number | bigint)[]) => number>>;
  /** Identifies this host process-wide, for {@link Addon.stop}. */
  readonly id: number;
  readonly backend: string;
  /** Gives the guest's memory; must be called before the first import is. */
  attach(memory: WebAssembly.Memory): void;
  /**
   * The table takes the socket over, closes it where that fails, and answers the guest's fd: the lowest free
   * number. -1: a listener without a socket, for what the app gives.
   */
  addListener(hostFd: number): number;
  /** Adds a descriptor of the base WASI; `hostFd` is polled for its readiness, -1: always ready. */
  addBase(baseFd: number, hostFd: number): number;
  /** Adds a standard stream of the process, which it keeps: the host reads and writes it itself. */
  addStream(hostFd: number): number;
  /** Opens the directory `path` for the guest under `name`; `error` says in words why it can't. */
  addDirectory(path: string, name: string): { fd: number } | { error: string };
  /** Adds the virtual /dev directory. */
  addDevice(): number;
  /** Opens the interest set of /dev/poll with these fdflags: the guest's fd, or -errno of Linux. */
  openPollSet(fdflags: number): number;
  /**
   * Connects to `path`, or where that is '' to a host and port: the guest's fd, or a WASI errno below
   * zero. Waits unless `fdflags` has NONBLOCK; throws `stopped` where the host is stopped meanwhile.
   */
  connect(
    host: string,
    port: number,
    path: string,
    fdflags: number,
    rights: bigint,
  ): number | Promise<number>;
  /** Base fd (>= 0) behind a guest fd, or one of {@link Lookup}. */
  lookup(guestFd: number): number;
  /**
   * `tcp:PEER:PORT->LOCAL:PORT`, `unix:PEER->LOCAL` or `channel:NAME`, or undefined where the fd is no
   * connection.
   */
  describe(guestFd: number): string | undefined;
  /**
   * In an event loop: `turn` is called from now on whenever something may be ready for the guest, and at once
   * for the first time. It answers the ms after which it is called at the latest; -1: no limit.
   */
  start(turn: () => number | undefined): void;
  /** What `start` is given for a guest that is suspended: makes the suspended call again. */
  resume(): undefined;
  /** Whether the event loop goes on because of this host. */
  keepAlive(alive: boolean): void;
  /** Counters in the shape of HostStats. */
  stats(): HostStats;
  /** Closes every socket and the backend. Later imports answer EBADF. */
  close(): void;
}

/** Answers of {@link NativeHost.lookup} that are not a base fd. */
export const Lookup = { none: -1, socket: -2, device: -3, file: -4, pollSet: -5 } as const;

/** The addon's exports. */
export interface Addon extends GivenFunctions {
  backends(): BackendInfo[];
  listenTcp(
    host: string,
    port: number,
    backlog: number,
    reuseport: boolean,
  ): Listening | ListenFailure;
  /** `absolute` is the same path from the root; `mode` -1 leaves the permissions to the umask. */
  listenUnix(
    path: string,
    absolute: string,
    mode: number,
    backlog: number,
  ): Listening | ListenFailure;
  /** A duplicate of an inherited listening socket. */
  listenInherited(fd: number): Listening | ListenFailure;
  /** Keeps an inherited descriptor from children that are started from now on. */
  closeOnExec(fd: number): void;
  /** Ends a listening socket for all who share it: connections are refused. The descriptor stays open. */
  refuseListener(fd: number): void;
  /** Closes a listening socket that no host has taken over. */
  closeListener(fd: number): void;
  createHost(options: {
    /** A backend's name; 'auto' takes the best available. */
    backend: string;
    /** A direction once reported stays quiet until the guest has drained it. */
    edge: boolean;
    /** fd_read and the like of the base WASI, by name. */
    base: Readonly<Record<string, unknown>>;
    /** Thrown through the guest when the host is stopped. */
    stopped: Error;
    /** Thrown in its place when the guest has more memory than it may have. */
    overMemory: Error;
    /** What the guest may use; 0: no limit. */
    limits: HostLimits;
    /** Its turns are timed, for the histogram in the counters. */
    timed: boolean;
    /** A listener that the guest closes is shut down, as nobody but this guest is to serve it. */
    ownsListeners: boolean;
    /** Another guest is to come: connections that this one has not accepted wait for it, until closeListener. */
    keepsBacklog: boolean;
    /** The host never blocks its thread: libuv's loop, or a thread of its own, drives it by `start`. */
    loop: 'uv' | 'thread' | undefined;
    /** With `loop`: a call that would wait answers a promise of its errno. */
    suspend: boolean;
    /** Called with a sentence when the host refuses something for a reason of its own. */
    warn: (message: string) => void;
    /** Called once, when the guest is about to wait for the first time. */
    firstWait: (() => void) | undefined;
    /** Called on the guest's thread, on top of the guest, after a signal that is caught: {@link Signalled}. */
    called: ((signals: number) => void) | undefined;
  }): NativeHost | { error: string };
  /** Ends the guest of host `id` at its next WASI call, waking it if it waits. Any thread may call it. False: no such host. */
  stop(id: number): boolean;
  /**
   * Ends the listeners of host `id` for its guest, as shutdown(2) of a listener does: they are ready with the
   * hangup flag, and sock_accept answers EINVAL. The sockets stay open. Any thread. False: no such host.
   */
  drain(id: number): boolean;
  /**
   * The thread of host `id` is gone, and did not close it, as a runtime may end a thread by force: closes all
   * that its guest had open. False: it was closed, as it is as a rule.
   */
  bury(id: number): boolean;
  /** The counters of host `id`, undefined where there is no such host. Any thread. */
  stats(id: number): HostStats | undefined;
  /**
   * While on, SIGINT and SIGTERM drain host `id` (see drain) in place of ending the process: `notice` goes to
   * stderr, and after `drainMs` the host is stopped; with a negative `drainMs` at once. A guest that makes no
   * WASI call within 2 s (300 ms once it is stopped), and a second signal, end the process by the signal all the same. SIGHUP does no more than to be
   * told. What createHost was given as `called` is called for each.
   */
  catchSignals(id: number, drainMs: number, notice: string): boolean;
  /** The signal that stopped the host, 0 for none; restores the default dispositions. */
  releaseSignals(): number;
}

let loaded: Addon | undefined;

/**
 * The addon, loaded on first use.
 *
 * @throws PolluxError ERR_ADDON_LOAD: not built yet, or built for another platform.
 */
export function addon(): Addon {
  if (loaded !== undefined) return loaded;
  const require = createRequire(import.meta.url);
  try {
    loaded = require('node-gyp-build')(nativeFolder()) as Addon;
  } catch (cause) {
    throw new PolluxError(
      'ERR_ADDON_LOAD',
      `cannot load the native addon (${(cause as Error).message.split('\n')[0]}); build it with 'npm rebuild pollux', or 'npm run build' in a checkout: it needs Linux, Python 3, make and a C compiler`,
      { cause },
    );
  }
  return loaded;
}

/** host/native, seen from the sources and from the bundle in dist/ alike. */
function nativeFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith(join('host', 'native')) ? here : join(here, '..', 'host', 'native');
}

/** All backends that pollux has, best first. */
export function backends(): BackendInfo[] {
  return addon().backends();
}

/** Ends the guest of host `id` at its next WASI call; wakes it where it waits. Any thread. False: no such host. */
export function stop(id: number): boolean {
  return addon().stop(id);
}

/** See {@link Addon.catchSignals}. */
export function catchSignals(id: number, drainMs: number, notice: string): boolean {
  return addon().catchSignals(id, drainMs, notice);
}

/** See {@link Addon.releaseSignals}. */
export function releaseSignals(): number {
  return addon().releaseSignals();
}

/** See {@link Addon.refuseListener}. */
export function refuseListener(fd: number): void {
  addon().refuseListener(fd);
}

/** See {@link Addon.closeListener}. */
export function closeListener(fd: number): void {
  addon().closeListener(fd);
}

/** See {@link Addon.closeOnExec}. */
export function closeOnExec(fd: number): void {
  addon().closeOnExec(fd);
}

/** See {@link Addon.drain}. */
export function drain(id: number): boolean {
  return addon().drain(id);
}

/** See {@link Addon.bury}. */
export function bury(id: number): boolean {
  return addon().bury(id);
}

/** See {@link Addon.stats}. */
export function statsOf(id: number): HostStats | undefined {
  return addon().stats(id);
}

/** Whether an event loop can watch for what a backend waits for. */
export function hasDescriptor(backend: string): boolean {
  return ['auto', 'epoll', 'epoll-et', 'io-uring'].includes(backend);
}

/** See {@link Addon.duplicate}. */
export function duplicate(fd: number): number {
  return addon().duplicate(fd);
}
