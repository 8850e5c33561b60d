// SPDX-License-Identifier: MIT
// Which listening sockets the guest was started with, by systemd's socket activation variables or
// by looking.

import { fatal } from '../wasi/abort';
import { env } from '../wasi/environment';
import { Errno } from '../wasi/errno';
import { FIRST_PREOPEN, fileType } from '../wasi/preopens';
import { FILETYPE_SOCKET_STREAM } from '../wasi/records';

/** systemd's name for a listener that was given none. */
const UNNAMED = 'unknown';

/** A listening socket that the host opened. */
export class InheritedListener {
  constructor(
    readonly fd: i32,
    /** Its name in LISTEN_FDNAMES, '' where it has none. */
    readonly name: string,
  ) {}
}

/**
 * The listeners, in the order of their fds.
 *
 * LISTEN_FDS=n says that they are the fds from 3 on; LISTEN_FDNAMES=a:b names them. Without it, all
 * fds from 3 on are looked at up to the first that is not open. See sd_listen_fds(3).
 */
export function inheritedListeners(): Array<InheritedListener> {
  const found: InheritedListener[] = [];
  const given = env('LISTEN_FDS');
  const names = env('LISTEN_FDNAMES');
  const nameOf = names === null ? ([] as string[]) : names.split(':');
  const end = given === null ? i32.MAX_VALUE : FIRST_PREOPEN + I32.parseInt(given);
  for (let fd = FIRST_PREOPEN; fd < end; fd++) {
    const type = fileType(fd);
    if (type == -Errno.BADF) break;
    if (type != FILETYPE_SOCKET_STREAM) continue;
    const at = fd - FIRST_PREOPEN;
    const name = at < nameOf.length && nameOf[at] != UNNAMED ? nameOf[at] : '';
    found.push(new InheritedListener(fd, name));
  }
  return found;
}

/** The first listener's fd; ends the guest with a message where there is none. */
export function firstListener(): i32 {
  return selectListeners('')[0].fd;
}

/**
 * The listeners that `wanted` means, at least one:
 *
 * 1. `''` all of them, as a server means that has one kind of connection;
 * 2. those of that name (two addresses may share one);
 * 3. a number: that one, counted from 0;
 * 4. the only one there is, whatever it is called: most hosts cannot name listeners.
 *
 * Anything else ends the guest with a message that says what there is.
 */
export function selectListeners(wanted: string): Array<InheritedListener> {
  const all = inheritedListeners();
  if (all.length == 0) {
    fatal(
      'there is no listening socket; run with --listen ADDRESS:PORT (pollux run), or with ' +
        '-S preview2=n -S tcplisten=ADDRESS:PORT (wasmtime run)',
    );
  }
  if (wanted == '') return all;
  const named: InheritedListener[] = [];
  for (let i = 0; i < all.length; i++) if (all[i].name == wanted) named.push(all[i]);
  if (named.length > 0) return named;
  for (let i = 0; i < all.length; i++) {
    if (i.toString() == wanted) named.push(all[i]);
  }
  if (named.length > 0) return named;
  if (all.length > 1) fatal(`there is no listener '${wanted}'; there are ${describe(all)}`);
  return all;
}

function describe(listeners: Array<InheritedListener>): string {
  const names: string[] = [];
  for (let i = 0; i < listeners.length; i++) {
    const name = listeners[i].name;
    names.push(name == '' ? `${i} (no name)` : `'${name}'`);
  }
  return names.join(', ');
}
