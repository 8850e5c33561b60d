// SPDX-License-Identifier: MIT
// One guest's WASI: the import object, the start of the guest, and its end.

import type { HostStats } from './stats.ts';
import type { BoundListener } from './listen.ts';
import type { TraceSink } from './trace.ts';

/** What a guest is given. */
export interface HostOptions {
  /** argv, the program's name first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Taken over by the Host, in this order, from fd 3 up. */
  readonly listeners: readonly BoundListener[];
  /** Preopened directories, after the listeners. */
  readonly dirs: readonly { readonly host: string; readonly guest: string }[];
  /** A backend's name, or 'auto'. */
  readonly backend: string;
  /** Gets one line for each WASI call. */
  readonly trace?: TraceSink;
  /** Gets a sentence when the host refuses something for a reason of its own. */
  readonly warn?: (message: string) => void;
}

/** One guest's host. */
export declare class Host {
  /** @throws PolluxError ERR_BACKEND_UNKNOWN, ERR_BACKEND_UNAVAILABLE, ERR_DIRECTORY, ERR_ADDON_LOAD. */
  constructor(options: HostOptions);
  /** The backend in use, by name. */
  readonly backend: string;
  readonly id: number;
  /**
   * Instantiates and runs a command module on this thread until it ends; answers its exit status.
   *
   * @throws PolluxError ERR_MODULE_IMPORTS (each unknown import named), ERR_MODULE_NO_START,
   *   ERR_MODULE_MEMORY (no exported memory), ERR_STOPPED (stopped from outside); GuestTrap.
   */
  run(module: WebAssembly.Module): number;
  stats(): HostStats;
  /** Closes all that the guest had open. */
  close(): void;
}
