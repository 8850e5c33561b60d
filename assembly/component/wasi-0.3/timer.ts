// SPDX-License-Identifier: MIT
// The one timer that bounds waiting. Setting and stopping one costs the host more than a wake too many, so that it is left
// to run while it is early enough: who waits looks at the time itself.

import { Kind } from '../descriptor';
import { create } from '../table';
import * as clocks from '../wasi/clocks';
import { cancelCall, noteCall } from './waiting';

/** A descriptor without a number, whose call is the wait of the clock. */
const timer = create(Kind.FREE);
let setFor: u64 = 0;

/** Has an event come at this instant of the monotonic clock, at the latest. False: it has passed. */
export function setTimer(deadline: u64): bool {
  if (timer.inputPending) {
    if (setFor <= deadline) return true;
    cancelCall(timer);
  }
  noteCall(timer, clocks.waitUntil(deadline));
  setFor = deadline;
  return timer.inputPending;
}
