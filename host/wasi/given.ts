// SPDX-License-Identifier: MIT
// Giving a running guest a connection from inside the process, and why that was refused.

import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { PolluxError, type PolluxErrorCode } from '../errors.ts';
import { addon } from '../native/addon.ts';

const { EAGAIN, EBADF, EMFILE, ENOTSOCK, ESRCH } = constants.errno;

/** Those of Linux that Node's constants have not. */
const ESOCKTNOSUPPORT = 94;
const ESHUTDOWN = 108;

const NO_STREAM = [
  undefined,
  'it is no stream socket; hand off a connection of TCP or a Unix socket',
] as const;

const REFUSALS: Readonly<Record<number, readonly [PolluxErrorCode | undefined, string]>> = {
  [ESRCH]: ['ERR_GUEST_EXITED', 'the guest has ended; start another one'],
  [EBADF]: ['ERR_LISTENER_UNKNOWN', 'the guest has closed that listener, or never had it'],
  [ESHUTDOWN]: ['ERR_STOPPED', 'the guest is being drained and takes nothing new'],
  [EAGAIN]: [
    undefined,
    '4,096 connections wait to be accepted already; the guest does not accept, or is at its limit of connections',
  ],
  [EMFILE]: [
    undefined,
    'the backend can wait on descriptors below 1024 only and this one has a higher number; use the backend poll or epoll',
  ],
  [ENOTSOCK]: NO_STREAM,
  [ESOCKTNOSUPPORT]: NO_STREAM,
};

/** The error of a connection that a guest could not be given. */
export function refusal(what: string, errno: number, code: PolluxErrorCode): PolluxError {
  const [own, why] = REFUSALS[errno] ?? [undefined, `it failed with ${getSystemErrorName(-errno)}`];
  return new PolluxError(own ?? code, `cannot ${what}: ${why}`);
}

/**
 * Makes a connected stream socket a connection of the guest of host `id`, which accepts it from the listener
 * `guestFd` before those of the kernel and reads `bytes` first. `hostFd` belongs to the host from now on, and is
 * closed where this fails. Any thread.
 *
 * @throws PolluxError ERR_GUEST_EXITED, ERR_LISTENER_UNKNOWN, ERR_STOPPED (the guest is being drained),
 *   ERR_HAND_OFF (its queue is full, or this is no socket for it).
 */
export function handOff(id: number, guestFd: number, hostFd: number, bytes: Uint8Array): void {
  const errno = addon().handOff(id, guestFd, hostFd, bytes);
  if (errno !== 0) throw refusal('hand off the connection', errno, 'ERR_HAND_OFF');
}
