// SPDX-License-Identifier: MIT
// The spellings of --listen and --connect, parsed and checked once, here.

import { type ConnectSpec, type ListenSpec, PolluxError } from '../host/index.ts';
import { activatedListeners } from './systemd.ts';

/** Length of the accept queue where none is given; nginx and Node take the same. */
export const DEFAULT_BACKLOG = 511;

const UNIX = 'unix:';

/** Makes the error of one option, from what is wrong. */
export type Bad = (why: string) => PolluxError;

/** A number of decimal digits in [from, to], or undefined. */
function wholeNumber(text: string, from: number, to: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= from && value <= to ? value : undefined;
}

/** What stands before the first '=' as a name, which no address has before its ':'; and the rest. */
function splitName(text: string, bad: Bad): { name: string; address: string } {
  const named = /^([^=[\]:]*)=(.*)$/s.exec(text);
  if (named === null) return { name: '', address: text };
  const [, name = '', address = ''] = named;
  if (name === '') throw bad("the name before '=' is missing");
  if (!/^[\w.-]+$/.test(name)) {
    throw bad(`'${name}' is no name: letters, digits, '.', '-' and '_' make one`);
  }
  return { name, address };
}

/** What may stand behind an address, and after which of them. */
interface Settings {
  backlog?: number;
  reuseport?: boolean;
  mode?: number;
}

function parseSettings(settings: readonly string[], bad: Bad): Settings {
  const parsed: Settings = {};
  for (const setting of settings) {
    const [key, value = ''] = setting.split(/=(.*)/s);
    if (setting === 'reuseport') {
      parsed.reuseport = true;
    } else if (key === 'backlog') {
      const backlog = wholeNumber(value, 1, 2 ** 31 - 1);
      if (backlog === undefined) throw bad(`'${setting}' needs a whole number of at least 1`);
      parsed.backlog = backlog;
    } else if (key === 'mode') {
      if (!/^0?[0-7]{3}$/.test(value)) {
        throw bad(`'${setting}' needs permissions in octal, as mode=0660`);
      }
      parsed.mode = Number.parseInt(value, 8);
    } else {
      throw bad(setting === '' ? 'a setting is empty' : `there is no setting '${setting}'`);
    }
  }
  return parsed;
}

/** Refuses the settings that say nothing for this kind of address. */
function allowSettings(settings: Settings, allowed: readonly string[], kind: string, bad: Bad) {
  const wrong = Object.keys(settings).find((key) => !allowed.includes(key));
  if (wrong !== undefined) throw bad(`'${wrong}' is not for ${kind}`);
}

/**
 * Parses `[NAME=]ADDR[,SETTING...]`, ADDR being `HOST:PORT`, `[V6]:PORT`, `:PORT`, `unix:PATH`, `fd:N`
 * or `internal:`, and the settings `backlog=N`, `reuseport` (TCP) and `mode=0660` (Unix).
 *
 * @throws PolluxError ERR_ADDRESS, which says what is wrong and shows the form.
 */
export function parseListen(text: string): ListenSpec {
  const bad = (why: string) =>
    new PolluxError(
      'ERR_ADDRESS',
      `cannot listen on '${text}': ${why}; write [NAME=]HOST:PORT[,backlog=N][,reuseport], for example 127.0.0.1:6666 or web=[::1]:8080,backlog=10; or unix:PATH[,mode=0660], or fd:N`,
    );
  const [first = '', ...rest] = text.split(',');
  const { name, address } = splitName(first, bad);
  const settings = parseSettings(rest, bad);
  const { backlog = DEFAULT_BACKLOG, reuseport = false, mode } = settings;
  if (address.startsWith(UNIX)) {
    allowSettings(settings, ['backlog', 'mode'], 'a Unix socket', bad);
    const path = address.slice(UNIX.length);
    if (path === '' || path === '@') throw bad('the path is missing');
    if (mode !== undefined && path.startsWith('@')) throw bad('an abstract name has no mode');
    return mode === undefined ? { name, path, backlog } : { name, path, backlog, mode };
  }
  if (address.startsWith('fd:')) {
    allowSettings(settings, [], 'a socket that is open already', bad);
    const fd = wholeNumber(address.slice('fd:'.length), 0, 2 ** 31 - 1);
    if (fd === undefined) throw bad(`'${address}' has no descriptor's number`);
    return { name, fd };
  }
  if (address === 'internal:') {
    allowSettings(settings, [], 'a listener without a socket', bad);
    return { name, internal: true };
  }
  allowSettings(settings, ['backlog', 'reuseport'], 'a TCP address', bad);
  return { name, ...parseAddress(address, 0, bad), backlog, reuseport };
}

