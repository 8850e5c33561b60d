// SPDX-License-Identifier: MIT
// How a guest ends: what is thrown through it, and what its run makes of that.

import { PolluxError } from '../errors.ts';
import { guestFrames } from './frames.ts';
import { GuestTrap } from './trap.ts';

/** Thrown by proc_exit to unwind the guest. It never leaves the host. */
export class GuestExit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`proc_exit(${status})`);
    this.status = status;
  }
}

/** Runs `start` to its end: the exit status. Throws GuestTrap, PolluxError ERR_STOPPED, or what is not the guest's. */
export function runToExit(start: () => void): number {
  const limit = Error.stackTraceLimit;
  // A trap deep in a guest should show where it came from.
  Error.stackTraceLimit = 50;
  try {
    start();
    return 0;
  } catch (error) {
    if (error instanceof GuestExit) return error.status;
    throw guestError(error);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/**
 * What was thrown through a guest, as its host reports it: a trap as GuestTrap with the guest's frames, a
 * function that the module imports with a wrong signature as PolluxError ERR_MODULE_IMPORTS, all else as
 * it is.
 */
export function guestError(error: unknown): unknown {
  if (error instanceof TypeError && /BigInt/i.test(error.message)) {
    return new PolluxError(
      'ERR_MODULE_IMPORTS',
      `the module imports a preview 1 function with another signature than the witx has (${error.message}); rebuild it with a current toolchain`,
      { cause: error },
    );
  }
  return isTrap(error)
    ? new GuestTrap(trapMessage(error), guestFrames(error), { cause: error })
    : error;
}

/** V8 reports an exhausted stack as a RangeError; an exception that the guest let escape is its own end too. */
function isTrap(error: unknown): error is Error {
  if (error instanceof PolluxError) return false;
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return true;
  return 'Exception' in WebAssembly && error instanceof (WebAssembly.Exception as never);
}

function trapMessage(error: Error): string {
  if (error instanceof RangeError && /stack/i.test(error.message)) return 'call stack exhausted';
  return error.message || 'uncaught exception';
}
