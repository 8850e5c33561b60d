// SPDX-License-Identifier: MIT
// The spellings of --dir, --env and others, parsed and checked once, here. Addresses: addresses.ts.

import { PolluxError } from '../host/index.ts';

/**
 * Parses `HOST[::GUEST]`; without GUEST the guest sees the directory under its host name.
 *
 * @throws PolluxError ERR_DIRECTORY where one of the two is empty.
 */
export function parseDir(text: string): { host: string; guest: string } {
  const at = text.indexOf('::');
  const host = at < 0 ? text : text.slice(0, at);
  const guest = at < 0 ? text : text.slice(at + 2);
  if (host === '' || guest === '') {
    throw new PolluxError(
      'ERR_DIRECTORY',
      `cannot give the guest '${text}': write HOST or HOST::GUEST, for example ./logs::/logs`,
    );
  }
  return { host, guest };
}

/**
 * Parses `NAME=VALUE`, or `NAME`, which takes the value from pollux's own environment; undefined
 * where that has none. The guest then has none either, as with `wasmtime run --env NAME`.
 *
 * @throws PolluxError ERR_OPTION where the name is empty.
 */
export function parseEnv(
  text: string,
  own: Readonly<Record<string, string | undefined>>,
): [name: string, value: string] | undefined {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  if (name === '') {
    throw new PolluxError(
      'ERR_OPTION',
      `cannot set '${text}': the name is missing; write NAME=VALUE or NAME`,
    );
  }
  const value = at < 0 ? own[name] : text.slice(at + 1);
  return value === undefined ? undefined : [name, value];
}

/**
 * Checks the value of --trigger.
 *
 * @throws PolluxError ERR_OPTION, which names the two.
 */
export function checkTrigger(text: string | undefined): 'level' | 'edge' {
  if (text === undefined || text === 'level') return 'level';
  if (text === 'edge') return text;
  throw new PolluxError('ERR_OPTION', `unknown trigger '${text}'; there are level and edge`);
}

/**
 * Checks the value of --listeners.
 *
 * @throws PolluxError ERR_OPTION, which names the two.
 */
export function checkListenersOrder(text: string | undefined): 'first' | 'last' {
  if (text === undefined || text === 'first') return 'first';
  if (text === 'last') return text;
  throw new PolluxError('ERR_OPTION', `unknown order '${text}'; there are first and last`);
}

/** LISTEN_FDS and LISTEN_FDNAMES as systemd sets them, for these listeners. */
export function listenEnvironment(listeners: readonly { name: string }[]): Record<string, string> {
  if (listeners.length === 0) return {};
  return {
    LISTEN_FDS: String(listeners.length),
    LISTEN_FDNAMES: listeners.map(({ name }) => (name === '' ? 'unknown' : name)).join(':'),
  };
}
