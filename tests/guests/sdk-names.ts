// SPDX-License-Identifier: MIT
// Tells each connection which listener it came to: `first`, which needs no name, or those that are called `web` and `admin`.

import { Connection, Reactor } from 'pollux/assembly';

abstract class Named extends Connection {
  abstract listener(): string;

  onOpen(): void {
    this.writeText(this.listener());
    this.end();
  }
}

class Web extends Named {
  listener(): string {
    return 'web';
  }
}

class Admin extends Named {
  listener(): string {
    return 'admin';
  }
}

class First extends Named {
  listener(): string {
    return 'first';
  }
}

const reactor = new Reactor();
reactor.listen('web', () => new Web());
reactor.listen('admin', () => new Admin());
reactor.listen('0', () => new First());
reactor.run();
