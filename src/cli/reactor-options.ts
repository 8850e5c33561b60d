// SPDX-License-Identifier: MIT
// The spellings of the options of `pollux run` that say how a guest lives: mode, restarts, limits.

import { parseListen } from '../addresses.ts';
import { type Limits, type Mode, PolluxError, type RestartPolicy } from '../index.ts';

/** Where something is served over TCP; an empty host is every address. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

const MODES: readonly string[] = ['blocking', 'worker', 'jspi', 'inline'] satisfies Mode[];
const RESTARTS: readonly string[] = ['never', 'on-failure', 'always'] satisfies RestartPolicy[];

/** Names as they are typed, and what they limit. */
const LIMITS: Readonly<Record<string, keyof Limits>> = {
  memory: 'memory',
  connections: 'connections',
  descriptors: 'descriptors',
  accepts: 'acceptsPerSecond',
  turn: 'turnMs',
};

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** @throws PolluxError ERR_OPTION. */
export function checkMode(text: string): Mode {
  if (MODES.includes(text)) return text as Mode;
  throw new PolluxError('ERR_OPTION', `unknown mode '${text}'; there are ${MODES.join(', ')}`);
}

/** @throws PolluxError ERR_OPTION. */
export function checkRestart(text: string): RestartPolicy {
  if (RESTARTS.includes(text)) return text as RestartPolicy;
  throw new PolluxError('ERR_OPTION', `cannot restart '${text}'; write ${RESTARTS.join(', ')}`);
}

/** A whole number of at least 1. @throws PolluxError ERR_OPTION. */
export function count(text: string): number {
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value > 0) return value;
  throw new PolluxError('ERR_OPTION', `'${text}' is no number of workers; write 1 or more`);
}

/** `HOST:PORT`. @throws PolluxError ERR_ADDRESS. */
export function metricsAddress(text: string): TcpAddress {
  const { host, port } = parseListen(text) as Partial<TcpAddress>;
  if (host === undefined || port === undefined || /[,=]/.test(text))
    throw new PolluxError(
      'ERR_ADDRESS',
      `--metrics takes HOST:PORT, as 127.0.0.1:9090, not '${text}'`,
    );
  return { host, port };
}

/** Seconds, with a fraction if need be; at most a day. @throws PolluxError ERR_OPTION. */
export function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 86_400) return value;
  throw new PolluxError('ERR_OPTION', `'${text}' is no time in seconds; write 0 to 86400, as 2.5`);
}

/** Adds `NAME=N` to the limits. @throws PolluxError ERR_OPTION. */
export function addLimit(text: string, previous: Limits = {}): Limits {
  const [, name = '', digits = '', unit = ''] = /^([^=]*)=(\d{1,12})([KMG]?)$/.exec(text) ?? [];
  const limit = LIMITS[name];
  if (limit === undefined || (unit !== '' && limit !== 'memory')) {
    throw new PolluxError(
      'ERR_OPTION',
      `cannot limit '${text}'; write NAME=N with ${Object.keys(LIMITS).join(', ')}, for example memory=64M or connections=1000`,
    );
  }
  return { ...previous, [limit]: Number(digits) * (UNITS[unit] ?? 1) };
}
