// SPDX-License-Identifier: MIT
// IO model: a reactor. One class says what to do with a connection, the SDK does the waiting.
// Run: npm run example -- echo
// Listen: 127.0.0.1:6666,backlog=511
// Backend: auto

import { Connection, Reactor } from 'pollux/assembly';

class Echo extends Connection {
  onData(data: Uint8Array): void {
    this.write(data);
  }
}

const reactor = new Reactor();
reactor.listen('', () => new Echo());
reactor.run();
