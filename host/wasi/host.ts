// SPDX-License-Identifier: MIT
// One guest's WASI: the import object, the start of the guest, and its end.

import { statSync } from 'node:fs';
import { PolluxError } from '../errors.ts';
import { addon, drain, type HostLimits, type NativeHost, Signalled } from '../native/addon.ts';
import { type BaseWasi, makeBase, type WasiFunction } from './base.ts';
import { type ConnectSpec, checkPeers } from './connect.ts';
import { delegatedImports } from './delegated.ts';
import { DEVICE_NAME } from './device.ts';
import { Errno } from './errno.ts';
import { GuestExit, runToExit } from './exit.ts';
import { fileImports } from './files.ts';
import { type BoundListener, type ListenSpec, listen } from './listen.ts';
import { GuestMemory } from './memory.ts';
import { checkMemory, checkModule, WASI_MODULE } from './module.ts';
import { type OutputSink, withOutput } from './output.ts';
import type { HostStats } from './stats.ts';
import { type TraceSink, traceImports } from './trace.ts';

/** What a guest is given. */
export interface HostOptions {
  /** argv, the program's name first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Opened in this order: the guest's fds from 3 up. */
  readonly listen: readonly ListenSpec[];
  /** Whether the listeners come before the directories, which is the default, or behind them. */
  readonly listeners?: 'first' | 'last' | undefined;
  /** Whom the guest may connect to, by opening `/dev/tcp/NAME` or `/dev/tcp/HOST/PORT`; nobody by default. */
  readonly connect?: readonly ConnectSpec[] | undefined;
  /** Preopened directories, after the listeners unless `listeners` is 'last'. */
  readonly dirs: readonly { readonly host: string; readonly guest: string }[];
  /** The process's descriptors that are the guest's 0, 1 and 2; by default those numbers. */
  readonly stdio?: readonly [stdin: number, stdout: number, stderr: number] | undefined;
  /** Gets what the guest writes to 1 and 2, which then are no descriptors of the process. */
  readonly output?: OutputSink | undefined;
  /** A backend's name, or 'auto'. */
  readonly backend: string;
  /** The base WASI, by name; 'node' where it is not given. */
  readonly wasi?: string | undefined;
  /** 'level', the default, or 'edge': a direction once reported stays quiet until the guest has drained it. */
  readonly trigger?: 'level' | 'edge' | undefined;
  /** Gets the text of a trace of all WASI calls, in pieces. */
  readonly trace?: TraceSink | undefined;
  /** Gets a sentence when the host refuses something for a reason of its own. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Called once, when the guest is about to wait for the first time. */
  readonly onFirstWait?: (() => void) | undefined;
  /**
   * Called on the guest's thread, within one of its calls, while `catchSignals` is on: 'ending' when a signal
   * has begun to drain it, 'hangup' after a SIGHUP.
   */
  readonly onSignal?: ((kind: 'ending' | 'hangup') => void) | undefined;
  /** The host is in the event loop of this thread, and never blocks it: see `start`. */
  readonly loop?: 'uv' | 'thread' | undefined;
  /** With `loop`: calls that would wait suspend the guest, whose `_start` is to be made promising. */
  readonly suspend?: boolean | undefined;
  /** What the guest may use; absent or 0: no limit. */
  readonly limits?: Partial<HostLimits> | undefined;
  /** Whether the times from wait to wait are taken, for `stats`. */
  readonly timed?: boolean | undefined;
  /** A listener that the guest closes is shut down, as nobody but this guest is to serve it. */
  readonly ownsListeners?: boolean | undefined;
  /** Connections that the guest has not accepted when it ends wait for the next one, until `closeListener`. */
  readonly keepsBacklog?: boolean | undefined;
}

const NO_LIMITS: HostLimits = {
  connections: 0,
  descriptors: 0,
  acceptsPerSecond: 0,
  memoryBytes: 0,
  turnNs: 0,
};

/** In the place of a descriptor to wait on. */
const ALWAYS_READY = -1;

/** One guest's host. Not reusable: a second guest needs another one. */
export class Host {
  /** The open listeners, in order, with their numbers in the guest. */
  readonly listeners: readonly (BoundListener & { readonly guestFd: number })[];
  readonly #native: NativeHost;
  readonly #base: BaseWasi;
  readonly #memory = new GuestMemory();
  readonly #imports: Record<string, WasiFunction>;
  readonly #suspends: boolean;

