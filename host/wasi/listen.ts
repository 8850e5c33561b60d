// SPDX-License-Identifier: MIT
// The listening sockets that a guest finds from fd 3 up: opened on TCP or a path, or inherited.

import { resolve } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { PolluxError, type PolluxErrorCode } from '../errors.ts';
import { addon, type ListenFailure, type Listening } from '../native/addon.ts';

interface Named {
  /** Name that the guest sees in LISTEN_FDNAMES; '' gives it none ("unknown", as systemd does). */
  readonly name: string;
}

/** A TCP address. `host` is a name, an IPv4 or an IPv6 address without brackets; '' is all interfaces. */
export interface TcpListenSpec extends Named {
  readonly host: string;
  /** 0 lets the kernel pick one. */
  readonly port: number;
  /** Length of the kernel's accept queue. */
  readonly backlog: number;
  readonly reuseport: boolean;
}

/** A Unix socket. */
export interface UnixListenSpec extends Named {
  /** A path of at most 107 bytes; one that begins with '@' is an abstract name. */
  readonly path: string;
  readonly backlog: number;
  /** Permissions of the socket file, 0o660 for one; without it the umask decides. */
  readonly mode?: number | undefined;
}

/** A listening socket that this process inherited. It stays open: the guest gets a duplicate. */
export interface InheritedListenSpec extends Named {
  readonly fd: number;
}

/** No socket at all: the guest accepts what the app connects or hands off to it. */
export interface InternalListenSpec extends Named {
  readonly internal: true;
}

/** Where to listen. */
export type ListenSpec = TcpListenSpec | UnixListenSpec | InheritedListenSpec | InternalListenSpec;

/** An open listening socket. `hostFd` belongs to the caller until a Host takes it over; -1: there is none. */
export interface BoundListener {
  readonly name: string;
  readonly hostFd: number;
  /** What the kernel bound, as one writes it: `127.0.0.1:6666`, `[::1]:6666`, `unix:/run/x.sock`; or `internal:`. */
  readonly address: string;
  /** The numeric address and port; '' and 0 for a Unix socket, and where there is none. */
  readonly host: string;
  readonly port: number;
  /** Of a Unix socket. */
  readonly path?: string | undefined;
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

/** The same of a Unix socket. */
const PATH_REFUSALS: typeof REFUSALS = {
  EADDRINUSE: [
    'ERR_ADDRESS_IN_USE',
    'another program accepts connections there; stop it or take another path',
  ],
  EACCES: [
    'ERR_ADDRESS_PERMISSION',
    'the system does not allow it; mind the permissions of the directory and of what is there',
  ],
  ENAMETOOLONG: [
    'ERR_ADDRESS',
    'a socket path has at most 107 bytes; take a shorter one, or one relative to the working directory',
  ],
  ENOENT: ['ERR_ADDRESS', 'its directory does not exist; make it first'],
  ENOTDIR: ['ERR_ADDRESS', 'its directory is no directory'],
  ENOTSOCK: [
    'ERR_ADDRESS_IN_USE',
    'there is a file that is no socket, which is left alone; remove it or take another path',
  ],
};

/** The same of an inherited socket, by the errno or the step that failed. */
const INHERITED_REFUSALS: typeof REFUSALS = {
  EBADF: [
    'ERR_LISTEN',
    'this process has no such descriptor; whoever starts it must leave it open',
  ],
  ENOTSOCK: ['ERR_LISTEN', 'it is no socket; give a listening stream socket'],
  type: ['ERR_LISTEN', 'it is no stream socket of TCP or Unix; give a listening stream socket'],
  listening: [
    'ERR_LISTEN',
    'it is a socket that does not listen; whoever starts this process must call listen (systemd: Accept=no)',
  ],
};

/** Whether a name server could know it; the native side has room for these, and they end at a NUL. */
export function isHost(host: string): boolean {
  return Buffer.byteLength(host) <= 253 && !host.includes('\0');
}

/** Whether it fits into a socket's address. */
export function isSocketPath(path: string): boolean {
  return path !== '' && Buffer.byteLength(path) <= 107 && !path.includes('\0');
}

/** An address and a port, IPv6 in brackets. */
export function showAddress(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * Opens a listener: non-blocking, close-on-exec; TCP with SO_REUSEADDR and TCP_NODELAY, which accepted
 * sockets inherit. A socket file on which nobody accepts any more is replaced, and is removed when the
 * listener is closed or the process ends, unless another one has taken its place.
 *
 * @throws PolluxError ERR_ADDRESS_IN_USE, ERR_ADDRESS_NOT_AVAILABLE, ERR_ADDRESS_PERMISSION;
 *   ERR_ADDRESS where the name does not resolve or the path can't be one; ERR_LISTEN for any other
 *   refusal of the system, and for an inherited descriptor that is no listening stream socket.
 */
export function listen(spec: ListenSpec): BoundListener {
  if ('internal' in spec) {
    return { name: spec.name, hostFd: -1, address: 'internal:', host: '', port: 0 };
  }
  if ('fd' in spec) {
    return bound(spec, addon().listenInherited(spec.fd), `fd ${spec.fd}`, INHERITED_REFUSALS);
  }
  if ('path' in spec) {
    const { path, mode = -1, backlog } = spec;
    if (path.includes('\0')) throw new PolluxError('ERR_ADDRESS', 'a socket path has no NUL in it');
    const result = addon().listenUnix(path, resolve(path), mode, backlog);
    return bound(spec, result, `unix:${path}`, PATH_REFUSALS);
  }
  const { host, port, backlog, reuseport } = spec;
  if (!isHost(host)) {
    throw new PolluxError('ERR_ADDRESS', `cannot listen on ${host}: there can be no such name`);
  }
  const result = addon().listenTcp(host, port, backlog, reuseport);
  return bound(spec, result, showAddress(host, port), REFUSALS);
}

function bound(
  { name }: Named,
  result: Listening | ListenFailure,
  shown: string,
  refusals: typeof REFUSALS,
): BoundListener {
  if ('step' in result) throw refusal(result, shown, refusals);
  const { fd: hostFd, host, port, path } = result;
  const address = path === undefined ? showAddress(host, port) : `unix:${path}`;
  return { name, hostFd, address, host, port, path };
}

function refusal(failure: ListenFailure, shown: string, refusals: typeof REFUSALS): PolluxError {
  if (failure.step === 'resolve') {
    return new PolluxError(
      'ERR_ADDRESS',
      `cannot listen on ${shown}: ${failure.message}; give a numeric address or a name that this machine knows`,
    );
  }
  const name = getSystemErrorName(-failure.errno);
  const [code, remedy] = refusals[failure.step] ??
    refusals[name] ?? ['ERR_LISTEN', `${failure.step} failed with ${name} (${failure.message})`];
  return new PolluxError(code, `cannot listen on ${shown}: ${remedy}`);
}
