// SPDX-License-Identifier: MIT
// The listening sockets that systemd has passed to this process (sd_listen_fds(3)): LISTEN_FDS of them,
// from descriptor 3 up, where LISTEN_PID is this process, with their names in LISTEN_FDNAMES.

import { closeOnExec, type InheritedListenSpec, PolluxError } from '../host/index.ts';

const FIRST = 3;
const VARIABLES = ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID'] as const;
/** What systemd calls a socket without a name. */
const UNNAMED = 'unknown';

let found: readonly InheritedListenSpec[] | undefined;

/**
 * The sockets passed, in order; none where the variables are for another process. The variables are
 * taken out of the environment and the sockets kept from children, as sd_listen_fds does.
 *
 * @throws PolluxError ERR_LISTEN where LISTEN_FDS is no number.
 */
export function activatedListeners(): readonly InheritedListenSpec[] {
  found ??= take();
  return found;
}

function take(): readonly InheritedListenSpec[] {
  const { LISTEN_FDS: count = '', LISTEN_PID: pid, LISTEN_FDNAMES: names } = process.env;
  if (pid !== String(process.pid)) return [];
  for (const name of VARIABLES) delete process.env[name];
  if (!/^\d{1,4}$/.test(count)) {
    throw new PolluxError(
      'ERR_LISTEN',
      `cannot take the sockets that were passed: LISTEN_FDS is '${count}' and no number`,
    );
  }
  const nameOf = names?.split(':') ?? [];
  return Array.from({ length: Number(count) }, (_, index) => {
    const fd = FIRST + index;
    closeOnExec(fd);
    const name = nameOf[index] ?? UNNAMED;
    return { name: name === UNNAMED ? '' : name, fd };
  });
}
