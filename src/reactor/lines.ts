// SPDX-License-Identifier: MIT
// A guest's output as lines: pieces in, whole lines out.

import { StringDecoder } from 'node:string_decoder';

/** Characters after which a line that does not end is given out in pieces, so that none fills memory. */
const LONGEST = 65_536;

/** Splits one stream of UTF-8 at '\n'; a '\r' before it goes too. What is no UTF-8 becomes U+FFFD. */
export class Lines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #give: (line: string) => void;
  #rest = '';

  constructor(give: (line: string) => void) {
    this.#give = give;
  }

  push(bytes: Uint8Array): void {
    const parts = (this.#rest + this.#decoder.write(Buffer.from(bytes))).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const line of parts) this.#give(line.endsWith('\r') ? line.slice(0, -1) : line);
    while (this.#rest.length >= LONGEST) {
      this.#give(this.#rest.slice(0, LONGEST));
      this.#rest = this.#rest.slice(LONGEST);
    }
  }

  /** Gives out what came after the last '\n', if anything. */
  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (rest !== '') this.#give(rest);
  }
}
