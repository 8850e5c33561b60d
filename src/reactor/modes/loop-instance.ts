// SPDX-License-Identifier: MIT
// An instance in the app's own event loop, as the modes 'inline' and 'jspi' have it.

import { type Host, type HostStats, stop } from '../../../host/index.ts';
import type { Ending } from '../ending.ts';
import type { Instance, InstanceSink } from '../instance.ts';

/** How this runtime's event loop is reached: Bun and Deno have no libuv that an addon may use. */
export function eventLoop(): 'uv' | 'thread' {
  return process.versions.bun !== undefined || 'Deno' in globalThis ? 'thread' : 'uv';
}

/** The part that both modes share: its host, and its end. */
export class LoopInstance implements Instance {
  readonly id: number;
  readonly backend: string;
  readonly listenerFds: readonly number[];
  readonly ended: Promise<Ending>;
  readonly #host: Host;
  #stats: HostStats | undefined;
  #why: Ending | undefined;
  #resolve!: (ending: Ending) => void;

  constructor(host: Host, sink: InstanceSink) {
    this.#host = host;
    this.id = host.id;
    this.backend = host.backend;
    this.listenerFds = host.listeners.map(({ guestFd }) => guestFd);
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    sink.made(this);
  }

  stats(): HostStats {
    return this.#stats ?? this.#host.stats();
  }

  drain(): void {
    if (this.#stats === undefined) this.#host.drain();
  }

  stop(why: Ending = { kind: 'stopped' }): void {
    this.#why ??= why;
    stop(this.id);
  }

  /** The guest has ended: closes all that it had open. */
  finish(ending: Ending): void {
    if (this.#stats !== undefined) return;
    this.#stats = this.#host.stats();
    this.#host.close();
    this.#resolve(ending.kind === 'stopped' ? (this.#why ?? ending) : ending);
  }
}