/**
 * As `parseListen`, and `systemd` or `systemd:NAME`: the sockets that systemd has passed, or those of
 * that name.
 *
 * @throws PolluxError ERR_ADDRESS; ERR_LISTEN where systemd has passed no such socket.
 */
export function parseListeners(text: string): readonly ListenSpec[] {
  const match = /^systemd(?::(.*))?$/.exec(text);
  if (match === null) return [parseListen(text)];
  const all = activatedListeners();
  const wanted = match[1];
  const found = wanted === undefined ? all : all.filter(({ name }) => name === wanted);
  if (found.length > 0) return found;
  const names = all.map(({ name, fd }) => (name === '' ? `fd ${fd}` : name)).join(', ');
  throw new PolluxError(
    'ERR_LISTEN',
    all.length === 0
      ? `cannot listen on ${text}: systemd has passed no socket (LISTEN_FDS and LISTEN_PID are not for this process); start it by a .socket unit, or try systemd-socket-activate -l 6666 pollux run ...`
      : `cannot listen on ${text}: systemd has passed no socket of that name; there are ${names}`,
  );
}

/**
 * Parses `[NAME=]HOST:PORT`, `[NAME=][V6]:PORT` or `NAME=unix:PATH`: whom a guest may connect to.
 *
 * @throws PolluxError ERR_ADDRESS, which says what is wrong and shows the form.
 */
export function parseConnect(text: string): ConnectSpec {
  const bad = (why: string) =>
    new PolluxError(
      'ERR_ADDRESS',
      `cannot allow the guest to connect to '${text}': ${why}; write [NAME=]HOST:PORT or NAME=unix:PATH, for example db=10.0.0.5:5432, example.org:80 or cache=unix:/run/redis.sock`,
    );
  const { name, address } = splitName(text, bad);
  if (!address.startsWith(UNIX)) {
    const { host, port } = parseAddress(address, 1, bad);
    if (host === '') throw bad('the host is missing');
    return { name, host, port };
  }
  const path = address.slice(UNIX.length);
  if (path === '' || path === '@') throw bad('the path is missing');
  if (name === '') throw bad('a Unix socket needs a name, by which the guest opens it');
  return { name, path };
}

/** An address of TCP alone, with the name before it; '' where there is none. */
export interface NamedAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** Parses `[NAME=]HOST:PORT`, without settings; `bad` makes the error that is thrown. Port 0 is for listeners alone. */
export function parseNamedAddress(text: string, lowest: 0 | 1, bad: Bad): NamedAddress {
  const { name, address } = splitName(text, bad);
  return { name, ...parseAddress(address, lowest, bad) };
}

function parseAddress(address: string, lowest: number, bad: Bad): { host: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(.*)$/.exec(address);
  if (match === null) throw bad(whatIsWrong(address));
  const [, bracketed, plain, digits = ''] = match;
  if (plain !== undefined && digits.includes(':')) throw bad(whatIsWrong(address));
  if (bracketed !== undefined && !/^[\da-fA-F:.]*:[\da-fA-F:.]*(%[\w.-]+)?$/.test(bracketed)) {
    throw bad(`'${bracketed}' is no IPv6 address`);
  }
  if (digits === '') throw bad('the port is missing');
  const port = wholeNumber(digits, lowest, 65535);
  if (port === undefined) throw bad(`port '${digits}' is not in ${lowest} to 65535`);
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
