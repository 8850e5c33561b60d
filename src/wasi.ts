// SPDX-License-Identifier: MIT
// `pollux/wasi`: a drop-in for `node:wasi` (https://nodejs.org/api/wasi.html) with listening sockets and
// an exact poll_oneoff. The class is Node's; what it does is the Host's.

import {
  type BoundListener,
  type ConnectSpec,
  Host,
  type HostStats,
  type ListenSpec,
} from '../host/index.ts';
import { parseConnect, parseListeners } from './addresses.ts';
import {
  alreadyStarted,
  checkArray,
  checkBoolean,
  checkFd,
  checkFunction,
  checkObject,
  checkString,
  checkUndefined,
  invalidArgType,
  invalidArgValue,
} from './node-errors.ts';
import { checkTrigger, listenEnvironment } from './options.ts';

export {
  type BoundListener,
  type ConnectSpec,
  GuestTrap,
  type HostStats,
  type ListenSpec,
  PolluxError,
  type PolluxErrorCode,
} from '../host/index.ts';

/** The options of Node's class, and those that it does not have. */
export interface WASIOptions {
  /** 'preview1', or 'unstable' for modules that import `wasi_unstable`: the functions are the same, as in Node. */
  readonly version: 'unstable' | 'preview1';
  /** argv; the program's name comes first. Default: none. */
  readonly args?: readonly string[] | undefined;
  /** The guest's environment. Default: none, but for LISTEN_FDS and LISTEN_FDNAMES where there are listeners. */
  readonly env?: object | undefined;
  /** Guest directory -> host directory. */
  readonly preopens?: Readonly<Record<string, string | undefined>> | undefined;
  /** Whether proc_exit makes `start` return the status (the default), or ends the process. */
  readonly returnOnExit?: boolean | undefined;
  /** The process's descriptors that are the guest's 0, 1 and 2. */
  readonly stdin?: number | undefined;
  readonly stdout?: number | undefined;
  readonly stderr?: number | undefined;

  /** Listening sockets, as `pollux run --listen` takes them: the guest's fds from 3 up, before the directories. */
  readonly listen?: readonly (string | ListenSpec)[] | undefined;
  /** Whom the guest may connect to, as `pollux run --connect` takes it. */
  readonly connect?: readonly (string | ConnectSpec)[] | undefined;
  /** What poll_oneoff waits with; 'auto' by default. */
  readonly backend?: string | undefined;
  /** As `pollux run --trigger`. */
  readonly trigger?: 'level' | 'edge' | undefined;
}

type Imports = Record<string, unknown>;

/**
 * The WASI of one guest. As with Node's, a second guest needs another one.
 *
 * ```js
 * import { WASI } from 'pollux/wasi';
 * const wasi = new WASI({ version: 'preview1', listen: ['127.0.0.1:6666'] });
 * const { instance } = await WebAssembly.instantiate(bytes, wasi.getImportObject());
 * process.exitCode = wasi.start(instance);
 * ```
 */
export class WASI {
  /** The preview 1 functions. As in Node, one may be replaced before the module is instantiated. */
  readonly wasiImport: Imports;
  /** The open listeners, in the order of `listen`; that at index i is the guest's fd 3 + i. */
  readonly addresses: readonly BoundListener[];
  readonly #host: Host;
  readonly #namespace: string;
  #started = false;

