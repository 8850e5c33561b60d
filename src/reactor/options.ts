// SPDX-License-Identifier: MIT
// What Reactor.start is given, and the same checked and complete.

import { type ConnectSpec, type ListenSpec, PolluxError } from '../../host/index.ts';
import { DEFAULT_BACKLOG, parseConnect, parseListeners } from '../addresses.ts';
import { checkListenersOrder, checkTrigger, parseDir } from '../options.ts';

/** Where a guest runs and how it waits; docs/embedding.md compares them. */
export type Mode = 'worker' | 'jspi' | 'inline' | 'blocking';

const MODES: readonly (Mode | 'auto')[] = ['auto', 'worker', 'jspi', 'inline', 'blocking'];

/** When an instance that ended is started again. */
export type RestartPolicy = 'never' | 'on-failure' | 'always';

const POLICIES: readonly RestartPolicy[] = ['never', 'on-failure', 'always'];

/** One of `listen`, as an object; what is left out is as for `--listen`. */
export type ListenOptions =
  | {
      /** Default '127.0.0.1'. */
      readonly host?: string | undefined;
      /** 0 lets the kernel pick one. */
      readonly port: number;
      readonly name?: string | undefined;
      readonly backlog?: number | undefined;
      readonly reuseport?: boolean | undefined;
    }
  | {
      readonly path: string;
      readonly name?: string | undefined;
      readonly backlog?: number | undefined;
      readonly mode?: number | undefined;
    }
  | { readonly fd: number; readonly name?: string | undefined }
  /** No socket: for `connect` and `handOff` alone. */
  | { readonly internal: true; readonly name?: string | undefined };

/** Gets one line of a guest, or of pollux about it, as pino does: fields first, then the message. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a guest may use, 0 or absent: no limit. */
export interface Limits {
  /** Bytes of linear memory. */
  readonly memory?: number;
  /** Open connections; more wait in the backlog. */
  readonly connections?: number;
  /** Open descriptors of the guest, whatever they are. */
  readonly descriptors?: number;
  /** Connections accepted in a second; more wait in the backlog. */
  readonly acceptsPerSecond?: number;
  /**
   * ms from one wait to the next. In `worker` a guest that takes longer is ended (ERR_LIMIT_TURN); in
   * `inline` and `jspi`, where nobody is there to end it, it is reported.
   */
  readonly turnMs?: number;
}

