// SPDX-License-Identifier: MIT
// The spellings of --listen, --dir and --env, parsed and checked once, here.

import { type ListenSpec, PolluxError } from '../host/index.ts';

/** Length of the accept queue where none is given; nginx and Node take the same. */
export const DEFAULT_BACKLOG = 511;

function bad(text: string, why: string): PolluxError {
  return new PolluxError(
    'ERR_ADDRESS',
    `cannot listen on '${text}': ${why}; write [NAME=]HOST:PORT[,backlog=N][,reuseport], for example 127.0.0.1:6666 or web=[::1]:8080,backlog=10`,
  );
}

/** A number of decimal digits in [from, to], or undefined. */
function wholeNumber(text: string, from: number, to: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= from && value <= to ? value : undefined;
}

/**
 * Parses `[NAME=]ADDR[,backlog=N][,reuseport]`, ADDR being `HOST:PORT`, `[V6]:PORT` or `:PORT`.
 *
 * @throws PolluxError ERR_ADDRESS, which says what is wrong and shows the form.
 */
export function parseListen(text: string): ListenSpec {
  const [first = '', ...settings] = text.split(',');
  const named = /^([^=[\]:]*)=(.*)$/.exec(first);
  const name = named?.[1] ?? '';
  if (named !== null && !/^[\w.-]+$/.test(name)) {
    throw bad(
      text,
      name === ''
        ? "the name before '=' is missing"
        : `'${name}' is no name: letters, digits, '.', '-' and '_' make one`,
    );
  }
  const address = parseAddress(text, named?.[2] ?? first);
  let backlog = DEFAULT_BACKLOG;
  let reuseport = false;
  for (const setting of settings) {
    if (setting === 'reuseport') {
      reuseport = true;
    } else if (/^backlog(=|$)/.test(setting)) {
      const value = wholeNumber(setting.slice('backlog='.length), 1, 2 ** 31 - 1);
      if (value === undefined) throw bad(text, `'${setting}' needs a whole number of at least 1`);
      backlog = value;
    } else {
      throw bad(text, setting === '' ? 'a setting is empty' : `there is no setting '${setting}'`);
    }
  }
  return { name, ...address, backlog, reuseport };
}

function parseAddress(text: string, address: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(.*)$/.exec(address);
  if (match === null) throw bad(text, whatIsWrong(address));
  const [, bracketed, plain, digits = ''] = match;
  if (plain !== undefined && digits.includes(':')) throw bad(text, whatIsWrong(address));
  if (bracketed !== undefined && !/^[\da-fA-F:.]*:[\da-fA-F:.]*(%[\w.-]+)?$/.test(bracketed)) {
    throw bad(text, `'${bracketed}' is no IPv6 address`);
  }
  if (digits === '') throw bad(text, 'the port is missing');
  const port = wholeNumber(digits, 0, 65535);
  if (port === undefined) throw bad(text, `port '${digits}' is not in 0 to 65535`);
  return { host: bracketed ?? plain ?? '', port };
}

/** Why an address has not the form of one. */
function whatIsWrong(address: string): string {
  if (address.startsWith('[')) {
    return /^\[[^\]]*\]$/.test(address)
      ? 'the port is missing'
      : 'a bracket is missing or misplaced';
  }
  if (address.split(':').length > 2) return 'an IPv6 address stands in brackets, as [::1]:PORT';
  return address.includes(':') ? 'brackets are for IPv6 addresses' : 'the port is missing';
}

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

/** LISTEN_FDS and LISTEN_FDNAMES as systemd sets them, for these listeners. */
export function listenEnvironment(listeners: readonly { name: string }[]): Record<string, string> {
  if (listeners.length === 0) return {};
  return {
    LISTEN_FDS: String(listeners.length),
    LISTEN_FDNAMES: listeners.map(({ name }) => (name === '' ? 'unknown' : name)).join(':'),
  };
}
