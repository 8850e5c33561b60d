// SPDX-License-Identifier: MIT
// Errors that pollux itself reports. Not the guest's errors: those are WASI errnos (host/wasi/errno.ts).

/** Stable codes of {@link PolluxError}; scripts may match on them, so they never change meaning. */
export type PolluxErrorCode =
  | 'ERR_ADDON_LOAD'
  | 'ERR_ADDRESS'
  | 'ERR_ADDRESS_IN_USE'
  | 'ERR_ADDRESS_NOT_AVAILABLE'
  | 'ERR_ADDRESS_PERMISSION'
  | 'ERR_BACKEND_UNKNOWN'
  | 'ERR_BACKEND_UNAVAILABLE'
  | 'ERR_BASE_WASI'
  | 'ERR_COMPARE'
  | 'ERR_COMPILER'
  | 'ERR_COMPONENTIZE'
  | 'ERR_DIRECTORY'
  | 'ERR_GUEST_EXITED'
  | 'ERR_HAND_OFF'
  | 'ERR_LIMIT_MEMORY'
  | 'ERR_LIMIT_TURN'
  | 'ERR_LISTEN'
  | 'ERR_LISTENER_UNKNOWN'
  | 'ERR_MODE'
  | 'ERR_MODULE_COMPONENT'
  | 'ERR_MODULE_IMPORTS'
  | 'ERR_MODULE_INVALID'
  | 'ERR_MODULE_MEMORY'
  | 'ERR_MODULE_NO_START'
  | 'ERR_MODULE_NOT_FOUND'
  | 'ERR_OPTION'
  | 'ERR_STOPPED';

/** An error of pollux, with a stable `code` and a message that names the culprit and the remedy. */
export class PolluxError extends Error {
  readonly code: PolluxErrorCode;

  constructor(code: PolluxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PolluxError';
    this.code = code;
  }
}
