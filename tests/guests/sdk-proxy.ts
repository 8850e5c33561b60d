// SPDX-License-Identifier: MIT
// A proxy: each client is connected to `upstream`, and each side gets what the other one sends and its
// end. A client that cannot be served is told why. Says on stderr how each upstream connection fared.

import { Connection, errnoName, logError, Reactor } from 'pollux/assembly';

const reactor = new Reactor();

abstract class Side extends Connection {
  other: Side | null = null;

  /** Data for a peer that takes it slowly waits there, so reading waits here. */
  onData(data: Uint8Array): void {
    const other = this.other!;
    if (!other.write(data) && other.queuedBytes > other.highWaterMark) this.pause();
  }

  onDrain(): void {
    this.other!.resume();
  }

  onEnd(): void {
    this.other!.end();
  }

  /** Of a side that has sent its end already the peer's end is told here alone. */
  onClose(errno: i32): void {
    const other = this.other!;
    if (errno == 0) other.end();
    else other.destroy(errno);
  }
}

class Upstream extends Side {
  onOpen(): void {
    logError(`connected to ${this.peer}`);
  }

  onClose(errno: i32): void {
    const client = this.other!;
    if (errno != 0) {
      logError(`upstream: ${errnoName(errno)}`);
      client.writeText(errnoName(errno));
    }
    client.end();
  }
}

class Client extends Side {
  onOpen(): void {
    const upstream = new Upstream();
    this.other = upstream;
    upstream.other = this;
    reactor.connect('upstream', upstream);
  }
}

reactor.listen('', () => new Client());
reactor.run();
