// SPDX-License-Identifier: MIT
// A line server on which a test can cause each end of a guest: the lines say what it does.

import { Connection, log, logError, now, Reactor } from 'pollux/assembly';
import { proc_exit } from 'pollux/assembly/wasi/wasi_snapshot_preview1';

let kept = 0;

function spin(): void {
  while (kept >= 0) kept = (kept + 1) & 0xffff;
}

/** For some 50 ms. */
function busy(): void {
  const end = now() + 50_000_000;
  while (now() < end) kept++;
}

class Probe extends Connection {
  onData(data: Uint8Array): void {
    const line = String.UTF8.decodeUnsafe(data.dataStart, data.byteLength).trim();
    if (line == 'trap') unreachable();
    else if (line == 'exit 0') proc_exit(0);
    else if (line == 'exit 3') proc_exit(3);
    else if (line == 'spin') spin();
    else if (line == 'busy') busy();
    else if (line == 'busy trap') {
      busy();
      unreachable();
    } else if (line == 'grow') memory.grow(64);
    else if (line == 'log') {
      log('to standard output');
      logError('to standard error');
    }
    this.writeText(`${line}\n`);
  }
}

const reactor = new Reactor();
reactor.listen('', () => new Probe());
reactor.run();