  /**
   * Checks everything first, then opens the listeners; where one fails, those before it are closed.
   *
   * @throws PolluxError ERR_BACKEND_UNKNOWN, ERR_BACKEND_UNAVAILABLE, ERR_DIRECTORY, ERR_BASE_WASI,
   *   ERR_ADDON_LOAD, and those of `checkPeers` and `listen`.
   */
  constructor(options: HostOptions) {
    const names = checkDirectories(options.dirs, options.connect ?? []);
    checkBackend(options.backend);
    checkPeers(options.connect ?? []);
    const base = makeBase(options.wasi ?? 'node', options);
    const { output } = options;
    this.#base = output === undefined ? base : withOutput(base, output);
    this.#native = createNative(options, this.#base);
    try {
      (options.stdio ?? [0, 1, 2]).forEach((hostFd, fd) => {
        if (output !== undefined && fd > 0) this.#native.addBase(fd, ALWAYS_READY);
        else if (this.#base.stdio && hostFd === fd) this.#native.addBase(fd, fd);
        else this.#native.addStream(hostFd);
      });
      const last = options.listeners === 'last';
      if (last) for (const dir of options.dirs) this.#addDirectory(dir);
      this.listeners = options.listen.map((spec) => this.#addListener(listen(spec)));
      if (!last) for (const dir of options.dirs) this.#addDirectory(dir);
    } catch (error) {
      this.#native.close();
      throw error;
    }
    // A guest that can have no connections sees its own directories alone.
    const peers = options.connect ?? [];
    const sockets = options.listen.length + peers.length > 0;
    if (sockets && !names.has(DEVICE_NAME)) this.#native.addDevice();

    const delegated = delegatedImports(this.#native, this.#base, this.#memory, peers);
    const imports: Record<string, WasiFunction> = {
      ...delegated,
      ...fileImports(this.#native, delegated),
      ...(this.#native.imports as Record<string, WasiFunction>),
      proc_exit: (status) => {
        throw new GuestExit(Number(status) >>> 0);
      },
      // A signal would reach the whole process, not the guest.
      proc_raise: () => Errno.NOSYS,
    };
    this.#suspends = options.suspend === true;
    if (this.#suspends) this.#native.start(this.#native.resume);
    this.#imports =
      options.trace === undefined ? imports : traceImports(imports, this.#memory, options.trace);
  }

  /** The backend in use, by name. */
  get backend(): string {
    return this.#native.backend;
  }

  /** Identifies this host process-wide, for `stop`. */
  get id(): number {
    return this.#native.id;
  }

  /** The preview 1 functions, to instantiate a module with by hand; `attach` its memory before it calls any. */
  get imports(): Readonly<Record<string, WasiFunction>> {
    return this.#imports;
  }

  /** Gives the guest's memory to all who read and write it. */
  attach(memory: WebAssembly.Memory): void {
    this.#native.attach(memory);
    this.#memory.attach(memory);
    this.#base.attach(memory);
  }

  /**
   * Instantiates and runs a command module on this thread until it ends; answers its exit status.
   *
   * @throws PolluxError ERR_MODULE_IMPORTS (each unknown import named), ERR_MODULE_NO_START,
   *   ERR_MODULE_MEMORY (no exported memory), ERR_STOPPED (stopped from outside); GuestTrap.
   */
  run(module: WebAssembly.Module): number {
    checkModule(module);
    return runToExit(() => (this.instantiate(module)._start as () => void)());
  }

  /**
   * Instantiates a module with these imports and its memory attached: its exports.
   *
   * @throws PolluxError ERR_MODULE_MEMORY (no exported memory); what its start section traps with.
   */
  instantiate(module: WebAssembly.Module): Readonly<Record<string, unknown>> {
    const imports = this.#suspends ? suspending(this.#imports) : this.#imports;
    const instance = new WebAssembly.Instance(module, {
      [WASI_MODULE]: imports,
    } as WebAssembly.Imports);
    this.attach(checkMemory(instance));
    return instance.exports;
  }

  /**
   * Calls `start` of a guest whose memory is attached, on this thread: the status of its proc_exit, 0 where
   * it returns. A trap is thrown as it is.
   */
  untilExit(start: () => void): number {
    try {
      start();
      return 0;
    } catch (error) {
      if (error instanceof GuestExit) return error.status;
      throw error;
    }
  }

  /** Ends the guest's listeners for it: see `drain` by id. */
  drain(): void {
    drain(this.id);
  }

  /**
   * In an event loop: `turn` is called from now on whenever something may be ready for the guest. It answers
   * the ms after which it is called at the latest, -1: no limit.
   */
  start(turn: () => number): void {
    this.#native.start(turn);
  }

  /** Whether the event loop goes on because of this host; it does. */
  keepAlive(alive: boolean): void {
    this.#native.keepAlive(alive);
  }

  stats(): HostStats {
    return this.#native.stats();
  }

  /** Closes all that the guest had open, and leaves the standard streams as they were found. */
  close(): void {
    this.#native.close();
  }

  #addDirectory({ host, guest }: HostOptions['dirs'][number]): void {
    const added = this.#native.addDirectory(host, guest);
    if ('error' in added) {
      throw new PolluxError('ERR_DIRECTORY', `cannot give the guest ${host}: ${added.error}`);
    }
  }

  #addListener(listener: BoundListener): Host['listeners'][number] {
    try {
      return { ...listener, guestFd: this.#native.addListener(listener.hostFd) };
    } catch (cause) {
      throw new PolluxError(
        'ERR_LISTEN',
        `backend ${this.backend} cannot wait on ${listener.address}: ${(cause as Error).message}; this process has too many descriptors open, use --backend poll or epoll`,
        { cause },
      );
    }
  }
}

/** Functions that wait, and then suspend the guest. */
const WAITING = [
  'fd_read',
  'fd_write',
  'path_open',
  'poll_oneoff',
  'sock_accept',
  'sock_recv',
  'sock_send',
] as const;

/** The imports for a guest that is suspended where a call waits (JavaScript Promise Integration). */
function suspending(imports: Readonly<Record<string, WasiFunction>>): Record<string, unknown> {
  const { Suspending } = WebAssembly as unknown as { Suspending: new (f: unknown) => unknown };
  const wrapped: Record<string, unknown> = { ...imports };
  for (const name of WAITING) wrapped[name] = new Suspending(imports[name]);
  return wrapped;
}

/** The addon's bits as words. */
function signalled(tell: HostOptions['onSignal']): ((signals: number) => void) | undefined {
  if (tell === undefined) return undefined;
  return (signals) => {
    if (signals & Signalled.ending) tell('ending');
    if (signals & Signalled.hangup) tell('hangup');
  };
}

/**
 * An error for the addon to keep and to throw later. The stack of its making would tell nothing, and keep alive
 * whatever it goes through: the host, the guest and its memory.
 */
function toThrow(code: 'ERR_STOPPED' | 'ERR_LIMIT_MEMORY', message: string): PolluxError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new PolluxError(code, message);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function createNative(options: HostOptions, base: BaseWasi): NativeHost {
  const native = addon().createHost({
    backend: options.backend,
    edge: options.trigger === 'edge',
    base: base.functions,
    stopped: toThrow('ERR_STOPPED', 'the guest was stopped'),
    overMemory: toThrow(
      'ERR_LIMIT_MEMORY',
      `the guest took more than the ${options.limits?.memoryBytes} bytes of memory that it may have; raise the limit if it needs them`,
    ),
    limits: { ...NO_LIMITS, ...options.limits },
    timed: options.timed === true,
    ownsListeners: options.ownsListeners === true,
    keepsBacklog: options.keepsBacklog === true,
    loop: options.loop,
    suspend: options.suspend === true,
    warn: options.warn ?? (() => {}),
    firstWait: options.onFirstWait,
    called: signalled(options.onSignal),
  });
  if ('error' in native) {
    throw new PolluxError(
      'ERR_BACKEND_UNAVAILABLE',
      `backend ${options.backend} is not available on this machine: ${native.error}; 'pollux backends' shows which are`,
    );
  }
  return native;
}

function checkBackend(name: string): void {
  if (name === 'auto') return;
  const all = addon().backends();
  const found = all.find((backend) => backend.name === name);
  if (found === undefined) {
    const names = ['auto', ...all.map((backend) => backend.name)].join(', ');
    throw new PolluxError('ERR_BACKEND_UNKNOWN', `unknown backend '${name}'; there are ${names}`);
  }
  if (!found.available) {
    throw new PolluxError(
      'ERR_BACKEND_UNAVAILABLE',
      `backend ${name} is not available on this machine: ${found.reason}; 'pollux backends' shows which are`,
    );
  }
}

/** The guest's names of the directories, each of which is one and has a name of its own. */
function checkDirectories(dirs: HostOptions['dirs'], peers: readonly ConnectSpec[]): Set<string> {
  const names = new Map<string, string>();
  for (const { host, guest } of dirs) {
    const found = statSync(host, { throwIfNoEntry: false });
    if (!found?.isDirectory()) {
      const why = found === undefined ? 'there is no such directory' : 'it is not a directory';
      throw new PolluxError('ERR_DIRECTORY', `cannot give the guest ${host}: ${why}`);
    }
    const other = names.get(guest);
    if (other !== undefined) {
      throw new PolluxError(
        'ERR_DIRECTORY',
        `cannot give the guest ${host} as ${guest}: ${other} has that name already`,
      );
    }
    if (guest === DEVICE_NAME && peers.length > 0) {
      throw new PolluxError(
        'ERR_DIRECTORY',
        `cannot give the guest ${host} as ${guest}: with --connect the guest needs the /dev of pollux; take another name`,
      );
    }
    names.set(guest, host);
  }
  return new Set(names.keys());
}
