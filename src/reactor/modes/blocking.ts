// SPDX-License-Identifier: MIT
// Mode 'blocking': the guest blocks the calling thread, as node:wasi does. For programs that have nothing
// else to do, as `pollux run`: it starts without a thread, which costs as much as Node itself.

import { endingOf } from '../ending.ts';
import type { StartInstance } from '../instance.ts';
import { makeHost } from './host.ts';
import { LoopInstance } from './loop-instance.ts';

/** Makes an instance whose `run` runs it to its end. See StartInstance. */
export const startBlocking: StartInstance = async (plan, sink) => {
  const host = makeHost(plan, sink, { onSignal: (kind) => sink.signal(kind) });
  return new (class extends LoopInstance {
    run(): void {
      try {
        this.finish({ kind: 'exit', status: host.run(plan.module) });
      } catch (error) {
        this.finish(endingOf(error));
      }
    }
  })(host, sink);
};
