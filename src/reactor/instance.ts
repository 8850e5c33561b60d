// SPDX-License-Identifier: MIT
// One running instance of a guest, whatever mode it runs in. The modes make these; the supervisor keeps
// one alive; nobody else knows the modes.

import type {
  ConnectSpec,
  HostStats,
  InheritedListenSpec,
  InternalListenSpec,
} from '../../host/index.ts';
import type { Ending } from './ending.ts';
import type { Limits } from './options.ts';

/**
 * A listener of the reactor as its instances get it: the descriptor of the process, which they duplicate; or none
 * at all.
 */
export type SharedListener = InheritedListenSpec | InternalListenSpec;

/** What an instance is made from. All but the module survives structured clone as it is. */
export interface InstancePlan {
  readonly module: WebAssembly.Module;
  readonly listen: readonly SharedListener[];
  readonly listeners: 'first' | 'last';
  readonly connect: readonly ConnectSpec[];
  readonly dirs: readonly { readonly host: string; readonly guest: string }[];
  readonly env: Readonly<Record<string, string>>;
  /** argv, the module's name first. */
  readonly args: readonly string[];
  readonly backend: string;
  readonly trigger: 'level' | 'edge';
  readonly wasi: string;
  readonly limits: Required<Limits>;
  readonly stdio: 'lines' | 'inherit';
  readonly trace: 'off' | 'stderr' | 'sink';
  /** No other instance is to come: a listener that the guest closes is closed. */
  readonly ownsListeners: boolean;
  /** Another instance may take its place, and gets the connections that this one has not accepted. */
  readonly keepsBacklog: boolean;
  /** Host of an instance in a blocked thread, which is to drain once this one waits. */
  readonly replaces?: number | undefined;
}

/** What an instance tells while it runs. */
export interface InstanceSink {
  /** It exists, and can be stopped; whether it will ever wait is not known yet. */
  made(instance: Instance): void;
  /** A piece of the guest's output, as it was written. */
  output(fd: 1 | 2, bytes: Uint8Array): void;
  trace(text: string): void;
  warn(message: string): void;
  /** Mode 'blocking' alone: a signal came, in the midst of a call of the guest. See HostOptions. */
  signal(kind: 'ending' | 'hangup'): void;
}

/** A guest that was started. */
export interface Instance {
  /** For the addon's functions by id. */
  readonly id: number;
  readonly backend: string;
  /** The guest's fds of the listeners, in order. */
  readonly listenerFds: readonly number[];
  /** Resolves, and never rejects, when the instance has ended and all that it had open is closed. */
  readonly ended: Promise<Ending>;
  /** Its counters so far; none before there were any, and for a thread that died without a word. */
  stats(): HostStats | undefined;
  /** Its listeners give no more; it ends by itself once it is done with its connections. */
  drain(): void;
  /** Mode 'blocking' alone: runs the guest to its end, in this call. */
  run?(): void;
  /** Ends it at its next WASI call, and where there is none by force, with `why` as its end. */
  stop(why?: Ending): void;
}

/** Starts an instance; resolves when it waits for the first time, or has ended. Rejects where it cannot be made. */
export type StartInstance = (plan: InstancePlan, sink: InstanceSink) => Promise<Instance>;
