// A line protocol: `add 2 3` is answered by `5`, `bye` ends the connection. A line may come in pieces, and
// several may come at once.

import { Connection, Reactor } from 'pollux/assembly';

/** A longer line is no line of this protocol. Bytes. */
const LONGEST: i32 = 1024;

class Calculator extends Connection {
  /** What came of a line that has not ended yet. */
  private rest: string = '';

  onOpen(): void {
    this.writeText('hello\n');
  }

  onData(data: Uint8Array): void {
    const lines = (this.rest + String.UTF8.decodeUnsafe(data.dataStart, data.byteLength)).split(
      '\n',
    );
    this.rest = lines.pop();
    for (let i = 0; i < lines.length && this.writable; i++) this.answer(lines[i].trim());
    if (this.rest.length > LONGEST) this.refuse('the line is too long');
  }

  private answer(line: string): void {
    const words = line.split(' ');
    if (words[0] == 'bye') {
      this.end();
    } else if (words[0] == 'add' && words.length == 3) {
      this.writeText(`${I64.parseInt(words[1]) + I64.parseInt(words[2])}\n`);
    } else {
      this.writeText(`error: write "add A B" or "bye"\n`);
    }
  }

  private refuse(why: string): void {
    this.rest = '';
    this.writeText(`error: ${why}\n`);
    this.end();
  }
}

const reactor = new Reactor();
reactor.listen('', () => new Calculator());
reactor.run();
