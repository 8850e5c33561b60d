// SPDX-License-Identifier: MIT
// The matrix: each example on each backend under each runtime, through one transcript. The test files
// beside this one each take a part of the runtimes, so that they run side by side.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { backends } from '../../src/index.ts';
import { CURRENT, kindOf, RUNTIMES, WASMTIMES } from '../runtimes/index.mjs';
import {
  type Cell,
  missing,
  root,
  runsPollux,
  type Server,
  startServer,
} from '../support/server.ts';
import * as scenario from './scenarios.ts';

/** What is special about an example. All others serve many clients and sleep while idle. */
export const NATURE: Readonly<Record<string, { serial?: true; spins?: true }>> = {
  blocking: { serial: true },
  nonblocking: { spins: true },
};

/**
 * Guests that speak a protocol of their own: protocols.test.ts has their transcripts, and
 * tests/compare/chain.test.ts those of the one that speaks to itself. read-once drops slow readers, and is
 * there to lose bytes: claim 11 of `pollux compare` measures it.
 */
export const PROTOCOLS = ['bench-chain', 'chat', 'http', 'read-once'];

/** Every other guest of examples/, found and not listed: one without a transcript is impossible. They echo. */
export const EXAMPLES = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .filter((name) => !PROTOCOLS.includes(name));

/** The addon's own list, so that a new backend is in the matrix at once. Best first. */
export const BACKENDS = backends()
  .filter(({ available }) => available)
  .map(({ name }) => name);

const running = `node-${process.versions.node.split('.')[0]}`;
const isNode = (name: string) => name.startsWith('node-');
/** Whether preview 1 is Wasmtime's own there. */
export const isWasmtime = ({ runtime }: Pick<Cell, 'runtime'>) =>
  runtime !== 'node' && kindOf(runtime) === 'wasmtime';
/** Components by jco, in Node: it is an order slower than the others. */
export const isJco = (name: string) => name.startsWith('jco-');

/** All runtimes but the Node that runs the tests, which is called `node`. */
export const OTHERS = RUNTIMES.filter((name) => name !== running);

/** Which test file takes which runtimes. Together they are all of them. */
export const PARTS = {
  nodes: OTHERS.filter(isNode),
  rest: OTHERS.filter((name) => runsPollux(name) && !isNode(name)),
  wasmtimes: OTHERS.filter((runtime) => isWasmtime({ runtime })),
  components: OTHERS.filter((name) => kindOf(name) === 'component' && !isJco(name)),
  jco: OTHERS.filter(isJco),
};

/** Whose poll_oneoff is its own: the last Wasmtime with preview 1 sockets, and components on the newest. */
const LAST = Object.keys(WASMTIMES).at(-1);
const isItsOwn = (name: string) =>
  kindOf(name) === 'component' ? name.startsWith(CURRENT) : name === LAST;

/**
 * A part of the matrix for what takes longer: every example on every backend under the running Node and under the
 * newest runtimes whose poll_oneoff is their own; under each other runtime `echo` alone.
 */
export function cells(): Cell[] {
  const here = BACKENDS.flatMap((backend) =>
    EXAMPLES.map((example) => ({ example, runtime: 'node', backend })),
  );
  const elsewhere = OTHERS.flatMap((runtime) =>
    (isItsOwn(runtime) ? EXAMPLES : ['echo']).map((example) => ({
      example,
      runtime,
      backend: 'auto',
    })),
  );
  return [...here, ...elsewhere];
}

/** Describes tests that need a runtime. Where it is missing they are skipped, but in CI they fail. */
export function describeUnder(runtime: string, title: string, tests: () => void): void {
  const reason = missing(runtime);
  const skip = reason !== undefined && process.env.CI !== 'true';
  describe.skipIf(skip)(reason === undefined ? title : `${title} (${reason})`, tests);
}

/** Runs the transcript for these runtimes on all their backends. */
export function transcripts(runtimes: readonly string[]): void {
  for (const runtime of runtimes) {
    describeUnder(runtime, runtime, () => {
      for (const backend of runsPollux(runtime) ? BACKENDS : ['']) {
        for (const example of EXAMPLES) {
          describe(`${example}${backend && ` on ${backend}`}`, () => {
            transcript(example, runtime, backend);
          });
        }
      }
    });
  }
}

/** Starts a server before the tests of this block; a test that fails shows what the server said. */
export function serve(example: string, runtime: string, backend: string) {
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ example, runtime, backend });
  });
  afterAll(() => server?.stop());
  return (title: string, run: (server: Server) => unknown) =>
    test(title, () => {
      onTestFailed(() => console.error(server.stderr().slice(-2000)));
      return run(server);
    });
}

function transcript(example: string, runtime: string, backend: string): void {
  const nature = NATURE[example] ?? {};
  const it = serve(example, runtime, backend);
  let descriptors = 0;

  it('the first client is served', async (server) => {
    descriptors = await scenario.descriptorsWithOneClient(server);
  });
  it('binary data comes back unchanged', scenario.binaryData);
  if (nature.serial) it('the second client waits for the first', scenario.oneClientAtATime);
  else it('40 interleaved clients get their own bytes', scenario.interleavedClients);
  it('a half-closed client gets all and then the end', scenario.halfClose);
  it('resets cost those clients alone', (server) => scenario.resets(server, !nature.serial));
  it('nothing is kept of clients that are gone', (server) =>
    scenario.nothingIsLeft(server, descriptors));
  it('the server lives, and said nothing of an error', (server) => {
    expect(server.isAlive()).toBe(true);
    expect(server.stderr()).not.toMatch(/trapped|abort|internal error/);
  });
}
