// SPDX-License-Identifier: MIT
// How a component ends: with the guest's own status, and not before what it has written is sent, but for a peer that
// does not read.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { find as findForeign } from '../foreign/guests.mjs';
import { Client } from '../support/client.ts';
import type { Server } from '../support/server.ts';
import { describeUnder, isJco } from '../transcript/matrix.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { COMPONENTS, ON_CURRENT, run, serve } from './runs.ts';

const MB = 1 << 20;
let [tour, fill, folder] = ['', '', ''];
beforeAll(async () => {
  tour = await testGuest('wasi-tour');
  fill = await testGuest('sdk-fill');
  folder = mkdtempSync(join(tmpdir(), 'pollux-ending-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The statuses that the guest ends with when it is told to end with these. */
async function statusesOf(runtime: string, wanted: readonly number[]): Promise<(number | null)[]> {
  const statuses: (number | null)[] = [];
  const left = wanted.entries();
  const worker = async () => {
    for (const [i, status] of left) {
      statuses[i] = (await run(runtime, tour, { args: ['exit', String(status)] })).status;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return statuses;
}

/** The server's end, which it comes to by itself. */
async function endOf(server: Server) {
  for (let tries = 0; tries < 3000 && server.isAlive(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(server.isAlive()).toBe(false);
  return server.end('SIGKILL');
}

/** The ways to end, and the status. */
const ENDS = [
  ['exit', 3],
  ['return', 0],
] as const;

const filling = (runtime: string, ...args: string[]) =>
  serve(runtime, fill, (port) => ({ listen: [`127.0.0.1:${port}`], args }));

for (const runtime of COMPONENTS) {
  describeUnder(runtime, runtime, () => {
    test('with the guest’s status', async () => {
      const all = Array.from({ length: 256 }, (_, status) => status);
      const some = [0, 1, 2, 42, 128, 134, 255];
      // The way from the guest to the host's exit is the same in both templates.
      const wanted = runtime === ON_CURRENT[0] ? all : some;
      expect(await statusesOf(runtime, wanted)).toEqual(wanted);
    });

    test('with 0 at the end of _start, and with what a trap is there', async () => {
      expect(await run(runtime, tour)).toMatchObject({ status: 0, stderr: '' });
      const { status, stderr } = await run(runtime, tour, { args: ['trap'] });
      expect(status).toBe(isJco(runtime) ? 1 : 134);
      expect(stderr).toMatch(/wasm trap: wasm `unreachable` instruction executed/);
    });

    test('once all that it has printed is written', async () => {
      const text = 'a line of its output\n'.repeat(10_000);
      writeFileSync(join(folder, 'text'), text);
      const dirs = [{ host: folder, guest: '/data' }];
      const args = ['read', 'text', 'exit', '9'];
      expect(await run(runtime, tour, { dirs, args })).toEqual({
        ...{ status: 9, signal: null, stderr: '' },
        stdout: `${text}\n`,
      });
    });

    test.each(ENDS)('by %s, once all is sent on a connection that is open', async (then, code) => {
      for (const most of [1 * MB, 6 * MB]) {
        const server = await filling(runtime, String(most), then, '3');
        const client = await Client.connect(server.port);
        const received = await client.readToEnd();
        client.close();
        expect(await endOf(server)).toEqual({ code, signal: null });
        // A guest that waited for long may have taken its client for one that does not read.
        expect(received.length).toBe(Number(server.stdout()));
        expect(received.length).toBeGreaterThan(0);
        expect(received.every((byte, at) => byte === at % 251)).toBe(true);
        await server.stop();
      }
    });
  });
}

// They wait for some seconds, so they do it at the same time.
describe.concurrent('where the peer does not read,', () => {
  for (const runtime of COMPONENTS) {
    describeUnder(runtime, runtime, () => {
      test.each(ENDS)('by %s, not for long', async (then, code) => {
        const server = await filling(runtime, String(64 * MB), then, '3');
        const client = await Client.connect(server.port);
        expect(await endOf(server)).toEqual({ code, signal: null });
        client.close();
        await server.stop();
      });
    });
  }
});

describe.each(['go-echo', 'rust-std'])('%s, to which nobody gives a listener,', (guest) => {
  const found = findForeign(guest);
  for (const runtime of COMPONENTS) {
    describeUnder(runtime, runtime, () => {
      test.skipIf('missing' in found && process.env.CI !== 'true')(
        'says so, and fails',
        async () => {
          if ('missing' in found) throw new Error(found.missing);
          const { status, stderr } = await run(runtime, found.module);
          expect(stderr).toMatch(/[Bb]ad file/);
          expect(status).toBe(1);
        },
      );
    });
  }
});
