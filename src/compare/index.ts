// SPDX-License-Identifier: MIT
// A whole comparison, from what is asked for to the result that --json and --html write.

import { backends, PolluxError } from '../../host/index.ts';
import { compileGuest } from '../reactor/compile.ts';
import { compareWith, readBaseline } from './baseline.ts';
import { MeasuringContext, WINDOWS } from './claims/context.ts';
import { CLAIMS, measureClaims } from './claims/index.ts';
import { contenders } from './contenders.ts';
import { describeMachine, findCores } from './machine.ts';
import type { RuntimeName } from './names.ts';
import { exampleGuest } from './programs.ts';
import type { Claim, Comparison } from './result.ts';
import { type Progress, runMatrix } from './run.ts';
import { scenariosOf, stepS } from './schedule.ts';
import { endAllOn } from './server.ts';
import { summarize } from './summary.ts';

/** What is compared, and how long. */
export interface CompareOptions {
  /** The guest: an echo server; undefined: examples/echo. */
  readonly guest: string | undefined;
  readonly backends: readonly string[] | undefined;
  readonly runtimes: readonly RuntimeName[] | undefined;
  readonly paths: ReadonlyMap<string, string>;
  readonly active: readonly number[];
  readonly idle: readonly number[];
  /** All combinations of both. */
  readonly cross: boolean;
  /** Bytes a message. */
  readonly size: number;
  readonly durationS: number;
  readonly repeat: number;
  readonly claims: boolean;
  /** No contenders at all: the claims alone. */
  readonly claimsOnly: boolean;
  readonly baseline: string | undefined;
  /** As it was typed. */
  readonly command: string;
}

/** What the command shows while it goes on. */
export interface Watcher {
  missing(name: string, reason: string): void;
  progress(progress: Progress): void;
}

/** The warm-up of a window, as a share of it; s at most. */
const WARMUP = 0.25;
const WARMUP_MOST_S = 0.5;

/**
 * Makes a comparison. Aborting the signal ends it with what was measured until then.
 *
 * @throws PolluxError ERR_COMPARE where none can be made here: no Linux, one core, nobody to compare; ERR_MODULE_*
 *   where the guest is none.
 */
export async function compare(
  options: CompareOptions,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<Comparison> {
  const cores = findCores();
  endAllOn(signal);
  const guest = options.guest ?? exampleGuest('echo');
  if (options.guest !== undefined) await compileGuest(options.guest, 0);
  const baseline =
    options.baseline === undefined ? undefined : readBaseline(options.baseline, options.size);
  const { entries, missing } = options.claimsOnly
    ? { entries: [], missing: [] }
    : contenders(options);
  for (const { name, reason } of missing) watcher.missing(name, reason);
  if (entries.length === 0 && !options.claimsOnly)
    throw new PolluxError(
      'ERR_COMPARE',
      'nobody is left to compare: all that was asked for is missing',
    );
  const scenarios = options.claimsOnly
    ? []
    : scenariosOf(options.active, options.idle, options.cross);
  const warmup = Math.min(options.durationS * WARMUP, WARMUP_MOST_S);
  const settings = { guest, ...cores, size: options.size, seconds: options.durationS, warmup };
  const claimsS = options.claims ? CLAIMS.reduce((sum, { costS }) => sum + costS, 0) : 0;
  let last: Progress = { doneS: 0, totalS: claimsS, now: '', cells: [] };
  const cells = await runMatrix({
    ...{ entries, scenarios, repeat: options.repeat, settings, signal, laterS: claimsS },
    onProgress: (progress) => {
      last = progress;
      watcher.progress(progress);
    },
  });
  const claims = options.claims ? await allClaims() : [];
  const versions = Object.fromEntries(
    entries.filter(({ version }) => version !== '').map((one) => [one.runtime, one.version]),
  );
  return {
    schema: 1,
    date: new Date().toISOString(),
    command: options.command,
    machine: describeMachine(cores, { node: process.versions.node, ...versions }),
    guest: options.guest ?? 'examples/echo',
    size: options.size,
    durationS: options.durationS,
    repeat: options.repeat,
    contenders: entries.map(({ name, about, kind, runtime, backend, version }) => {
      return { name, about, kind, runtime, backend, version };
    }),
    ...{ missing, scenarios, cells, claims },
    ...(baseline
      ? { baseline: { date: baseline.date, changes: compareWith(baseline, cells) } }
      : {}),
    interrupted: signal.aborted,
    summary: [...summarize(cells, entries, scenarios), ...verdicts(claims)],
  };

  async function allClaims(): Promise<readonly Claim[]> {
    const available = backends().flatMap((one) => (one.available ? [one.name] : []));
    const { totalS, cells } = last;
    // `due` is when the claim that is measured now is to end.
    let [doneS, due, claim] = [last.doneS, last.doneS, ''];
    const show = (now: string) => watcher.progress({ doneS, totalS, cells, now });
    const onServer = (name: string) => {
      show(`claim ${claim}: ${name}`);
      doneS = Math.min(due, doneS + stepS(WINDOWS.seconds + WINDOWS.warmup, 0));
    };
    const context = new MeasuringContext(
      { ...settings, size: 64, ...WINDOWS },
      available,
      signal,
      onServer,
    );
    const done = await measureClaims(context, signal, ({ number, title, costS }) => {
      [doneS, due, claim] = [due, due + costS, String(number)];
      show(`claim ${number}: ${title}`);
    });
    watcher.progress({ ...last, doneS: signal.aborted ? doneS : due, now: '' });
    return done;
  }
}

/** How the claims came out, as a sentence; none without claims. */
export function verdicts(claims: readonly Claim[]): readonly string[] {
  if (claims.length === 0) return [];
  const count = (verdict: Claim['verdict']) =>
    claims.filter((one) => one.verdict === verdict).length;
  const parts = (['holds', 'holds in part', 'does not hold', 'not measured'] as const)
    .map((verdict) => [verdict, count(verdict)] as const)
    .filter(([, many]) => many > 0)
    .map(([verdict, many]) => `${many} ${VERBS[verdict][many === 1 ? 0 : 1]}`);
  return [`Of the ${claims.length} claims of the article ${parts.join(', ')}.`];
}

/** Of one, and of several. */
const VERBS: Record<Claim['verdict'], readonly [string, string]> = {
  holds: ['holds on this machine', 'hold on this machine'],
  'holds in part': ['holds in part', 'hold in part'],
  'does not hold': ['does not hold here', 'do not hold here'],
  'not measured': ['was not measured', 'were not measured'],
};
