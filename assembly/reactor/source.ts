// SPDX-License-Identifier: MIT
// What the Reactor knows of the things that it waits for: listeners and connections.

/** An fd with something that deals with its readiness. */
export abstract class Source {
  /** The fd, -1 before it is opened and after it is closed. */
  fd: i32 = -1;

  /**
   * Deals with one event: `readiness` is READ or WRITE, a hint; `error` the subscription's errno,
   * 0 as a rule.
   */
  abstract onReady(readiness: u32, error: i32): void;

  /** The host drains: see Connection. */
  onShutdown(): void {}
}
