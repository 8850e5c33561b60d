// SPDX-License-Identifier: MIT
// Runs libevent's bench: the guest examples/bench-chain.ts under each runtime and backend, and
// host/native/programs/bench_chain.c. It prints nothing and looks for nothing: who calls it says where all is.

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { PolluxError } from '../../host/index.ts';
import type { ChainCell, ChainContender, ChainResult, ChainSample } from './chain-result.ts';
import { figureOf, median, pairedRatio } from './statistics.ts';

/** A runtime that runs pollux. */
export interface ChainRuntime {
  /** As the result shall call it: `node`, `bun`, `deno`. */
  readonly name: string;
  readonly command: string;
  /** What comes before the script. */
  readonly args: readonly string[];
}

export interface ChainOptions {
  readonly runtimes: readonly ChainRuntime[];
  /** Backends of pollux. */
  readonly backends: readonly string[];
  /** Path of dist/pollux.js. */
  readonly pollux: string;
  /** Path of bench-chain.wasm. */
  readonly guest: string;
  /** Path of the program pollux-chain; without it there is no limit to compare with. */
  readonly native?: string;
  /** Mechanisms that it is measured on: `epoll`, `poll`, `select`. `['epoll']` without it. */
  readonly nativeBackends?: readonly string[];
  /** Numbers of pairs. */
  readonly n: readonly number[];
  /** Pairs that get a byte; not more than the smallest `n`. */
  readonly active: number;
  /** Bytes that are written on in a run. */
  readonly writes: number;
  /** Processes of each contender. */
  readonly repeat: number;
  /** Runs in each process; 25, as libevent's, without it. */
  readonly runs?: number;
  /** A process that takes longer is ended and counts as failed; ms, 60,000 without it. */
  readonly timeoutMs?: number;
  /** Ends the process that runs; what was measured stays. */
  readonly signal?: AbortSignal;
  /** Told after each process. */
  readonly onProgress?: (progress: ChainProgress) => void;
}

export interface ChainProgress {
  readonly done: number;
  readonly total: number;
  readonly contender: string;
  readonly pairs: number;
}

/** What is compared with: C on the mechanism that scales. */
const LIMIT = 'c-epoll';

interface Program {
  readonly contender: ChainContender;
  /** Its command line, for one process. */
  command(args: readonly string[]): readonly string[];
}

/** One line of the guest and of the program. */
interface Line {
  readonly bytes: number;
  readonly reads: number;
  readonly ns: number;
}

interface Taken {
  readonly samples: (ChainSample | null)[];
  skipped?: string;
}

/**
 * Measures all contenders on all numbers of pairs, in turns: each repetition has one process of each.
 *
 * A contender that fails says why in its cells' `skipped`, and is not tried again on as many pairs.
 * Throws ERR_OPTION where the numbers can't be measured.
 */
export async function runChain(options: ChainOptions): Promise<ChainResult> {
  check(options);
  const { n, active, writes, repeat, runs = 25, signal } = options;
  const programs = programsOf(options);
  const cells: ChainCell[] = [];
  const total = n.length * repeat * programs.length;
  let done = 0;
  for (const pairs of n) {
    const taken = programs.map((): Taken => ({ samples: [] }));
    for (let repetition = 0; repetition < repeat; repetition++) {
      // Whoever begins is another one each time: what the machine does at that time touches all.
      for (let turn = 0; turn < programs.length; turn++) {
        const at = (turn + repetition) % programs.length;
        const [program, own] = [programs[at] as Program, taken[at] as Taken];
        own.samples[repetition] = null;
        if (signal?.aborted) continue;
        if (own.skipped === undefined) {
          const answer = await measure(program, { pairs, active, writes, runs }, options);
          if (typeof answer !== 'string') own.samples[repetition] = answer;
          else if (!signal?.aborted) own.skipped = answer;
        }
        const contender = program.contender.name;
        options.onProgress?.({ done: ++done, total, contender, pairs });
      }
    }
    cells.push(...cellsOf(programs, pairs, taken));
  }
  return {
    schema: 1,
    date: new Date().toISOString(),
    active,
    writes,
    repeat,
    runs,
    contenders: programs.map(({ contender }) => contender),
    pairs: n,
    cells,
    interrupted: signal?.aborted ?? false,
  };
}

