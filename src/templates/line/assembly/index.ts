// A line protocol: `add 2 3` is answered by `5`, `bye` ends the connection. A line may come in pieces, and
// several may come at once.

import { Connection, Reactor } from 'pollux/assembly';

/** A longer line is no line of this protocol. Bytes. */
const LONGEST: i32 = 1024;
const NEWLINE: u8 = 0x0a;

/** A connection that speaks in lines of UTF-8. */
abstract class LineConnection extends Connection {
  /** The beginning of a line whose end has not come yet. */
  private rest: Uint8Array = new Uint8Array(0);

  /** A line, without its end. */
  abstract onLine(line: string): void;
  /** A line is longer than LONGEST. */
  abstract onLongLine(): void;

  onData(data: Uint8Array): void {
    // A piece may end within a character, so lines are told apart in bytes.
    let start = 0;
    while (this.writable) {
      const newline = data.indexOf(NEWLINE, start);
      const line = joined(this.rest, data.subarray(start, newline < 0 ? data.length : newline));
      if (line.length > LONGEST) {
        this.onLongLine();
      } else if (newline < 0) {
        this.rest = line;
        return;
      } else {
        this.rest = new Uint8Array(0);
        this.onLine(String.UTF8.decode(line.buffer).trimEnd());
      }
      start = newline + 1;
    }
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

class Calculator extends LineConnection {
  onOpen(): void {
    this.writeText('hello\n');
  }

  onLine(line: string): void {
    const words = line.split(' ');
    if (line == 'bye') {
      this.end();
    } else if (words.length == 3 && words[0] == 'add' && isNumber(words[1]) && isNumber(words[2])) {
      this.writeText(`${I64.parseInt(words[1]) + I64.parseInt(words[2])}\n`);
    } else {
      this.writeText('error: write "add A B", with numbers of up to 18 digits, or "bye"\n');
    }
  }

  onLongLine(): void {
    this.writeText('error: the line is too long\n');
    this.end();
  }

  /** The server shuts down. */
  onShutdown(): void {
    this.writeText('bye\n');
    this.end();
  }
}

/** Whether this is a number whose sum with another fits into an i64. */
function isNumber(text: string): bool {
  const digits = text.startsWith('-') ? text.substring(1) : text;
  if (digits.length < 1 || digits.length > 18) return false;
  for (let i = 0; i < digits.length; i++) {
    const unit = digits.charCodeAt(i);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
}

const reactor = new Reactor();
reactor.listen('', () => new Calculator());
reactor.run();
