// SPDX-License-Identifier: MIT
// What the claims are measured with: examples in pollux under this Node, on each backend.

import { perRequest } from '../cells.ts';
import { claimEntry } from '../contenders.ts';
import { calmest, DISTURBED, type Settings } from '../measure.ts';
import type { Cell, Claim, Sample, Scenario } from '../result.ts';
import { median } from '../statistics.ts';

/** Windows of a claim: counters are exact in the shortest, and times are taken more than once. */
export const WINDOWS = { seconds: 0.5, warmup: 0.2 };
const REPEAT = 3;

/** Which server: an example on a backend. */
export interface Subject {
  readonly backend: string;
  /** `echo` if absent. */
  readonly example?: string;
}

/** One server in one scenario: medians, and the samples in the order of the repetitions. */
export interface Measured {
  readonly p50Us: number;
  readonly cpuUs: number;
  readonly systemUs: number;
  readonly counters: NonNullable<Cell['perRequest']>;
  readonly samples: readonly Sample[];
}

/** What a claim asks for. */
export interface ClaimContext {
  readonly serverCore: number;
  /** Those of the names that this machine has, in their order. */
  backends(...names: string[]): readonly string[];
  /**
   * All subjects in one scenario, in turns: the first repetition of each, then the second, so that samples
   * of the same place can be compared as pairs.
   *
   * @throws PolluxError ERR_COMPARE where a server does not start or answer; the signal's reason.
   */
  servers(
    subjects: readonly Subject[],
    scenario: Scenario,
    repeat?: number,
  ): Promise<readonly Measured[]>;
}

/** What a claim is, and how it is measured. */
export interface ClaimTest {
  readonly number: number;
  readonly title: string;
  /** Estimated, s. */
  readonly costS: number;
  measure(context: ClaimContext): Promise<Omit<Claim, 'number' | 'title' | 'doubtful'>>;
}

/** Measures, and remembers what it has measured: several claims look at the same. */
export class MeasuringContext implements ClaimContext {
  readonly #known = new Map<string, Promise<readonly Measured[]>>();
  readonly #settings: Settings;
  readonly #available: readonly string[];
  readonly #signal: AbortSignal;
  readonly #onServer: (name: string) => void;
  #foreign = 0;

  /** `settings` with the windows of claims, see WINDOWS; `onServer` is told of each server before it is measured. */
  constructor(
    settings: Settings,
    available: readonly string[],
    signal: AbortSignal,
    onServer: (name: string) => void = () => {},
  ) {
    this.#settings = settings;
    this.#available = available;
    this.#signal = signal;
    this.#onServer = onServer;
  }

  get serverCore(): number {
    return this.#settings.serverCore;
  }

  backends(...names: string[]): readonly string[] {
    return names.filter((name) => this.#available.includes(name));
  }

  async servers(subjects: readonly Subject[], scenario: Scenario, repeat = REPEAT) {
    const key = JSON.stringify([subjects, scenario, repeat]);
    const known = this.#known.get(key) ?? this.#take(subjects, scenario, repeat);
    this.#known.set(key, known);
    const all = await known;
    const shares = all.flatMap(({ samples }) => samples.map(({ foreign }) => foreign));
    this.#foreign = Math.max(this.#foreign, ...shares);
    return all;
  }

  /** Why the figures that were asked for since the last call mean little, as a sentence. */
  takeDoubt(): string | undefined {
    const foreign = this.#foreign;
    this.#foreign = 0;
    if (foreign <= DISTURBED) return undefined;
    return `Other programs took up to ${Math.round(100 * foreign)}% of a core meanwhile: times may say more of them. Counters are not touched.`;
  }

  async #take(subjects: readonly Subject[], scenario: Scenario, repeat: number) {
    const rows: Sample[][] = subjects.map(() => []);
    for (let i = 0; i < repeat; i++)
      for (const [at, { backend, example = 'echo' }] of subjects.entries()) {
        this.#signal.throwIfAborted();
        const entry = claimEntry(example, backend);
        this.#onServer(`${entry.name}, ${scenario.active} active, ${scenario.idle} idle`);
        rows[at]?.push(await calmest(entry, scenario, this.#settings));
      }
    return rows.map(measured);
  }
}

function measured(samples: readonly Sample[]): Measured {
  const of = (name: 'p50Us' | 'cpuUs' | 'systemUs') => median(samples.map((one) => one[name]));
  const counters = perRequest(samples) as Measured['counters'];
  const times = { p50Us: of('p50Us'), cpuUs: of('cpuUs'), systemUs: of('systemUs') };
  return { ...times, counters, samples };
}
