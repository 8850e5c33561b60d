// SPDX-License-Identifier: MIT
// The spellings of the options of `pollux compare`, each checked with the remedy.

import { FOREIGN, RUNTIMES, type RuntimeName } from '../compare/names.ts';
import { backends, PolluxError } from '../index.ts';

const MOST_CONNECTIONS = 100_000;
const MOST_BYTES = 1 << 20;

function wrong(message: string): PolluxError {
  return new PolluxError('ERR_OPTION', message);
}

/** `0,100,1000`, ascending and once each. @throws PolluxError ERR_OPTION. */
export function counts(text: string): readonly number[] {
  const words = text.split(',');
  if (!words.every((word) => /^\d{1,6}$/.test(word) && Number(word) <= MOST_CONNECTIONS))
    throw wrong(
      `'${text}' is no list of connections; write whole numbers up to ${MOST_CONNECTIONS}, as 0,100,1000`,
    );
  return [...new Set(words.map(Number))].sort((a, b) => a - b);
}

/** The same without 0: nobody else sends. @throws PolluxError ERR_OPTION. */
export function activeCounts(text: string): readonly number[] {
  const list = counts(text);
  if (list[0] === 0)
    throw wrong('with 0 active connections there is nothing to measure; write 1 or more');
  return list;
}

/** @throws PolluxError ERR_OPTION. */
export function messageSize(text: string): number {
  if (/^\d{1,7}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_BYTES)
    return Number(text);
  throw wrong(`'${text}' is no size of a message; write 1 to ${MOST_BYTES} bytes`);
}

/** `2s`, `500ms` or plain seconds, as seconds. @throws PolluxError ERR_OPTION. */
export function duration(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text) ?? [];
  const value = Number(number) / (unit === 'ms' ? 1000 : 1);
  if (number !== '' && value >= 0.05 && value <= 60) return value;
  throw wrong(`'${text}' is no duration of a window; write 50ms to 60s, as 2s or 500ms`);
}

/** @throws PolluxError ERR_OPTION. */
export function repetitions(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1) return Number(text);
  throw wrong(`'${text}' is no number of repetitions; write 1 to 999`);
}

/** @throws PolluxError ERR_BACKEND_UNKNOWN. */
export function backendNames(text: string): readonly string[] {
  const known = backends().map(({ name }) => name);
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return [...new Set(names)];
  throw new PolluxError(
    'ERR_BACKEND_UNKNOWN',
    `unknown backend '${unknown}'; there are ${known.join(', ')}`,
  );
}

/** @throws PolluxError ERR_OPTION. */
export function runtimeNames(text: string): readonly RuntimeName[] {
  const names = text.split(',');
  const unknown = names.find((name) => !RUNTIMES.includes(name as RuntimeName));
  if (unknown === undefined) return [...new Set(names as RuntimeName[])];
  throw wrong(`unknown runtime '${unknown}'; there are ${RUNTIMES.join(', ')}`);
}

/** Adds `NAME=FILE`. @throws PolluxError ERR_OPTION. */
export function runtimePath(
  text: string,
  previous: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  if (!FOREIGN.includes(name) || at === text.length - 1)
    throw wrong(
      `'${text}' is no runtime's program; write NAME=FILE with ${FOREIGN.join(', ')} (node is the one that runs pollux)`,
    );
  return new Map([...previous, [name, text.slice(at + 1)]]);
}
