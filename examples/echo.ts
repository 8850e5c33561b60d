// SPDX-License-Identifier: MIT
// An echo server on the Reactor: IO multiplexing, with one small state machine a connection.
//
// Run:     npm run example -- echo
// Listen:  127.0.0.1:6666,backlog=511
// Backend: auto

import { Connection, Reactor } from 'pollux/assembly';

class Echo extends Connection {
  onData(data: usize, length: i32): void {
    this.write(data, length);
  }
}

const reactor = new Reactor();
reactor.listen('', () => new Echo());
reactor.run();
