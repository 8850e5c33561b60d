// SPDX-License-Identifier: MIT
// The foreign echo servers, as their clients see them: the same scenarios for each guest, backend and
// runtime, and the same files on Wasmtime, as they are and as components.

import { expect } from 'vitest';
import { type Cell, runsPollux } from '../support/server.ts';
import { BACKENDS, isWasmtime } from '../transcript/matrix.ts';
import * as scenario from '../transcript/scenarios.ts';
import { cellsOf, cellsWithoutPollux, describeCell, ECHO, NATURE, serve } from './cells.ts';
import * as foreign from './scenarios.ts';

const MB = 1 << 20;

function conversations(cell: Cell): void {
  const nature = NATURE[cell.example] ?? {};
  const it = serve(cell);
  let descriptors = 0;
  it('the first client is served', async (server) => {
    descriptors = await scenario.descriptorsWithOneClient(server);
  });
  it('binary data comes back unchanged', scenario.binaryData);
  it('4 MB through a slow reader', (server) => scenario.slowReader(server, 4 * MB));
  it('a half-closed client gets all and then the end', scenario.halfClose);
  if (nature.serial) it('the second client waits for the first', scenario.oneClientAtATime);
  else {
    it('interleaved clients get their own bytes', scenario.interleavedClients);
    // many.test.ts has ten times as many on the other backends.
    if (cell.runtime !== 'node' || cell.backend === BACKENDS[0])
      it('200 clients at once', (server) => foreign.manyClients(server, 200));
  }
  if (nature.resets !== undefined && isWasmtime(cell)) return;
  it('resets cost those clients alone', (server) => scenario.resets(server, !nature.serial));
  it('clients that leave at once cost nobody', foreign.closeAtOnce);
  it('nothing is kept of clients that are gone', (server) =>
    scenario.nothingIsLeft(server, descriptors));
  it('the server lives, and said nothing of an error', (server) => {
    expect(server.isAlive()).toBe(true);
    expect(server.stderr()).not.toMatch(/trapped|panic|fatal|internal error/);
  });
  if (!runsPollux(cell.runtime)) return;
  const signal = cell.backend.length % 2 === 0 ? 'SIGTERM' : 'SIGINT';
  it(`${signal} ends it`, (server) => foreign.endsBySignal(server, signal, nature.stays));
}

for (const example of ECHO) {
  for (const cell of cellsOf(example)) describeCell(cell, () => conversations(cell));
  if (NATURE[example]?.edge) {
    const edge = { options: ['--trigger', 'edge'] };
    for (const cell of cellsOf(example, edge)) describeCell(cell, () => conversations(cell));
  }
  // Calls that block on one descriptor are suspended there, and a ring answers for them in another way than epoll.
  const suspended = { runtime: 'node-26', options: ['--mode', 'jspi'] };
  for (const backend of ['epoll', 'io-uring'].filter((name) => BACKENDS.includes(name))) {
    const cell = { example, ...suspended, backend };
    describeCell(cell, () => conversations(cell));
  }
  for (const cell of cellsWithoutPollux(example)) describeCell(cell, () => conversations(cell));
}
