// SPDX-License-Identifier: MIT
// All instances of one module: `workers` of them, each supervised, started and drained together.

import type { HostStats } from '../../host/index.ts';
import { listenEnvironment } from '../options.ts';
import { type Ending, isFailure } from './ending.ts';
import { callApp, type Tell } from './events.ts';
import type { Instance } from './instance.ts';
import type { Listeners } from './listeners.ts';
import type { Mode, ReactorConfig, ReactorOptions } from './options.ts';
import { Supervisor } from './supervisor.ts';

/** What a generation is made from. */
export interface GenerationGiven {
  /** From 1. */
  readonly number: number;
  readonly module: WebAssembly.Module;
  readonly mode: Mode;
  /** argv[0]. */
  readonly name: string;
  readonly config: ReactorConfig;
  readonly listeners: Listeners;
  readonly trace: ReactorOptions['trace'];
  readonly tell: Tell;
  /** See InstanceSink. */
  readonly signal: (kind: 'ending' | 'hangup') => void;
  /** See InstancePlan. */
  readonly replaces?: number | undefined;
}

/** The instances of one module. */
export class Generation {
  /** Resolves when all have ended for good: with the first failure, or how the last one ended. */
  readonly done: Promise<Ending>;
  readonly mode: Mode;
  readonly #number: number;
  readonly #tell: Tell;
  readonly #supervisors: readonly Supervisor[];

  constructor(given: GenerationGiven) {
    const { number, module, mode, name, config, listeners, trace, tell, signal, replaces } = given;
    this.mode = mode;
    this.#number = number;
    this.#tell = tell;
    const { args, workers, restart } = config;
    const { listeners: order, connect, dirs, env, backend, trigger, wasi, limits, stdio } = config;
    this.#supervisors = Array.from(
      { length: workers },
      (_, instance) =>
        new Supervisor({
          which: { instance, generation: number },
          plan: {
            module,
            listeners: order,
            connect,
            dirs,
            env: { ...(order === 'first' ? listenEnvironment(config.listen) : {}), ...env },
            backend,
            trigger,
            wasi,
            limits,
            stdio,
            ownsListeners: restart === 'never' && !config.listen.some((spec) => 'fd' in spec),
            keepsBacklog: restart !== 'never',
            replaces,
            args: [name, ...args],
            listen: listeners.shared(instance),
            trace: trace === undefined ? 'off' : trace === 'stderr' ? trace : 'sink',
          },
          mode,
          restart,
          tell,
          signal,
          trace: typeof trace === 'function' ? (text) => callApp(() => trace(text)) : () => {},
        }),
    );
    this.done = Promise.all(this.#supervisors.map(({ done }) => done)).then(
      (all) => all.find(isFailure) ?? (all.at(-1) as Ending),
    );
  }

  /**
   * Starts all: resolves when each waits for its first event, with the end of one that ended before.
   *
   * @throws as Supervisor.start; the others are stopped then.
   */
  async start(): Promise<Ending | undefined> {
    try {
      const early = await Promise.all(this.#supervisors.map((one) => one.start()));
      return early.find((ending) => ending !== undefined);
    } catch (error) {
      this.stop();
      await this.done;
      throw error;
    }
  }

  /** Mode 'blocking' alone: runs the guest to its end. */
  run(): void {
    for (const one of this.#supervisors) one.run();
  }

  /** Instances that run now. */
  get running(): number {
    return this.instances().length;
  }

  get restarts(): number {
    return this.#supervisors.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  /** For the functions by id: `stop` and its like. */
  get ids(): readonly number[] {
    return this.instances().map(({ id }) => id);
  }

  get backend(): string | undefined {
    return this.instances()[0]?.backend;
  }

  /** The guest's numbers of the listeners. */
  get listenerFds(): readonly number[] {
    return this.instances()[0]?.listenerFds ?? [];
  }

  allStats(): readonly HostStats[] {
    return this.#supervisors.flatMap((one) => one.allStats());
  }

  /** Drains all; after `timeoutMs`, where it is not 0, what is left is closed. Answers how many connections were. */
  async drain(timeoutMs: number): Promise<number> {
    this.tellDrain();
    for (const one of this.#supervisors) one.drain();
    let cut = 0;
    const timer =
      timeoutMs > 0 &&
      setTimeout(() => {
        cut = this.#connections();
        this.stop();
      }, timeoutMs);
    await this.done;
    if (timer) clearTimeout(timer);
    return cut;
  }

  /** After `drain` was called: resolves when none of the instances accepts any more. */
  async acceptsNoMore(): Promise<void> {
    // A guest that is busy hears of it at its next call; nobody need wait long for that.
    for (let tries = 0; tries < 1000; tries++) {
      if (this.instances().every((one) => one.stats()?.draining ?? true)) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  tellDrain(): void {
    this.#tell('drain', { generation: this.#number, connections: this.#connections() });
  }

  stop(): void {
    for (const one of this.#supervisors) one.stop();
  }

  #connections(): number {
    return this.instances().reduce((sum, one) => sum + (one.stats()?.openConnections ?? 0), 0);
  }

  /** Those that run now. */
  instances(): Instance[] {
    return this.#supervisors.flatMap(({ instance }) => instance ?? []);
  }
}
