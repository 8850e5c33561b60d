// SPDX-License-Identifier: MIT
// How long to wait before a guest that ended is started again.

/** The second restart waits this long, each further one twice as long. ms. */
const FIRST_MS = 100;
/** No restart waits longer. ms. */
const LONGEST_MS = 10_000;
/** An instance that ran this long has recovered: its next end is a first one again. ms. */
const RECOVERED_MS = 10_000;

/** Exponential backoff: at once the first time, since clients wait in the backlog; then 100 ms to 10 s. */
export class Backoff {
  #attempt = 0;

  /** Takes note that an instance ended after `ranMs`; answers the delay before the next one, in ms. */
  next(ranMs: number): number {
    if (ranMs >= RECOVERED_MS) this.#attempt = 0;
    const attempt = this.#attempt++;
    return attempt === 0 ? 0 : Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
  }

  /** Restarts since the last recovery. */
  get attempt(): number {
    return this.#attempt;
  }
}
