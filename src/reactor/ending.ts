// SPDX-License-Identifier: MIT
// How an instance of a guest ended, in a form that goes from thread to thread.

import { GuestTrap, PolluxError, type PolluxErrorCode } from '../../host/index.ts';

/** `stopped`: by us. `limit` carries an error whose code begins with ERR_LIMIT_; `error` what no guest does. */
export type Ending =
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'trap'; readonly error: GuestTrap }
  | { readonly kind: 'limit'; readonly error: PolluxError }
  | { readonly kind: 'error'; readonly error: Error };

/** The end that an error, thrown through the guest, is. */
export function endingOf(error: unknown): Ending {
  if (error instanceof GuestTrap) return { kind: 'trap', error };
  if (error instanceof PolluxError) {
    if (error.code === 'ERR_STOPPED') return { kind: 'stopped' };
    if (error.code.startsWith('ERR_LIMIT_')) return { kind: 'limit', error };
  }
  return { kind: 'error', error: error instanceof Error ? error : new Error(String(error)) };
}

/** Whether an instance that ended so has failed. */
export function isFailure(ending: Ending): boolean {
  return ending.kind !== 'stopped' && !(ending.kind === 'exit' && ending.status === 0);
}

/** The end in a sentence's middle: `trapped: unreachable`, `exited with status 3`. */
export function describeEnding(ending: Ending): string {
  switch (ending.kind) {
    case 'exit':
      return `exited with status ${ending.status}`;
    case 'stopped':
      return 'was stopped';
    case 'trap':
      return `trapped: ${ending.error.message}`;
    default:
      return `was ended: ${ending.error.message}`;
  }
}

/** An Ending as structured clone keeps it: classes of ours would come out as plain errors. */
export interface EndingMessage {
  readonly kind: Ending['kind'];
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly stack?: string | undefined;
  readonly frames?: GuestTrap['frames'];
}

/** For `postMessage`. */
export function toMessage(ending: Ending): EndingMessage {
  if (ending.kind === 'exit') return { kind: 'exit', status: ending.status };
  if (ending.kind === 'stopped') return { kind: 'stopped' };
  const { error } = ending;
  return {
    kind: ending.kind,
    message: error.message,
    stack: error.stack,
    ...(error instanceof GuestTrap ? { frames: error.frames } : {}),
    ...(error instanceof PolluxError ? { code: error.code } : {}),
  };
}

/** From `postMessage`. */
export function fromMessage(message: EndingMessage): Ending {
  const { kind, status = 0, code, message: text = '', stack, frames = [] } = message;
  switch (kind) {
    case 'exit':
      return { kind, status };
    case 'stopped':
      return { kind };
    case 'trap':
      return { kind, error: withStack(new GuestTrap(text, frames), stack) };
    case 'limit':
      return { kind, error: withStack(new PolluxError(code as PolluxErrorCode, text), stack) };
    case 'error': {
      const error =
        code === undefined ? new Error(text) : new PolluxError(code as PolluxErrorCode, text);
      return { kind, error: withStack(error, stack) };
    }
  }
}

function withStack<T extends Error>(error: T, stack: string | undefined): T {
  if (stack !== undefined) error.stack = stack;
  return error;
}