function check({ n, active, writes, repeat, runs = 25 }: ChainOptions): void {
  const least = (name: string, value: number, bound: number) => {
    if (Number.isInteger(value) && value >= bound) return;
    const message = `${name} must be a whole number of at least ${bound}, not ${value}`;
    throw new PolluxError('ERR_OPTION', message);
  };
  if (n.length === 0) throw new PolluxError('ERR_OPTION', 'no number of pairs was given');
  for (const pairs of n) least('the number of pairs', pairs, 1);
  least('active', active, 1);
  least('writes', writes, 0);
  least('repeat', repeat, 1);
  least('runs', runs, 1);
  if (active > Math.min(...n)) {
    const message = `${active} active pairs are more than there are: ${Math.min(...n)}`;
    throw new PolluxError('ERR_OPTION', message);
  }
}

function programsOf(options: ChainOptions): Program[] {
  const { native, nativeBackends = ['epoll'], pollux, guest } = options;
  const limits = (native === undefined ? [] : nativeBackends).map((backend) => ({
    contender: { name: `c-${backend}`, kind: 'limit', runtime: 'native', backend } as const,
    command: (args: readonly string[]) => [native as string, '--backend', backend, ...args],
  }));
  const guests = options.runtimes.flatMap((runtime) =>
    options.backends.map((backend) => ({
      contender: {
        ...{ name: `${runtime.name}-${backend}`, kind: 'guest' as const },
        ...{ runtime: runtime.name, backend },
      },
      command: (args: readonly string[]) => {
        // An abstract name is nobody's file and nobody else's: no port is used up by thousands of connections.
        const address = `unix:@pollux-chain-${randomUUID()}`;
        const way = ['--backend', backend, '--listen', address, '--connect', `next=${address}`];
        return [runtime.command, ...runtime.args, pollux, 'run', ...way, guest, ...args];
      },
    })),
  );
  return [...limits, ...guests];
}

interface Size {
  readonly pairs: number;
  readonly active: number;
  readonly writes: number;
  readonly runs: number;
}

/** One process: its medians, or why there are none. */
async function measure(
  program: Program,
  { pairs, active, writes, runs }: Size,
  { signal, timeoutMs = 60_000 }: ChainOptions,
): Promise<ChainSample | string> {
  const numbers = { '-n': pairs, '-a': active, '-w': writes, '-r': runs };
  const words = Object.entries(numbers).flatMap(([option, value]) => [option, String(value)]);
  const output = await execute(program.command(words), timeoutMs, signal);
  if ('failed' in output) return output.failed;
  const lines: Line[] = [];
  for (const text of output.stdout.trimEnd().split('\n')) {
    const line = parse(text);
    if (line === null) return `it printed '${text}', which is not a line of the bench`;
    if (line.bytes !== active + writes) {
      return `${line.bytes} bytes arrived instead of ${active + writes}`;
    }
    lines.push(line);
  }
  if (lines.length !== runs) return `it made ${lines.length} runs instead of ${runs}`;
  const ns = median(lines.map((line) => line.ns));
  const bytes = active + writes;
  return { nsPerEvent: ns / bytes, ns, bytes, reads: median(lines.map(({ reads }) => reads)) };
}

type Output = { readonly stdout: string } | { readonly failed: string };

function execute(words: readonly string[], timeout: number, signal?: AbortSignal): Promise<Output> {
  const [program = '', ...args] = words;
  return new Promise((resolve) => {
    const settings = { timeout, killSignal: 'SIGKILL', ...(signal && { signal }) } as const;
    execFile(program, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout });
      else if (error.killed) resolve({ failed: `it was not done after ${timeout / 1000} s` });
      else resolve({ failed: reasonIn(stderr) ?? error.message });
    });
  });
}

/** What a program said of itself last: the reason why it ended stands there. */
function reasonIn(stderr: string): string | undefined {
  const lines = stderr.trimEnd().split('\n');
  const own = lines.filter((line) => /^(bench|pollux)-chain: /.test(line)).at(-1);
  return (own ?? lines.at(-1))?.replace(/^(bench|pollux)-chain: /, '') || undefined;
}

function parse(text: string): Line | null {
  try {
    const value = JSON.parse(text);
    const isLine = ['bytes', 'reads', 'ns'].every((name) => Number.isFinite(value[name]));
    return isLine ? value : null;
  } catch {
    return null;
  }
}

const timeOf = (sample: ChainSample | null) => sample?.nsPerEvent ?? null;

function cellsOf(programs: readonly Program[], pairs: number, taken: readonly Taken[]) {
  const limit = taken[programs.findIndex(({ contender }) => contender.name === LIMIT)];
  return programs.map(({ contender }, at): ChainCell => {
    const { samples, skipped } = taken[at] as Taken;
    const own = samples.map(timeOf);
    return {
      contender: contender.name,
      pairs,
      samples,
      nsPerEvent: figureOf(own.filter((value) => value !== null)),
      toLimit: pairedRatio(own, limit?.samples.map(timeOf) ?? []),
      ...(skipped !== undefined && { skipped }),
    };
  });
}
