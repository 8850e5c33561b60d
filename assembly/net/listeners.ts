// SPDX-License-Identifier: MIT
// The listeners that the host opened for this guest: by LISTEN_FDS and LISTEN_FDNAMES (systemd's
// socket activation), else by looking for stream sockets from fd 3 up.

import { getenv } from '../wasi/environ';
import { Errno } from '../wasi/errno';
import { fileType, isStreamSocket, setNonblocking } from '../wasi/socket';
import { fail } from '../wasi/stdio';

/** Listeners are numbered from here, in the order in which the host was told of them. */
export const FIRST_LISTENER = 3;

function byEnvironment(count: string): Array<i32> {
  const found: i32[] = [];
  const total = <i32>parseInt(count);
  for (let i = 0; i < total; i++) {
    if (isStreamSocket(FIRST_LISTENER + i)) found.push(FIRST_LISTENER + i);
  }
  return found;
}

function byProbing(): Array<i32> {
  const found: i32[] = [];
  for (let fd = FIRST_LISTENER; fileType(fd) != -Errno.BADF; fd++) {
    if (isStreamSocket(fd)) found.push(fd);
  }
  return found;
}

/** All listeners, made non-blocking. Empty where the host opened none. */
export function listeners(): Array<i32> {
  const count = getenv('LISTEN_FDS');
  const found = count !== null ? byEnvironment(count) : byProbing();
  for (let i = 0; i < found.length; i++) setNonblocking(found[i], true);
  return found;
}

/**
 * The listener of that name in LISTEN_FDNAMES. With a single listener any name means it, so that a
 * guest runs where names can't be given; '' means the first. No such listener ends the guest with a
 * message that lists what there is.
 */
export function listenerNamed(name: string): i32 {
  const all = listeners();
  if (all.length == 0) {
    fail(
      'no listener: run this guest with --listen ADDR (Wasmtime: -S preview2=n -S tcplisten=ADDR)',
    );
  }
  if (all.length == 1 || name.length == 0) return all[0];
  const names = getenv('LISTEN_FDNAMES');
  const list = names !== null ? names.split(':') : [];
  for (let i = 0; i < list.length; i++) {
    if (list[i] == name && FIRST_LISTENER + i <= all[all.length - 1]) return FIRST_LISTENER + i;
  }
  fail("no listener is named '" + name + "'; there are: " + list.join(', '));
  return -1;
}

/** The first listener: what a server with one needs. */
export function firstListener(): i32 {
  return listenerNamed('');
}
