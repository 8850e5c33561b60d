// SPDX-License-Identifier: MIT
// Wasmtime's runtime (tokio) gives a task a budget of 128 operations on streams, sockets and timers. Once it is used up, the
// answer is "not yet" to all of them, until the task has let the runtime go on, which only a real wait does. A guest that
// never needs to wait never would: it would accept nothing any more, and read or write nothing. So operations are counted,
// and the budget is renewed before it ends.

import * as clocks from '../wasi/clocks';
import * as poll from '../wasi/poll';

/** So many operations may be made between two renewals, some of which are not counted: lookups of names, and deadlines. */
export const BUDGET: i32 = 100;
let spent: i32 = 0;
let isUnsure: bool = false;

/** How the host renews a budget. */
enum Renewal {
  UNKNOWN,
  /** It has none: jco. */
  NEEDLESS,
  /** To block on a new pollable that is ready lets the runtime go on: Wasmtime from 46 on. */
  BY_YIELDING,
  /** Only what is asked without any budget does: older ones. */
  BY_EXHAUSTING,
}
let renewal: Renewal = Renewal.UNKNOWN;

/** A timer that has passed: to ask it is an operation too, which says "not yet" only where the budget is used up. */
let passed: i32 = 0;
/** In ns: a deadline that has passed already when it is told would be no timer. */
const SOON: u64 = 1_000_000;
/** No budget is as large. */
const MANY: i32 = 1024;

/** Uses up what is left; false: there is no end. */
function exhaust(): bool {
  for (let i = 0; i < MANY; i++) if (!poll.isReady(passed)) return true;
  return false;
}

/** Lets the runtime go on, where it knows that this is meant by it. */
function letGoOn(): void {
  const ready = clocks.subscribeInstant(0);
  poll.block(ready);
  poll.dropPollable(ready);
}

function findOut(): void {
  passed = clocks.subscribeInstant(clocks.monotonicNow() + SOON);
  poll.block(passed);
  renewal = Renewal.NEEDLESS;
  if (!exhaust()) return;
  letGoOn();
  renewal = poll.isReady(passed) ? Renewal.BY_YIELDING : Renewal.BY_EXHAUSTING;
}

function renew(): void {
  spent = 0;
  isUnsure = false;
  if (renewal == Renewal.UNKNOWN) findOut();
  if (renewal == Renewal.BY_YIELDING) {
    letGoOn();
  } else if (renewal == Renewal.BY_EXHAUSTING) {
    exhaust();
    poll.block(passed);
  }
}

/** Counts operations, BUDGET of them at the most: there is a budget for as many, or else it is renewed. */
export function spend(operations: i32): void {
  if (spent + operations > BUDGET) renew();
  spent += operations;
}

/** A wait has spent what nobody knows: older versions of Wasmtime count what they looked at, not what was ready. */
export function beUnsure(): void {
  isUnsure = true;
}

/** As `spend`, for operations that would be of no use without a budget. */
export function spendSurely(operations: i32): void {
  if (isUnsure) renew();
  spend(operations);
}
