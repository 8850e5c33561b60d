// SPDX-License-Identifier: MIT
// The package's main export: what the CLI does, for programs. It prints nothing and never ends the
// process; the CLI is its first user.

import {
  type ConnectSpec,
  checkModule,
  Host,
  type HostStats,
  type ListenSpec,
  type TraceSink,
} from '../host/index.ts';
import { parseConnect, parseListeners } from './addresses.ts';
import { loadModule } from './module.ts';
import { checkListenersOrder, checkTrigger, listenEnvironment } from './options.ts';

export {
  type BackendInfo,
  type BoundListener,
  backends,
  Channel,
  type ChannelOptions,
  type ConnectSpec,
  GuestTrap,
  type HostStats,
  type InheritedListenSpec,
  type ListenSpec,
  PolluxError,
  type PolluxErrorCode,
  stop,
  type TcpConnectSpec,
  type TcpListenSpec,
  type TraceSink,
  type UnixConnectSpec,
  type UnixListenSpec,
} from '../host/index.ts';
export { type ComponentizeOptions, componentize } from './componentize/componentize.ts';
export type { Ending } from './reactor/ending.ts';
export type {
  DrainEvent,
  ExitEvent,
  LogEvent,
  ReactorEvents,
  ReadyEvent,
  RestartEvent,
  SlowTurnEvent,
  TrapEvent,
  Which,
} from './reactor/events.ts';
export type { AppSocket, SocketHandle } from './reactor/hand-off.ts';
export type { ReactorAddress } from './reactor/listeners.ts';
export type {
  Limits,
  ListenOptions,
  Logger,
  Mode,
  ReactorOptions,
  RestartPolicy,
} from './reactor/options.ts';
export { type Drained, Reactor } from './reactor/reactor.ts';
export type { ReactorStats } from './reactor/stats.ts';

/** What a run is given. */
export interface RunOptions {
  /** Path of the guest, or a compiled module. */
  readonly module: string | WebAssembly.Module;
  /** As `--listen` takes it, or parsed. They are the guest's fds from 3 up. */
  readonly listen?: readonly (string | ListenSpec)[];
  /**
   * Whom the guest may connect to, as `--connect` takes it, or parsed: it opens `/dev/tcp/NAME`, or
   * `/dev/tcp/HOST/PORT` where there is no name.
   */
  readonly connect?: readonly (string | ConnectSpec)[];
  /**
   * 'first', the default; or 'last': behind the directories, as wazero has them. LISTEN_FDS, which says
   * that they begin at 3, is not set then.
   */
  readonly listeners?: 'first' | 'last';
  readonly dirs?: readonly { readonly host: string; readonly guest: string }[];
  /** The guest's environment; LISTEN_FDS and LISTEN_FDNAMES are added unless they are here. */
  readonly env?: Readonly<Record<string, string>>;
  /** argv; the program's name comes first. */
  readonly args?: readonly string[];
  /** Default 'auto': the best one available. */
  readonly backend?: string;
  /**
   * 'level', the default and the standard; or 'edge': a direction once reported stays quiet until the
   * guest's own call on that fd met EAGAIN or moved less than it could have.
   */
  readonly trigger?: 'level' | 'edge';
  /** The base WASI: 'node', the default, or 'wasi-js' or 'wasmer', whose packages you install. */
  readonly wasi?: string;
  /** Gets the text of a trace of all WASI calls, in pieces; see docs/cli.md for its form. */
  readonly trace?: TraceSink | undefined;
  /** Gets a sentence when the host refuses something for a reason of its own. */
  readonly warn?: (message: string) => void;
  /** Called once all listeners are open and the guest is about to start. */
  readonly onListening?: (started: Started) => void;
}

/** What is known when a guest starts. */
export interface Started {
  /** For `stop`, which any thread may call. */
  readonly id: number;
  readonly backend: string;
  readonly addresses: readonly {
    readonly name: string;
    /** The guest's descriptor. */
    readonly fd: number;
    /** `127.0.0.1:6666`, `[::1]:6666` or `unix:/run/x.sock`. */
    readonly address: string;
    /** '' and 0 for a Unix socket. */
    readonly host: string;
    readonly port: number;
    /** Of a Unix socket. */
    readonly path: string | undefined;
  }[];
  stats(): HostStats;
}

/**
 * Runs a command module on the calling thread until it ends; answers its exit status.
 *
 * It blocks as the guest does: a server's run returns when the server ends. Use a worker thread
 * where the program has something else to do.
 *
 * @throws PolluxError with a stable `code`; GuestTrap where the guest trapped.
 */
export function run(options: RunOptions): number {
  const module = typeof options.module === 'string' ? loadModule(options.module) : options.module;
  const specs = (options.listen ?? []).flatMap((spec) =>
    typeof spec === 'string' ? parseListeners(spec) : [spec],
  );
  const order = checkListenersOrder(options.listeners);
  const name = typeof options.module === 'string' ? options.module : 'guest.wasm';
  checkModule(module);
  const host = new Host({
    args: options.args ?? [name],
    env: { ...(order === 'first' ? listenEnvironment(specs) : {}), ...options.env },
    listen: specs,
    listeners: order,
    connect: (options.connect ?? []).map((spec) =>
      typeof spec === 'string' ? parseConnect(spec) : spec,
    ),
    dirs: options.dirs ?? [],
    backend: options.backend ?? 'auto',
    wasi: options.wasi,
    trigger: checkTrigger(options.trigger),
    trace: options.trace,
    warn: options.warn,
  });
  try {
    const addresses = host.listeners.map(({ name, guestFd, address, host, port, path }) => ({
      name,
      fd: guestFd,
      address,
      host,
      port,
      path,
    }));
    options.onListening?.({
      id: host.id,
      backend: host.backend,
      addresses,
      stats: () => host.stats(),
    });
    return host.run(module);
  } finally {
    host.close();
  }
}
