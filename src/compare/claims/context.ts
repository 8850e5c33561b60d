// SPDX-License-Identifier: MIT
// What the claims are measured with: examples in pollux under this Node, on each backend.

import { perRequest } from '../cells.ts';
import { claimEntry } from '../contenders.ts';
import { measure, type Settings } from '../measure.ts';
import type { Cell, Claim, Sample, Scenario } from '../result.ts';
import { median } from '../statistics.ts';

/** Windows of a claim: counters are exact in the shortest, and times are taken more than once. */
const WINDOW_S = 0.5;
const WARMUP_S = 0.2;
const REPEAT = 3;

/** Medians of one server in one scenario. */
export interface Measured {
  readonly rate: number;
  readonly p50Us: number;
  readonly cpuUs: number;
  readonly systemUs: number;
  readonly counters: NonNullable<Cell['perRequest']>;
}

/** What a claim is, and how it is measured. */
export interface ClaimTest {
  readonly number: number;
  readonly title: string;
  /** Estimated, s. */
  readonly costS: number;
  measure(context: ClaimContext): Promise<Omit<Claim, 'number' | 'title'>>;
}

/** Measures, and remembers what it has measured: several claims look at the same. */
export class ClaimContext {
  readonly #known = new Map<string, Promise<Measured>>();
  readonly #settings: Settings;
  readonly #available: readonly string[];
  readonly #signal: AbortSignal;

  constructor(settings: Settings, available: readonly string[], signal: AbortSignal) {
    this.#settings = { ...settings, seconds: WINDOW_S, warmup: WARMUP_S };
    this.#available = available;
    this.#signal = signal;
  }

  get serverCore(): number {
    return this.#settings.serverCore;
  }

  /** Those of the names that this machine has, in their order. */
  backends(...names: string[]): readonly string[] {
    return names.filter((name) => this.#available.includes(name));
  }

  /**
   * examples/`example` on a backend, medians of three windows.
   *
   * @throws PolluxError ERR_COMPARE where the server does not start or answer; the signal's reason.
   */
  server(
    backend: string,
    scenario: Scenario,
    { example = 'echo', size = 64 }: { readonly example?: string; readonly size?: number } = {},
  ): Promise<Measured> {
    const key = [backend, scenario.active, scenario.idle, example, size].join();
    const known = this.#known.get(key) ?? this.#take(backend, scenario, example, size);
    this.#known.set(key, known);
    return known;
  }

  async #take(backend: string, scenario: Scenario, example: string, size: number) {
    const entry = claimEntry(example, backend);
    const samples: Sample[] = [];
    for (let i = 0; i < REPEAT; i++) {
      this.#signal.throwIfAborted();
      samples.push(await measure(entry, scenario, { ...this.#settings, size }));
    }
    const of = (name: 'rate' | 'p50Us' | 'cpuUs' | 'systemUs') =>
      median(samples.map((sample) => sample[name]));
    const counters = perRequest(samples) as Measured['counters'];
    return {
      ...{ rate: of('rate'), p50Us: of('p50Us'), cpuUs: of('cpuUs'), systemUs: of('systemUs') },
      counters,
    };
  }
}

/** A number as people read it: three digits, thousands apart. */
export function nice(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return Number(value.toPrecision(3)).toString();
}

/** `select 1.2, poll 3`. */
export function listed(names: readonly string[], values: readonly number[], unit = ''): string {
  return names.map((name, i) => `${name} ${nice(values[i] ?? Number.NaN)}${unit}`).join(', ');
}