/** What `Reactor.start` is given. */
export interface ReactorOptions {
  /** A path, a file: URL, the bytes, or a compiled module. */
  readonly module: string | URL | Uint8Array | ArrayBuffer | WebAssembly.Module;
  /** As `--listen` takes it, or as an object. They are the guest's fds from 3 up. */
  readonly listen?: readonly (string | ListenOptions)[];
  /** 'first', the default; or 'last': behind the directories, as wazero has them. */
  readonly listeners?: 'first' | 'last';
  /** Whom the guest may connect to, as `--connect` takes it, or as an object. */
  readonly connect?: readonly (string | ConnectSpec)[];
  /** Directories, as `--dir` takes them, or as objects. */
  readonly dirs?: readonly (string | { readonly host: string; readonly guest: string })[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The guest's arguments; argv[0] is the module's name. */
  readonly args?: readonly string[];
  /** Default 'auto': the best one available. */
  readonly backend?: string;
  readonly trigger?: 'level' | 'edge';
  /** The base WASI: 'node', the default, 'wasi-js' or 'wasmer'. */
  readonly wasi?: string;
  /** Default 'auto'. */
  readonly mode?: Mode | 'auto';
  /** Instances side by side, each in a thread of its own (mode 'worker'). Default 1. */
  readonly workers?: number;
  readonly limits?: Limits;
  /** Default 'on-failure': after a trap, a limit and an exit status other than 0. */
  readonly restart?: RestartPolicy;
  /** Gets the guest's output, line by line, and what happens to it. */
  readonly logger?: Logger;
  /**
   * 'lines', the default: what the guest writes to 1 and 2 goes to `log` events and the logger, and where
   * there is neither to the process's own streams. 'inherit': to those, as it is, and the guest reads the
   * process's standard input.
   */
  readonly stdio?: 'lines' | 'inherit';
  /** Gets the text of a trace of all WASI calls, in pieces; 'stderr' writes it there. */
  readonly trace?: 'stderr' | ((text: string) => void);
  /** Aborting it closes the reactor; where it is not started yet, start rejects with the reason. */
  readonly signal?: AbortSignal;
}

/** What timers take at most. ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** The options, checked, with all that is left out filled in. */
export interface ReactorConfig {
  readonly listen: readonly ListenSpec[];
  readonly listeners: 'first' | 'last';
  readonly connect: readonly ConnectSpec[];
  readonly dirs: readonly { readonly host: string; readonly guest: string }[];
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly backend: string;
  readonly trigger: 'level' | 'edge';
  readonly wasi: string;
  readonly mode: Mode | 'auto';
  readonly workers: number;
  readonly limits: Required<Limits>;
  readonly restart: RestartPolicy;
  readonly stdio: 'lines' | 'inherit';
}

/**
 * Checks the options.
 *
 * @throws PolluxError ERR_OPTION, which names the option and what it takes; ERR_ADDRESS; ERR_DIRECTORY;
 *   ERR_BACKEND_UNKNOWN.
 */
export function checkOptions(options: ReactorOptions): ReactorConfig {
  const { limits = {} } = options;
  return {
    listen: (options.listen ?? []).flatMap(listenSpecs),
    listeners: checkListenersOrder(options.listeners),
    connect: (options.connect ?? []).map((one) =>
      typeof one === 'string' ? parseConnect(one) : one,
    ),
    dirs: (options.dirs ?? []).map((one) => (typeof one === 'string' ? parseDir(one) : one)),
    env: checkEnv(options.env ?? {}),
    args: (options.args ?? []).map(String),
    backend: options.backend ?? 'auto',
    trigger: checkTrigger(options.trigger),
    wasi: options.wasi ?? 'node',
    mode: oneOf('mode', options.mode ?? 'auto', MODES),
    workers: whole('workers', options.workers ?? 1, 1),
    limits: {
      memory: whole('limits.memory', limits.memory ?? 0, 0),
      connections: whole('limits.connections', limits.connections ?? 0, 0),
      descriptors: whole('limits.descriptors', limits.descriptors ?? 0, 0),
      acceptsPerSecond: whole('limits.acceptsPerSecond', limits.acceptsPerSecond ?? 0, 0),
      turnMs: whole('limits.turnMs', limits.turnMs ?? 0, 0),
    },
    restart: oneOf('restart', options.restart ?? 'on-failure', POLICIES),
    stdio: oneOf('stdio', options.stdio ?? 'lines', ['lines', 'inherit'] as const),
  };
}

/** As of child_process: what is undefined is left out. */
function checkEnv(env: Readonly<Record<string, unknown>>): Record<string, string> {
  const set = Object.entries(env).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}

function listenSpecs(one: string | ListenOptions): readonly ListenSpec[] {
  if (typeof one === 'string') return parseListeners(one);
  const { name = '' } = one;
  if ('fd' in one) return [{ name, fd: one.fd }];
  if ('internal' in one) return [{ name, internal: true }];
  const { backlog = DEFAULT_BACKLOG } = one;
  if ('path' in one) return [{ name, path: one.path, backlog, mode: one.mode }];
  const { host = '127.0.0.1', port, reuseport = false } = one;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new PolluxError(
      'ERR_ADDRESS',
      `cannot listen on port ${String(port)}: give { port } from 0 to 65535, { path }, { fd } or { internal: true }`,
    );
  }
  return [{ name, host, port, backlog, reuseport }];
}

/** A time in ms, Infinity as 0: no limit. @throws PolluxError ERR_OPTION: it is no whole number, or no timer goes so far. */
export function checkTimeout(option: string, ms: number): number {
  if (ms === Number.POSITIVE_INFINITY) return 0;
  if (ms <= LONGEST_MS) return whole(option, ms, 0);
  throw new PolluxError(
    'ERR_OPTION',
    `${option} is ${String(ms)}; it takes ms from 0 to ${LONGEST_MS}, or Infinity`,
  );
}

function oneOf<T extends string>(option: string, value: T, values: readonly T[]): T {
  if (values.includes(value)) return value;
  throw new PolluxError(
    'ERR_OPTION',
    `${option} is '${String(value)}'; there are ${values.join(', ')}`,
  );
}

function whole(option: string, value: number, from: number): number {
  if (Number.isSafeInteger(value) && value >= from) return value;
  throw new PolluxError(
    'ERR_OPTION',
    `${option} is ${String(value)}; it takes a whole number of at least ${from}`,
  );
}
