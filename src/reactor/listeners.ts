// SPDX-License-Identifier: MIT
// The listening sockets of a reactor. They stay open while guests come and go, so that connections wait
// in the backlog in place of being refused; each instance gets duplicates.

import {
  type BoundListener,
  closeListener,
  type ListenSpec,
  listen,
  PolluxError,
  refuseListener,
} from '../../host/index.ts';
import type { SharedListener } from './instance.ts';

/** Where a reactor listens. */
export interface ReactorAddress {
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
}

/** All listeners of a reactor: a set for each worker, as a connection to SO_REUSEPORT goes to one of them. */
export class Listeners {
  /** By worker, then in the order of `listen`. */
  readonly #sets: (readonly BoundListener[])[] = [];
  readonly #inherited: ReadonlySet<number>;
  #refused = false;
  #closed = false;

  /**
   * Opens them: TCP listeners once for each of `workers`, others once for all.
   *
   * @throws PolluxError as `listen`; what was opened before is closed.
   */
  constructor(specs: readonly ListenSpec[], workers: number) {
    this.#inherited = new Set(specs.flatMap((spec, at) => ('fd' in spec ? [at] : [])));
    try {
      for (let worker = 0; worker < workers; worker++) {
        this.#sets.push([]);
        for (const [at, spec] of specs.entries()) {
          const set = this.#sets[worker] as BoundListener[];
          set.push(this.#open(spec, at, workers));
        }
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The first worker's, with the guest's numbers for them. */
  addresses(fds: readonly number[]): ReactorAddress[] {
    return (this.#sets[0] ?? []).map(({ name, address, host, port, path }, at) => {
      return { name, fd: fds[at] ?? -1, address, host, port, path };
    });
  }

  /** What the instances of `worker` duplicate. */
  shared(worker: number): SharedListener[] {
    return (this.#sets[worker] ?? []).map(({ name, hostFd }) =>
      hostFd < 0 ? { name, internal: true } : { name, fd: hostFd },
    );
  }

  /** The place of the listener that `name` means: a name, or where there is one alone, any. @throws PolluxError ERR_LISTENER_UNKNOWN. */
  find(name: string): number {
    const set = this.#sets[0] ?? [];
    const at = set.findIndex((listener) => listener.name === name);
    if (at >= 0) return at;
    if (set.length === 1 && name === '') return 0;
    const names = set.map((listener) => `'${listener.name}'`).join(', ') || 'none';
    throw new PolluxError(
      'ERR_LISTENER_UNKNOWN',
      `the guest has no listener of the name '${name}'; there are ${names}`,
    );
  }

  /**
   * New connections are refused from now on, though guests have duplicates; a socket that this process inherited
   * is left to those who share it. The descriptors stay open until `close`: an instance that is being made on
   * another thread is about to duplicate them, and the numbers must not be somebody else's by then.
   */
  refuse(): void {
    if (this.#refused || this.#closed) return;
    this.#refused = true;
    for (const [fd, at] of this.#hostFds()) if (!this.#inherited.has(at)) refuseListener(fd);
  }

  /** Closes them. No instance is being made any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const [fd] of this.#hostFds()) closeListener(fd);
  }

  /** Each descriptor once, with its place in `listen`. */
  #hostFds(): Map<number, number> {
    const all = this.#sets.flatMap((set) => set.map(({ hostFd }, at) => [hostFd, at] as const));
    return new Map(all.filter(([fd]) => fd >= 0));
  }

  #open(spec: ListenSpec, at: number, workers: number): BoundListener {
    if (workers === 1) return listen(spec);
    const first = this.#sets[0]?.[at];
    if (!('port' in spec)) return first ?? listen(spec);
    // The kernel picked the first one's port; the others join it.
    return listen({ ...spec, port: first?.port ?? spec.port, reuseport: true });
  }
}
