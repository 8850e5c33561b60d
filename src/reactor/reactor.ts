// SPDX-License-Identifier: MIT
// The embedding API: event-driven WebAssembly guests inside a Node app.

import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { Channel, type ChannelOptions, handOff, PolluxError } from '../../host/index.ts';
import { loadModule } from '../module.ts';
import { compileGuest, guestName } from './compile.ts';
import type { Ending } from './ending.ts';
import { callApp, type ReactorEvents, type Tell } from './events.ts';
import { Generation } from './generation.ts';
import { type AppSocket, type SocketHandle, takeSocket } from './hand-off.ts';
import { Listeners, type ReactorAddress } from './listeners.ts';
import { forward } from './log.ts';
import { chooseMode } from './modes/choose.ts';
import {
  checkOptions,
  checkTimeout,
  type Mode,
  type ReactorConfig,
  type ReactorOptions,
} from './options.ts';
import { type ReactorStats, Totals } from './stats.ts';

/** How long `drain` waits for connections to end where no `timeout` is given. ms. */
const DRAIN_MS = 10_000;

/** What a drain came to. */
export interface Drained {
  /** Every connection was finished; else what was left after the timeout was closed. */
  readonly complete: boolean;
  /** Connections that were closed before they were finished. */
  readonly cut: number;
}

/**
 * A WebAssembly guest with its listeners, inside this process.
 *
 * ```ts
 * const reactor = await Reactor.start({ module: 'echo.wasm', listen: ['127.0.0.1:6666'] });
 * reactor.on('trap', ({ error }) => console.error(error.message, error.frames));
 * await reactor.drain({ timeout: 5000 });
 * ```
 *
 * It keeps the process alive until it has ended.
 */
export class Reactor extends EventEmitter<ReactorEvents> implements AsyncDisposable {
  /** Resolves when the last instance has ended, by itself or by `drain`, `close` or the signal. Never rejects. */
  readonly ended: Promise<Ending>;
  readonly #config: ReactorConfig;
  readonly #listeners: Listeners;
  readonly #name: string;
  readonly #firstMode: Mode;
  readonly #options: ReactorOptions;
  readonly #generations = new Set<Generation>();
  #current: Generation | undefined;
  #reloading: Promise<void> | undefined;
  readonly #totals = new Totals();
  #ending: Ending = { kind: 'stopped' };
  #count = 0;
  #turn = 0;
  #closing = false;
  /** Events of the start, held back until whoever awaits it can listen. */
  #held: (() => void)[] | undefined = [];
  #resolve!: (ending: Ending) => void;
  readonly #abort = () => void this.close();

  /**
   * Opens the listeners, compiles the module and starts its instances; resolves when each of them waits for
   * its first event, or has exited.
   *
   * @throws PolluxError with a stable code: ERR_OPTION, ERR_ADDRESS_IN_USE and its like, ERR_MODULE_INVALID and
   *   its like, ERR_BACKEND_UNAVAILABLE, ERR_MODE (this mode can't work with the module, the backend or the
   *   runtime); GuestTrap where the guest trapped before it waited; the signal's reason.
   */
  static async start(options: ReactorOptions): Promise<Reactor> {
    options.signal?.throwIfAborted();
    const config = checkOptions(options);
    const module = await compileGuest(options.module, config.limits.memory);
    options.signal?.throwIfAborted();
    const mode = chooseMode(config, module);
    const reactor = new Reactor(options, config, mode);
    try {
      await reactor.#begin(module);
      options.signal?.throwIfAborted();
    } catch (error) {
      await reactor.close();
      throw options.signal?.aborted ? options.signal.reason : error;
    }
    return reactor;
  }

