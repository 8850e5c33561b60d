// SPDX-License-Identifier: MIT
// 2,000 connections of which one is busy. Go builds its array of subscriptions by swapping and cutting,
// wasi-libc makes its anew on the stack for each poll(), mio clones one: each of them is compared
// with the call before, and must be served like any other.

import { manyConnections } from '../transcript/scenarios.ts';
import { cellsOf, cellsOnCurrent, describeCell, ECHO, NATURE, serve } from './cells.ts';

/** wasi-libc's fd_set holds 1,024; the backend of that name as many, less those of the process. */
const limitOf = (example: string, backend: string) =>
  example === 'c-select' || backend === 'select' ? 900 : 2000;

for (const example of ECHO) {
  const { serial, edge } = NATURE[example] ?? {};
  if (serial) continue;
  const cells = cellsOf(example, edge ? { options: ['--trigger', 'edge'] } : {});
  const here = cells.filter(({ runtime }) => runtime === 'node');
  for (const cell of [...here, ...cellsOnCurrent(example)]) {
    describeCell(cell, () => {
      const it = serve(cell);
      const count = limitOf(example, cell.backend);
      it(`${count} connections, of which one is busy`, (server) => manyConnections(server, count));
    });
  }
}
