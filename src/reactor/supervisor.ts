// SPDX-License-Identifier: MIT
// Keeps one instance of a guest alive: starts it, hears of its end, starts it again.

import type { HostStats } from '../../host/index.ts';
import { Backoff } from './backoff.ts';
import { type Ending, endingOf, isFailure } from './ending.ts';
import type { Tell, Which } from './events.ts';
import type { Instance, InstancePlan } from './instance.ts';
import { Lines } from './lines.ts';
import { startIn } from './modes/index.ts';
import type { Mode, RestartPolicy } from './options.ts';
import { addStats } from './stats.ts';
import { watchTurns } from './watchdog.ts';

/** What a supervisor is told. */
export interface Supervision {
  readonly which: Which;
  readonly plan: InstancePlan;
  readonly mode: Mode;
  readonly restart: RestartPolicy;
  readonly tell: Tell;
  readonly trace: (text: string) => void;
  /** Mode 'blocking' alone: see InstanceSink. */
  readonly signal: (kind: 'ending' | 'hangup') => void;
}

/** After what has been settled already: an instance that ended before it waited is known to have. */
const nextTurn = () => new Promise<undefined>((resolve) => setImmediate(resolve, undefined));

/** One place in a generation, in which one instance after another runs. */
export class Supervisor {
  /** Resolves when the last instance has ended, and no other will take its place. */
  readonly done: Promise<Ending>;
  readonly #given: Supervision;
  readonly #backoff = new Backoff();
  /** Totals of those that ended here, so that counters only go up. */
  #past: HostStats[] = [];
  #instance: Instance | undefined;
  /** One that has not waited yet. */
  #starting: Instance | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** No instance is started any more; what an end of ours in between restarts is. */
  #ending: Ending | undefined;
  #restarts = 0;
  #resolve!: (ending: Ending) => void;

  constructor(given: Supervision) {
    this.#given = given;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** The instance that runs now; none between an end and a restart. */
  get instance(): Instance | undefined {
    return this.#instance;
  }

  get which(): Which {
    return this.#given.which;
  }

  /** Instances that were started in the place of another. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Counters of all instances that ran here. */
  allStats(): HostStats[] {
    const now = this.#instance?.stats();
    return now === undefined ? this.#past : [...this.#past, now];
  }

  /**
   * Starts the first instance: resolves when it waits for the first time, with its end where that came
   * before.
   *
   * @throws GuestTrap, PolluxError: it could not be made, or was ended before it waited for anything. It is
   *   not started again then.
   */
  async start(): Promise<Ending | undefined> {
    const early = await this.#run().catch((error: unknown) => {
      this.#ending = endingOf(error);
      this.#resolve(this.#ending);
      throw error;
    });
    if (early === undefined) return undefined;
    if ('error' in early) {
      this.#ending = early;
      this.#resolve(early);
      throw early.error;
    }
    this.#ended(early, 0);
    return early;
  }

  /** Mode 'blocking' alone: runs the guest. */
  run(): void {
    this.#instance?.run?.();
  }

  /** Its listeners give no more; it is not started again. */
  drain(): void {
    this.#giveUp();
    this.#starting?.stop(); // it has no connections
    this.#instance?.drain();
  }

  /** Ends it, and starts no other. */
  stop(): void {
    this.#giveUp();
    this.#starting?.stop();
    this.#instance?.stop();
  }

  #giveUp(): void {
    this.#ending ??= { kind: 'stopped' };
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#resolve(this.#ending);
  }

  /** One instance: answers how it ended where that was before it waited for anything, else nothing. */
  async #run(): Promise<Ending | undefined> {
    const { which, plan, mode, tell, trace } = this.#given;
    const began = performance.now();
    const say = (level: 'info' | 'warn' | 'error', stream?: 'stdout' | 'stderr') => {
      return (message: string) => tell('log', { ...which, level, stream, message });
    };
    const out = { 1: new Lines(say('info', 'stdout')), 2: new Lines(say('error', 'stderr')) };
    const { turnMs } = plan.limits;
    const slow = (ms: number) => tell('slow-turn', { ...which, turnMs: ms });
    let release = () => {};
    const made = (instance: Instance) => {
      this.#starting = instance;
      if (turnMs > 0) release = watchTurns(instance, mode, turnMs, slow);
      if (this.#ending !== undefined) instance.stop();
    };
    let instance: Instance;
    try {
      instance = await startIn[mode](plan, {
        made,
        output: (fd, bytes) => out[fd].push(bytes),
        trace,
        warn: say('warn'),
        signal: (kind) => this.#given.signal(kind),
      });
      this.#instance = instance;
    } catch (error) {
      release();
      throw error;
    } finally {
      this.#starting = undefined;
    }
    const over = instance.ended.then((ending) => {
      release();
      out[1].end();
      out[2].end();
      this.#instance = undefined;
      this.#keep(instance.stats());
      return ending;
    });
    const early = await Promise.race([over, nextTurn()]);
    if (early !== undefined) return early;
    tell('ready', { ...which, startMs: performance.now() - began });
    void over.then((ending) => this.#ended(ending, performance.now() - began));
    return undefined;
  }

  #ended(ending: Ending, ranMs: number): void {
    const { which, restart, tell } = this.#given;
    const again = restart === 'always' || (restart === 'on-failure' && isFailure(ending));
    // Whoever is told may close or drain the reactor at that.
    const restarts = () => again && this.#ending === undefined && ending.kind !== 'stopped';
    if (ending.kind === 'trap') tell('trap', { ...which, error: ending.error });
    const told = restarts();
    tell('exit', { ...which, ending, restarts: told });
    const delayMs = this.#backoff.next(ranMs);
    if (restarts()) tell('restart', { ...which, attempt: this.#backoff.attempt, delayMs, ending });
    if (!restarts()) {
      this.#resolve(told ? (this.#ending ?? ending) : ending);
      return;
    }
    this.#timer = setTimeout(() => void this.#again(), delayMs);
  }

  async #again(): Promise<void> {
    this.#timer = undefined;
    this.#restarts++;
    let ending: Ending | undefined;
    try {
      ending = await this.#run();
      if (ending === undefined) return;
    } catch (error) {
      ending = endingOf(error);
    }
    this.#ended(ending, 0);
  }

  /** Keeps one total in place of many. */
  #keep(stats: HostStats | undefined): void {
    if (stats !== undefined) this.#past = [addStats([...this.#past, stats])];
  }
}
