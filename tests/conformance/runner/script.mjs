// SPDX-License-Identifier: MIT
// The script beside a guest: what the world outside does, line by line. `parse` reads a line, `play`
// does it. A line is done when its effect has reached the kernel, so that `go` tells the guest so.

import { Client } from './client.mjs';

/**
 * @typedef {object} Step
 * @property {string} line as it stands in the JSON
 * @property {string} verb
 * @property {string[]} clients
 * @property {string} text
 * @property {number} number
 */

const GRAMMAR = /** @type {const} */ ([
  // A byte to the guest's standard input.
  ['go', /^go$/],
  ['guest says', /^guest says (?<text>.+)$/],
  ['stdin sends', /^stdin sends (?<text>".*")$/],
  ['stdin ends', /^stdin ends$/],
  ['wait', /^wait (?<number>\d+) ms$/],
  ['connects', /^(?<clients>\S+) connects?(?: to (?<number>\d+))?$/],
  ['is refused', /^(?<clients>\S+) is refused$/],
  ['sends', /^(?<clients>\S+) sends? (?<text>".*")$/],
  ['sends bytes', /^(?<clients>\S+) sends? (?<number>\d+) bytes$/],
  ['receives', /^(?<clients>\S+) receives? (?<text>".*")$/],
  ['receives bytes', /^(?<clients>\S+) receives? (?<number>\d+) bytes$/],
  ['ends', /^(?<clients>\S+) ends?$/],
  ['closes', /^(?<clients>\S+) closes?$/],
  ['resets', /^(?<clients>\S+) resets?$/],
  ['drains', /^(?<clients>\S+) drains?$/],
  ['sees end', /^(?<clients>\S+) sees? the end$/],
  ['sees reset', /^(?<clients>\S+) sees? a reset$/],
  ['is gone', /^(?<clients>\S+) (?:is|are) gone$/],
]);

/** `c1..c3` is c1, c2, c3. @param {string} names */
function expand(names) {
  return names.split(',').flatMap((name) => {
    const range = /^([a-z]+)(\d+)\.\.\1(\d+)$/.exec(name);
    if (range === null) return [name];
    const [, letters, from, to] = range;
    const count = Number(to) - Number(from) + 1;
    return Array.from({ length: count }, (_, i) => `${letters}${Number(from) + i}`);
  });
}

/**
 * @param {string} line
 * @returns {Step}
 */
export function parse(line) {
  for (const [verb, pattern] of GRAMMAR) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const { clients = '', text = '', number = '0' } = match.groups ?? {};
    return {
      line,
      verb,
      clients: clients === '' ? [] : expand(clients),
      text: text.startsWith('"') ? JSON.parse(text) : text,
      number: Number(number),
    };
  }
  throw new Error(`a script has no line like '${line}'`);
}

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Bytes of which a wrong, lost or doubled one is noticed: a prime period, so that it never fits a buffer.
 *
 * @param {number} length
 */
export function pattern(length) {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = i % 251;
  return bytes;
}

/**
 * Plays a script. Rejects at the first line that does not come true.
 *
 * @param {Step[]} steps
 * @param {object} stage
 * @param {number[]} stage.ports of the listeners
 * @param {import('node:stream').Writable | null} stage.stdin
 * @param {(line: string) => Promise<void>} stage.says resolves once the guest has said this line
 * @param {Map<string, Client>} stage.clients
 */
export async function play(steps, stage) {
  for (const step of steps) {
    try {
      if (step.clients.length === 0) await direct(step, stage);
      else await Promise.all(step.clients.map((name) => act(name, step, stage)));
    } catch (error) {
      throw new Error(`'${step.line}': ${/** @type {Error} */ (error).message}`);
    }
  }
}

/** @param {Step} step @param {Parameters<typeof play>[1]} stage */
async function direct({ verb, text, number }, { stdin, says }) {
  if (verb === 'wait') return sleep(number);
  if (verb === 'guest says') return says(text);
  if (stdin === null) throw new Error('there is no standard input');
  if (verb === 'stdin ends') return void stdin.end();
  const data = verb === 'go' ? '.' : text;
  return new Promise((resolve, reject) => {
    stdin.write(data, (error) => (error ? reject(error) : resolve(undefined)));
  });
}

/** @param {string} name @param {Step} step @param {Parameters<typeof play>[1]} stage */
async function act(name, { verb, text, number }, { clients, ports }) {
  if (verb === 'connects') {
    clients.set(name, await Client.connect(ports[number] ?? 0));
    return;
  }
  if (verb === 'is refused') return Client.isRefused(ports[0] ?? 0);
  const client = clients.get(name);
  if (client === undefined) throw new Error(`${name} has not connected`);
  switch (verb) {
    case 'sends':
      return client.send(Buffer.from(text));
    case 'sends bytes':
      return client.send(pattern(number));
    case 'receives':
      return client.receives(Buffer.from(text));
    case 'receives bytes':
      return client.receives(pattern(number));
    case 'ends':
      return client.end();
    case 'closes':
      return client.close();
    case 'resets':
      return client.reset();
    case 'drains':
      return client.drain();
    case 'sees end':
      return client.seesEnd();
    case 'sees reset':
      return client.seesReset();
    default:
      return client.isGone();
  }
}
