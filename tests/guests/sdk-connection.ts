// SPDX-License-Identifier: MIT
// A connection that does what its peer says and tells each callback on stdout. Each piece of data is
// one command: `echo:TEXT`, `big:BYTES`, `end`, `destroy`, `destroy-others`, `pause`, `timeout:NS`,
// `stop`, `answer-after-fin`, `write-after-end`, `throw`.

import { Connection, errnoName, log, Reactor } from 'pollux/assembly';

const reactor = new Reactor();
const open: Scripted[] = [];

class Scripted extends Connection {
  name: string = '';
  keepOpen: bool = false;

  onOpen(): void {
    this.name = `fd ${this.fd}`;
    open.push(this);
    this.tell('open');
  }

  onData(data: Uint8Array): void {
    const text = String.UTF8.decodeUnsafe(data.dataStart, data.length);
    const colon = text.indexOf(':');
    const command = colon < 0 ? text : text.substring(0, colon);
    const argument = colon < 0 ? '' : text.substring(colon + 1);
    if (command == 'echo') this.tell(`wrote ${this.writeText(argument)}`);
    else if (command == 'big') this.big(I32.parseInt(argument));
    else if (command == 'end') this.end();
    else if (command == 'destroy') this.destroy();
    else if (command == 'destroy-others') this.destroyOthers();
    else if (command == 'pause') this.pause();
    else if (command == 'timeout') this.setTimeout(I64.parseInt(argument));
    else if (command == 'answer-after-fin') this.keepOpen = true;
    else if (command == 'stop') reactor.stop();
    else if (command == 'write-after-end') {
      this.end();
      this.tell(`wrote ${this.writeText('lost')}`);
    } else if (command == 'throw') throw new Error('thrown by the test');
    else this.tell(`data ${data.length}`);
  }

  onDrain(): void {
    this.tell('drain');
  }

  onEnd(): void {
    this.tell('end');
    if (!this.keepOpen) {
      super.onEnd();
      return;
    }
    this.writeText('late answer');
    this.end();
  }

  onTimeout(): void {
    this.tell('timeout');
  }

  onClose(errno: i32): void {
    this.tell(`close ${errnoName(errno)}`);
    open.splice(open.indexOf(this), 1);
  }

  private big(length: i32): void {
    const data = new Uint8Array(length);
    for (let i = 0; i < length; i++) data[i] = <u8>(0x61 + (i % 26));
    this.tell(`wrote ${this.write(data)}, ${this.queuedBytes} queued`);
  }

  private destroyOthers(): void {
    for (let i = 0; i < open.length; i++) if (open[i] !== this) open[i].destroy();
  }

  private tell(what: string): void {
    log(`${this.name}: ${what}`);
  }
}

reactor.listen('', () => new Scripted());
reactor.run();
log('run returned');
