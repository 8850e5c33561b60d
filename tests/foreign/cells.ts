// SPDX-License-Identifier: MIT
// The cells of the foreign guests: each guest on each backend under the Node that runs the tests, on epoll under one of
// each other kind of runtime that runs pollux, and on Wasmtime, as it is and as a component; and how one of them is
// started for a test.

import { afterAll, beforeAll, describe, onTestFailed, test } from 'vitest';
import { CURRENT, RUNTIMES } from '../runtimes/index.mjs';
import { type Cell, missing, runsPollux, type Server, startServer } from '../support/server.ts';
import { BACKENDS, isWasmtime } from '../transcript/matrix.ts';
import { find, GUESTS } from './guests.mjs';

/**
 * What is special about an echo server. All others serve many clients, and sleep while idle on any host
 * that has readiness by level. `resets` is what one client that resets does to it on Wasmtime's preview 1, which
 * makes an error of the event of it, or has the hangup flag on a write subscription. `stays`: a drain does not end
 * it, as it serves a client to the end first, or takes no error of accept for an end.
 */
export const NATURE: Readonly<
  Record<string, { serial?: true; edge?: true; resets?: 'fails' | 'spins'; stays?: true }>
> = {
  'rust-std': { serial: true, stays: true },
  'rust-mio': { resets: 'fails', stays: true },
  'rust-tokio': { edge: true, resets: 'fails', stays: true },
  'c-select': { resets: 'spins' },
};

/** The guests that echo; the others have tests of their own. */
export const ECHO = GUESTS.map(({ name }) => name).filter((name) => !/-(http|stdio)$/.test(name));

/** The runtimes beside the running Node that run pollux itself: one of each kind. */
const OTHERS = ['node-26', 'bun', 'deno'];
/** Those that do not run pollux: the last Wasmtimes with preview 1 sockets, and all that run components. */
const WITHOUT_POLLUX = RUNTIMES.filter((name) => !runsPollux(name));

/** A guest on all backends here, on epoll elsewhere. */
export function cellsOf(example: string, more: Partial<Cell> = {}): Cell[] {
  return [
    ...BACKENDS.map((backend) => ({ example, runtime: 'node', backend, ...more })),
    ...OTHERS.map((runtime) => ({ example, runtime, backend: 'epoll', ...more })),
  ];
}

/** A guest where pollux is not. */
export function cellsWithoutPollux(example: string): Cell[] {
  return WITHOUT_POLLUX.map((runtime) => ({ example, runtime, backend: '' }));
}

/** A guest as a component, where all others run too: preview 1 is pollux's, if not its runtime. */
export function cellsAsComponent(example: string): Cell[] {
  return cellsWithoutPollux(example).filter((cell) => !isWasmtime(cell));
}

/** A guest as a component where it takes longer: on the newest Wasmtime. */
export function cellsOnCurrent(example: string): Cell[] {
  return cellsAsComponent(example).filter(({ runtime }) => runtime.startsWith(CURRENT));
}

/** Why a cell can't run. */
function lack(cell: Cell): string | undefined {
  const guest = find(cell.example);
  return 'missing' in guest ? guest.missing : missing(cell.runtime);
}

/** Describes tests of a cell. Without toolchain or runtime they are skipped, but in CI they fail. */
export function describeCell(cell: Cell, tests: () => void): void {
  const edge = cell.options?.includes('edge') ? ', edge-triggered' : '';
  const backend = runsPollux(cell.runtime) ? ` on ${cell.backend}` : '';
  const mode = cell.options?.includes('jspi') ? ', in mode jspi' : '';
  const title = `${cell.example}${backend} under ${cell.runtime}${edge}${mode}`;
  const reason = lack(cell);
  const skip = reason !== undefined && process.env.CI !== 'true';
  describe.skipIf(skip)(reason === undefined ? title : `${title} (${reason})`, tests);
}

/** Starts a cell's server. */
export function start(cell: Cell): Promise<Server> {
  const guest = find(cell.example);
  if ('missing' in guest) throw new Error(guest.missing);
  // A guest that a drain does not end is ended soon; one that ends by itself has all the time that it needs.
  const drain = NATURE[cell.example]?.stays ? '0.2' : '30';
  const options = ['--drain-timeout', drain, ...(cell.options ?? [])];
  return startServer({ mount: '/data', ...cell, options, module: guest.module });
}

/** One server for the tests of this block; a test that fails shows what the server said. */
export function serve(cell: Cell, prepare?: (server: Server) => void) {
  let server: Server;
  beforeAll(async () => {
    server = await start(cell);
    prepare?.(server);
  });
  afterAll(() => server?.stop());
  return (title: string, run: (server: Server) => unknown) =>
    test(title, () => {
      onTestFailed(() => console.error(server.stderr().slice(-2000)));
      return run(server);
    });
}
