// SPDX-License-Identifier: MIT
// Mode 'jspi': a command module, unmodified, in the app's own event loop. Calls that would block suspend
// the guest's stack (JavaScript Promise Integration), and the loop goes on.

import { GuestExit, guestError } from '../../../host/index.ts';
import { endingOf } from '../ending.ts';
import type { StartInstance } from '../instance.ts';
import { makeHost } from './host.ts';
import { eventLoop, LoopInstance } from './loop-instance.ts';

/** Not in TypeScript's own types yet. */
interface Jspi {
  promising(start: unknown): () => Promise<void>;
}

/** Promise.withResolvers, which is younger than Node 20. */
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Starts an instance in this thread's event loop. See StartInstance. */
export const startWithJspi: StartInstance = async (plan, sink) => {
  const { promise: waits, resolve: onFirstWait } = withResolvers();
  const host = makeHost(plan, sink, { loop: eventLoop(), suspend: true, onFirstWait });
  const instance = new LoopInstance(host, sink);
  try {
    const exports = host.instantiate(plan.module);
    const start = (WebAssembly as unknown as Jspi).promising(exports._start);
    void start().then(
      () => instance.finish({ kind: 'exit', status: 0 }),
      (error) =>
        instance.finish(
          error instanceof GuestExit
            ? { kind: 'exit', status: error.status }
            : endingOf(guestError(error)),
        ),
    );
  } catch (error) {
    instance.finish(endingOf(guestError(error)));
  }
  await Promise.race([waits, instance.ended]);
  return instance;
};