  private constructor(options: ReactorOptions, config: ReactorConfig, mode: Mode) {
    super();
    this.#firstMode = mode;
    this.#options = options;
    this.#config = config;
    this.#name = guestName(options.module);
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#listeners = new Listeners(config.listen, config.workers);
    forward(this, options.logger);
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Where the guest listens, in the order of `listen`. */
  get addresses(): readonly ReactorAddress[] {
    return this.#listeners.addresses(this.#current?.listenerFds ?? []);
  }

  /** The mode in use. */
  get mode(): Mode {
    return this.#current?.mode ?? this.#firstMode;
  }

  /** Ids of the running instances, for `stop`, which any thread may call. */
  get ids(): readonly number[] {
    return [...this.#generations].flatMap((generation) => generation.ids);
  }

  /** The backend in use, by name. */
  get backend(): string {
    return this.#current?.backend ?? this.#config.backend;
  }

  /** Totals since the start, over all instances. */
  stats(): ReactorStats {
    return this.#totals.now([...this.#generations]);
  }

  /**
   * Connects to the guest's listener `name` inside of this process, without a socket: a Duplex, whose other end
   * the guest accepts as any connection. '' means the only listener. With several workers they take turns.
   *
   * @throws PolluxError ERR_LISTENER_UNKNOWN; ERR_GUEST_EXITED (no instance runs now); ERR_STOPPED (it drains);
   *   ERR_HAND_OFF (too many wait to be accepted).
   */
  connect(name = '', options?: ChannelOptions): Channel {
    const [id, fd] = this.#nextFor(name);
    return new Channel(id, fd, name, options);
  }

  /**
   * Gives a connection that the app has accepted to the guest, as one of its listener `name`: a `net.Socket` (with
   * what was read of it, and `head` as an 'upgrade' gives it), or a raw server handle. The app's object is
   * destroyed; the other end notices nothing.
   *
   * @throws PolluxError ERR_HAND_OFF: it is TLS, closed, not connected, ended, has bytes that are not sent yet, or
   *   this runtime does not tell its descriptor; ERR_LISTENER_UNKNOWN; ERR_GUEST_EXITED (no instance runs now). The
   *   socket is then untouched. ERR_STOPPED (the guest drains) and ERR_HAND_OFF where too many wait to be accepted
   *   are found out by the guest's host alone, and close the connection.
   */
  handOff(socket: AppSocket | SocketHandle, name = '', head?: Uint8Array): void {
    const [id, guestFd] = this.#nextFor(name);
    const { fd, bytes } = takeSocket(socket, head);
    handOff(id, guestFd, fd, bytes);
  }

  /**
   * Puts a new module in the place of the running one: it gets the same listeners, and once each of its
   * instances waits, the old ones are drained. No connection is refused or reset by it. The old ones take
   * the time that their connections need; after `timeout` ms (0, the default, or Infinity: no limit) what is left is
   * closed.
   *
   * @throws what `start` throws for a module that cannot be compiled or started, PolluxError ERR_GUEST_EXITED
   *   where it ends before it waits, ERR_OPTION; the old one then goes on. ERR_STOPPED where the reactor is closing.
   */
  async reload(
    module: ReactorOptions['module'] = this.#options.module,
    { timeout = 0 }: { timeout?: number } = {},
  ): Promise<void> {
    const limit = checkTimeout('timeout', timeout);
    // One after the other, each with what it was asked for.
    while (this.#reloading !== undefined) await this.#reloading.catch(() => {});
    this.#checkOpen();
    this.#reloading = this.#replace(module, limit);
    try {
      await this.#reloading;
    } finally {
      this.#reloading = undefined;
    }
  }

  /**
   * Ends in order: nothing new is accepted, open connections are finished, and the guests end by
   * themselves; what is left after `timeout` ms (default 10,000; 0 or Infinity: no limit) is closed. A module that
   * `reload` is about to start is given up.
   *
   * @throws PolluxError ERR_OPTION: that is no time.
   */
  async drain({ timeout = DRAIN_MS }: { timeout?: number } = {}): Promise<Drained> {
    const limit = checkTimeout('timeout', timeout);
    this.#closing = true;
    const cuts = [...this.#generations].map((generation) => generation.drain(limit));
    this.#listeners.refuse();
    const cut = (await Promise.all(cuts)).reduce((sum, one) => sum + one, 0);
    await this.ended;
    return { complete: cut === 0, cut };
  }

  /** Ends at once: guests are stopped at their next WASI call, connections and listeners closed. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#listeners.refuse();
    for (const generation of this.#generations) generation.stop();
    if (this.#generations.size === 0) this.#finish();
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #begin(module: WebAssembly.Module): Promise<void> {
    const generation = this.#make(module, this.#firstMode);
    this.#current = generation;
    await generation.start();
    setImmediate(() => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const tell of held) tell();
      generation.run();
    });
  }

  async #replace(from: ReactorOptions['module'], timeout: number): Promise<void> {
    const old = this.#current;
    // A blocked thread can't wait for a file or a compiler, and has no room for a second guest.
    const blocked = old?.mode === 'blocking';
    const module =
      blocked && typeof from === 'string'
        ? loadModule(from)
        : await compileGuest(from, this.#config.limits.memory);
    const mode = chooseMode({ ...this.#config, mode: blocked ? 'worker' : this.mode }, module);
    this.#checkOpen();
    const generation = this.#make(module, mode, blocked ? old.ids[0] : undefined);
    const early = await generation.start();
    if (early !== undefined) {
      generation.stop();
      this.#checkOpen(); // that may be why
      throw new PolluxError(
        'ERR_GUEST_EXITED',
        `the new module exited with status ${early.kind === 'exit' ? early.status : 0} before it waited for anything; the old one goes on`,
      );
    }
    this.#current = generation;
    this.#totals.reloads++;
    void old?.drain(timeout);
    await old?.acceptsNoMore();
  }

  #make(module: WebAssembly.Module, mode: Mode, replaces?: number): Generation {
    const generation = new Generation({
      number: ++this.#count,
      module,
      mode,
      name: this.#name,
      config: this.#config,
      listeners: this.#listeners,
      trace: this.#options.trace,
      tell: this.#tell,
      replaces,
      signal: (kind) => this.#signalled(kind),
    });
    this.#generations.add(generation);
    void generation.done.then((ending) => {
      this.#generations.delete(generation);
      this.#totals.keep(generation);
      if (generation === this.#current) this.#ending = ending;
      if (this.#generations.size === 0) this.#finish();
    });
    return generation;
  }

  readonly #tell: Tell = (name, event) => {
    const tell = () => {
      channel(`pollux.${name}`).publish({ reactor: this, ...event });
      const emit = this.emit as (name: string, event: unknown) => boolean;
      callApp(() => emit.call(this, name, event));
    };
    if (this.#held === undefined) tell();
    else this.#held.push(tell);
  };

  /** Mode 'blocking': a signal came while the guest has this thread; its host drains already. */
  #signalled(kind: 'ending' | 'hangup'): void {
    if (kind === 'hangup') {
      this.emit('hangup');
      return;
    }
    this.#closing = true;
    this.#listeners.refuse();
    this.#current?.tellDrain();
  }

  /** The host and the guest's descriptor of a listener; of several instances one after the other. */
  #nextFor(name: string): [id: number, fd: number] {
    this.#checkOpen();
    const at = this.#listeners.find(name);
    const instances = this.#current?.instances() ?? [];
    const instance = instances[this.#turn++ % Math.max(1, instances.length)];
    if (instance === undefined) {
      throw new PolluxError(
        'ERR_GUEST_EXITED',
        'no instance of the guest runs now; wait for the next ready event',
      );
    }
    return [instance.id, instance.listenerFds[at] as number];
  }

  #checkOpen(): void {
    if (this.#closing) throw new PolluxError('ERR_STOPPED', 'the reactor is closed, or closing');
  }

  #finish(): void {
    this.#closing = true;
    this.#listeners.close();
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#resolve(this.#ending);
  }
}
