// SPDX-License-Identifier: MIT
// The matrix: each example on each backend under each runtime, through one transcript. The test files
// beside this one each take a part of the runtimes, so that they run side by side.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, root, type Server, startServer } from '../support/server.ts';
import * as scenario from './scenarios.ts';

/** What is special about an example. All others serve many clients and sleep while idle. */
export const NATURE: Readonly<Record<string, { serial?: true; spins?: true }>> = {
  blocking: { serial: true },
  nonblocking: { spins: true },
};

/** Every guest of examples/, found and not listed: one without a transcript is impossible. */
export const EXAMPLES = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3));

export const BACKENDS = ['epoll', 'poll', 'select'] as const;

/** Runs the transcript for these runtimes on all their backends. */
export function transcripts(runtimes: readonly string[]): void {
  for (const runtime of runtimes) {
    const reason = missing(runtime);
    // A missing runtime is skipped with its reason, but in CI it is a failure.
    describe.skipIf(reason !== undefined && process.env.CI !== 'true')(
      reason === undefined ? runtime : `${runtime} (${reason})`,
      () => {
        const backends = runtime.startsWith('wasmtime') ? [''] : BACKENDS;
        for (const backend of backends) {
          for (const example of EXAMPLES) {
            describe(`${example}${backend && ` on ${backend}`}`, () => {
              transcript(example, runtime, backend);
            });
          }
        }
      },
    );
  }
}

function transcript(example: string, runtime: string, backend: string): void {
  const nature = NATURE[example] ?? {};
  let server: Server;
  beforeAll(async () => {
    server = await startServer({ example, runtime, backend });
  });
  afterAll(() => server?.stop());

  test('binary data comes back unchanged', () => scenario.binaryData(server));
  if (nature.serial) {
    test('the second client waits for the first', () => scenario.oneClientAtATime(server));
  } else {
    test('40 interleaved clients get their own bytes', () => scenario.interleavedClients(server));
  }
  test('a half-closed client gets all and then the end', () => scenario.halfClose(server));
  test('resets cost those clients alone', () => scenario.resets(server, !nature.serial));
  test('the server lives, and said nothing of an error', () => {
    expect(server.isAlive()).toBe(true);
    expect(server.stderr()).not.toMatch(/trapped|abort|internal error/);
  });
}
