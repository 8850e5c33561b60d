// Sends back what it is sent.

import { Connection, Reactor } from 'pollux/assembly';

class Echo extends Connection {
  onData(data: Uint8Array): void {
    this.write(data);
  }
}

const reactor = new Reactor();
reactor.listen('', () => new Echo());
reactor.run();
