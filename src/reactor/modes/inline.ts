// SPDX-License-Identifier: MIT
// Mode 'inline': a reactor module in the app's own event loop, which calls its `turn` when something is
// ready for it.

import { GuestExit, guestError } from '../../../host/index.ts';
import { type Ending, endingOf } from '../ending.ts';
import type { StartInstance } from '../instance.ts';
import { makeHost } from './host.ts';
import { eventLoop, LoopInstance } from './loop-instance.ts';

/** Starts an instance in this thread's event loop. See StartInstance. */
export const startInline: StartInstance = async (plan, sink) => {
  const host = makeHost(plan, sink, { loop: eventLoop() });
  const instance = new LoopInstance(host, sink);
  const end = (error: unknown): Ending =>
    error instanceof GuestExit
      ? { kind: 'exit', status: error.status }
      : endingOf(guestError(error));
  try {
    const exports = host.instantiate(plan.module);
    const turn = exports.turn as () => number;
    (exports._initialize as () => void)();
    host.start(() => {
      try {
        return turn();
      } catch (error) {
        instance.finish(end(error));
        return -1;
      }
    });
  } catch (error) {
    instance.finish(end(error));
  }
  return instance;
};
