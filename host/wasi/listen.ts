// SPDX-License-Identifier: MIT
// Opens the listening sockets that a guest finds from fd 3 up.

import { getSystemErrorName } from 'node:util';
import { PolluxError, type PolluxErrorCode } from '../errors.ts';
import { addon } from '../native/addon.ts';

/** Where to listen. `host` is a name, an IPv4 or an IPv6 address without brackets; '' is all interfaces. */
export interface ListenSpec {
  /** Name that the guest sees in LISTEN_FDNAMES; '' gives it none ("unknown", as systemd does). */
  readonly name: string;
  readonly host: string;
  /** 0 lets the kernel pick one. */
  readonly port: number;
  /** Length of the kernel's accept queue. */
  readonly backlog: number;
  readonly reuseport: boolean;
}

/** An open listening socket. `hostFd` belongs to the caller until a Host takes it over. */
export interface BoundListener {
  readonly name: string;
  readonly hostFd: number;
  /** The numeric address and port that the kernel bound. */
  readonly host: string;
  readonly port: number;
}

/** What the system's errno of a failed listen means to a user, and the remedy. */
const REFUSALS: Readonly<Record<string, readonly [PolluxErrorCode, string]>> = {
  EADDRINUSE: [
    'ERR_ADDRESS_IN_USE',
    'it is already in use; stop the other program or take another port (port 0 picks a free one)',
  ],
  EADDRNOTAVAIL: [
    'ERR_ADDRESS_NOT_AVAILABLE',
    'this machine has no such address; 127.0.0.1 and [::1] are its own, :PORT is all interfaces',
  ],
  EACCES: [
    'ERR_ADDRESS_PERMISSION',
    'the system does not allow it; ports below 1024 need privileges',
  ],
};

/**
 * Binds and listens: non-blocking, close-on-exec, SO_REUSEADDR, TCP_NODELAY (accepted sockets inherit it).
 *
 * @throws PolluxError ERR_ADDRESS_IN_USE, ERR_ADDRESS_NOT_AVAILABLE, ERR_ADDRESS_PERMISSION;
 *   ERR_ADDRESS where the name does not resolve; ERR_LISTEN for any other refusal of the system.
 */
export function listen(spec: ListenSpec): BoundListener {
  const shown = `${spec.host.includes(':') ? `[${spec.host}]` : spec.host}:${spec.port}`;
  const result = addon().listen(spec.host, spec.port, spec.backlog, spec.reuseport);
  if ('fd' in result) {
    return { name: spec.name, hostFd: result.fd, host: result.host, port: result.port };
  }
  if (result.step === 'resolve') {
    throw new PolluxError(
      'ERR_ADDRESS',
      `cannot listen on ${shown}: ${result.message}; give a numeric address or a name that this machine knows`,
    );
  }
  const name = getSystemErrorName(-result.errno);
  const [code, remedy] = REFUSALS[name] ?? [
    'ERR_LISTEN',
    `${result.step} failed with ${name} (${result.message})`,
  ];
  throw new PolluxError(code, `cannot listen on ${shown}: ${remedy}`);
}