  /**
   * @throws TypeError with Node's codes (ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE) for
   *   what the options are; PolluxError for what the system makes of them: ERR_DIRECTORY,
   *   ERR_ADDRESS_IN_USE and its like, ERR_BACKEND_UNKNOWN, ERR_BACKEND_UNAVAILABLE.
   */
  constructor(options: WASIOptions = {} as WASIOptions) {
    checkObject(options, 'options');
    checkString(options.version, 'options.version');
    if (options.version !== 'unstable' && options.version !== 'preview1') {
      throw invalidArgValue('options.version', options.version, 'unsupported WASI version');
    }
    this.#namespace = options.version === 'preview1' ? 'wasi_snapshot_preview1' : 'wasi_unstable';
    const { stdin = 0, stdout = 1, stderr = 2, returnOnExit = true } = options;
    checkFd(stdin, 'options.stdin');
    checkFd(stdout, 'options.stdout');
    checkFd(stderr, 'options.stderr');
    checkBoolean(returnOnExit, 'options.returnOnExit');
    const specs = list(options.listen, 'options.listen').flatMap((spec) =>
      typeof spec === 'string' ? parseListeners(spec) : [spec as ListenSpec],
    );
    this.#host = new Host({
      args: list(options.args, 'options.args').map(String),
      env: { ...listenEnvironment(specs), ...strings(options.env, 'options.env') },
      listen: specs,
      connect: list(options.connect, 'options.connect').map((spec) =>
        typeof spec === 'string' ? parseConnect(spec) : (spec as ConnectSpec),
      ),
      dirs: Object.entries(strings(options.preopens, 'options.preopens')).map(([guest, host]) => ({
        guest,
        host,
      })),
      stdio: [stdin, stdout, stderr],
      backend: options.backend ?? 'auto',
      trigger: checkTrigger(options.trigger),
    });
    this.addresses = this.#host.listeners;
    this.wasiImport = { ...this.#host.imports };
    if (!returnOnExit) {
      this.wasiImport.proc_exit = (status: number) => process.exit(status);
    }
  }

  /** The import object for a module that imports nothing but WASI. */
  getImportObject(): Record<string, Imports> {
    return { [this.#namespace]: this.wasiImport };
  }

  /**
   * Runs a command on this thread until it ends; answers its exit status.
   *
   * @throws Error ERR_WASI_ALREADY_STARTED; TypeError ERR_INVALID_ARG_TYPE: no `_start`, an `_initialize`,
   *   no memory; whatever the guest traps with, as it is.
   */
  start(instance: object): number {
    this.finalizeBindings(instance);
    const { _start, _initialize } = exportsOf(instance);
    checkFunction(_start, 'instance.exports._start');
    checkUndefined(_initialize, 'instance.exports._initialize');
    return this.#host.untilExit(_start as () => void);
  }

  /**
   * Initialises a reactor: calls its `_initialize` where it has one.
   *
   * @throws as `start`, with `_start` and `_initialize` the other way round.
   */
  initialize(instance: object): void {
    this.finalizeBindings(instance);
    const { _start, _initialize } = exportsOf(instance);
    checkUndefined(_start, 'instance.exports._start');
    if (_initialize === undefined) return;
    checkFunction(_initialize, 'instance.exports._initialize');
    (_initialize as () => void)();
  }

  /**
   * Connects the guest's memory without calling anything, for threads and modules that import theirs.
   *
   * @throws Error ERR_WASI_ALREADY_STARTED; TypeError ERR_INVALID_ARG_TYPE.
   */
  finalizeBindings(instance: object, options: { memory?: WebAssembly.Memory } = {}): void {
    if (this.#started) throw alreadyStarted();
    checkObject(instance, 'instance');
    const exports = exportsOf(instance);
    checkObject(exports, 'instance.exports');
    const memory = options.memory ?? exports.memory;
    if (!(memory instanceof WebAssembly.Memory)) {
      throw invalidArgType('instance.exports.memory', 'an instance of WebAssembly.Memory', memory);
    }
    this.#host.attach(memory);
    this.#started = true;
  }

  /** Counters of what the guest did so far. */
  stats(): HostStats {
    return this.#host.stats();
  }

  /** Closes all that the guest has open, listeners included. What is not closed goes with the object. */
  close(): void {
    this.#host.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function exportsOf(instance: object): Record<string, unknown> {
  return (instance as { exports: Record<string, unknown> }).exports;
}

function list(value: unknown, name: string): readonly unknown[] {
  if (value === undefined) return [];
  checkArray(value, name);
  return value as readonly unknown[];
}

/** The entries of an object as strings; as in Node, one that is undefined is none. */
function strings(value: unknown, name: string): Record<string, string> {
  if (value === undefined) return {};
  checkObject(value, name);
  const entries = Object.entries(value as object).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.map(([key, entry]) => [key, String(entry)]));
}
