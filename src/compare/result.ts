// SPDX-License-Identifier: MIT
// What `pollux compare` measured, as its JSON file holds it: the page, the tables and --baseline read
// nothing else. All figures are plain numbers; what was not measured is absent or null, never 0.

/** Counters of a pollux host over one measured window (stats() at its end less those at its start). */
export interface HostCounters {
  readonly waits: number;
  readonly events: number;
  /** Descriptors handed to the kernel as interest: each of the set on each wait, or each epoll_ctl. */
  readonly fdsToKernel: number;
  /** Descriptors that the kernel looked at: those of the set (select, poll), or those that were ready. */
  readonly fdsScanned: number;
  /** Bytes of interest sets and event lists copied between the process and the kernel. */
  readonly interestBytes: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Calls by their kind, `epoll_wait` for example. */
  readonly syscalls: Readonly<Record<string, number>>;
}

/** One window of one server. */
export interface Sample {
  readonly requests: number;
  /** Requests a second. */
  readonly rate: number;
  /** Round trip, us. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** Connections that failed and answers that were wrong or missing. */
  readonly errors: number;
  /** CPU time of the server a request, us, and its parts in user space and in the kernel. */
  readonly cpuUs: number;
  readonly userUs: number;
  readonly systemUs: number;
  /** Share of the window in which the server, and the load generator, ran: 0 to 1 (more with threads). */
  readonly serverBusy: number;
  readonly loadBusy: number;
  /** Share of the cores in use that other programs took, the worse of both: 0 to 1. */
  readonly foreign: number;
  /** Context switches a thousand requests. */
  readonly voluntary: number;
  readonly involuntary: number;
  /** Resident memory of the server at the end of the window, bytes. */
  readonly memoryBytes: number;
  /** Growth of it for each idle connection, bytes; null without idle connections. */
  readonly idleBytes: number | null;
  /** Of pollux alone. */
  readonly host?: HostCounters;
}

/** Figures of a sample that are numbers, and so have a median. */
export type FigureName = Exclude<
  { [K in keyof Sample]: number extends Sample[K] ? K : never }[keyof Sample],
  undefined
>;

/** A figure over all repetitions. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** (max - min) / median. */
  readonly spread: number;
}

/** Who is compared: one server program, under one runtime and backend. */
export interface Contender {
  /** `node-epoll`, `wasmtime-46`, `c-epoll`, `node-net`. */
  readonly name: string;
  /** One line in plain words. */
  readonly about: string;
  /** `limit`: native C. `peer`: what one would use otherwise. `guest`: the WebAssembly module. */
  readonly kind: 'guest' | 'peer' | 'limit';
  /** `node`, `bun`, `deno`, `wasmtime-46`, `native`. */
  readonly runtime: string;
  /** Backend of pollux. */
  readonly backend: string | null;
  /** What `--version` says. */
  readonly version: string;
}

export interface Scenario {
  /** Connections that play ping-pong. */
  readonly active: number;
  /** Connections that are open and silent. */
  readonly idle: number;
}

/** One contender in one scenario. */
export interface Cell {
  readonly contender: string;
  readonly scenario: Scenario;
  /** One a repetition, in order; null where that one failed or was not reached. */
  readonly samples: readonly (Sample | null)[];
  /** Medians over the samples; absent where there is none. */
  readonly figures?: Readonly<Record<Exclude<FigureName, 'idleBytes'>, Figure>> & {
    readonly idleBytes: Figure | null;
  };
  /** Rate as a ratio to native C and to node:net, paired within repetitions. */
  readonly toLimit: Figure | null;
  readonly toNode: Figure | null;
  /** Counters of the host a request, medians. */
  readonly perRequest?: {
    readonly waits: number;
    readonly events: number;
    readonly fdsToKernel: number;
    readonly fdsScanned: number;
    readonly interestBytes: number;
    readonly syscalls: Readonly<Record<string, number>>;
    /** All kinds together. */
    readonly syscallsTotal: number;
    /** events / fdsScanned, 0 to 1. */
    readonly hitRate: number | null;
    /** Descriptors handed to the kernel for each wait. */
    readonly fdsPerWait: number | null;
  };
  /** Why there is no sample: the limit of select, for example. */
  readonly skipped?: string;
  /** Why the figures mean little: a spread over the bound, others on the cores. One sentence. */
  readonly doubtful?: string;
  /** The load generator was the limit, not the server: the server can do more than the rate says. */
  readonly loadBound: boolean;
}

export type Verdict = 'holds' | 'holds in part' | 'does not hold' | 'not measured';

/** A chart of a claim: lines over a number, or bars of categories. */
export interface ClaimChart {
  readonly title: string;
  readonly kind: 'line' | 'bar';
  readonly xLabel: string;
  /** With its unit, `descriptors per wait`. */
  readonly yLabel: string;
  readonly xScale: 'linear' | 'log';
  readonly yScale: 'linear' | 'log';
  /** A number for lines, a name for bars; the same for all series. */
  readonly x: readonly (number | string)[];
  /** `y` is as long as `x`; null where nothing was measured. */
  readonly series: readonly { readonly name: string; readonly y: readonly (number | null)[] }[];
}

/** One claim of the article. */
export interface Claim {
  /** 1 to 12. */
  readonly number: number;
  /** The claim, as one sentence. */
  readonly title: string;
  readonly verdict: Verdict;
  /** What was measured, in one line: "select hands 10,051 descriptors ...". */
  readonly figure: string;
  /** One sentence on why it is so, or why it could not be measured. */
  readonly why: string;
  /** Why its times mean little, where other programs ran meanwhile. One sentence. */
  readonly doubtful?: string;
  readonly chart?: ClaimChart;
}

/** A change against --baseline. */
export interface Change {
  readonly contender: string;
  readonly scenario: Scenario;
  readonly figure: 'toLimit' | 'cpuUs' | 'rate' | 'syscalls';
  readonly before: number;
  readonly now: number;
  /** now / before. */
  readonly ratio: number;
  /** Beyond the spread of both: better or worse; `same` else. */
  readonly verdict: 'better' | 'worse' | 'same';
}

/** The file that --json writes. */
export interface Comparison {
  readonly schema: 1;
  /** ISO 8601. */
  readonly date: string;
  /** The command line, `pollux compare --quick`. */
  readonly command: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly kernel: string;
    readonly os: string;
    readonly serverCore: number;
    readonly loadCore: number;
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly guest: string;
  /** Bytes a message. */
  readonly size: number;
  readonly durationS: number;
  readonly repeat: number;
  readonly contenders: readonly Contender[];
  /** Who was asked for and is not here, with the command that would install it. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly scenarios: readonly Scenario[];
  readonly cells: readonly Cell[];
  /** Without --claims: empty. */
  readonly claims: readonly Claim[];
  readonly baseline?: { readonly date: string; readonly changes: readonly Change[] };
  /** It was ended early, by Ctrl-C for example: what was measured until then is here. */
  readonly interrupted: boolean;
  /** The summary in plain words, a sentence each. */
  readonly summary: readonly string[];
}
