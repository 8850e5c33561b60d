// SPDX-License-Identifier: MIT
// IO model: a reactor. A chat: what one writes, line by line, all others read. State is shared by all connections, without locks.
// Run: npm run example -- chat
// Listen: 127.0.0.1:6666,backlog=511
// Backend: auto

import { Connection, Reactor } from 'pollux/assembly';

/** A longer line comes in pieces. Bytes. */
const LONGEST: i32 = 4096;

let guests: Chatter[] = [];
let count = 0;

class Chatter extends Connection {
  private name: string = '';
  private rest: string = '';

  onOpen(): void {
    this.name = `guest ${++count}`;
    this.tell(`${this.name} is here`);
    guests.push(this);
    this.writeText(`hello, ${this.name}; there are ${guests.length} of you\n`);
  }

  onData(data: Uint8Array): void {
    const lines = (this.rest + String.UTF8.decodeUnsafe(data.dataStart, data.byteLength)).split(
      '\n',
    );
    this.rest = lines.pop();
    for (let i = 0; i < lines.length; i++) this.tell(`${this.name}: ${lines[i].trim()}`);
    if (this.rest.length < LONGEST) return;
    this.tell(`${this.name}: ${this.rest}`);
    this.rest = '';
  }

  onShutdown(): void {
    this.writeText('the server shuts down\n');
    this.end();
  }

  onClose(errno: i32): void {
    const at = guests.indexOf(this);
    if (at >= 0) guests.splice(at, 1);
    this.tell(`${this.name} is gone`);
  }

  private tell(text: string): void {
    for (let i = 0; i < guests.length; i++) {
      // Who does not read is not waited for: the others would be.
      if (guests[i] !== this && guests[i].queuedBytes < 65_536) guests[i].writeText(`${text}\n`);
    }
  }
}

const reactor = new Reactor();
reactor.listen('', () => new Chatter());
reactor.run();
