// SPDX-License-Identifier: MIT
// The behaviours: guests/GROUP/NAME.ts with guests/GROUP/NAME.json beside it. `load()` reads them all and
// refuses one that is not whole; README.md describes the fields.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from './script.mjs';

export const suite = fileURLToPath(new URL('..', import.meta.url));
export const guests = join(suite, 'guests');

/** Groups in the order in which they are shown. */
export const GROUPS = [
  'poll',
  'clock',
  'badfd',
  'listener',
  'conn',
  'hangup',
  'accept',
  'recv',
  'send',
  'shutdown',
  'fd',
  'memory',
  'stdin',
  'stdout',
  'file',
  'mixed',
  'process',
];

const FIELDS = {
  behaviour: 'string',
  level: 'string',
  spec: 'object',
  listeners: 'number',
  stdin: 'string',
  stdout: 'string',
  dirs: 'boolean',
  args: 'object',
  env: 'object',
  script: 'object',
  exit: 'number',
  mayTrap: 'boolean',
  prints: 'string',
};
/** What standard input may be. A script with `go` or `stdin …` lines needs a pipe. */
export const STDIN = ['null', 'pipe', 'ended pipe', 'tty', 'file', 'closed'];
export const STDOUT = ['pipe', 'file', 'null'];

/**
 * @typedef {object} Behaviour
 * @property {string} id GROUP/NAME
 * @property {string} group
 * @property {string} source the guest
 * @property {string} behaviour what must happen, in one sentence
 * @property {'must' | 'should'} level
 * @property {string[]} spec keys of spec.json
 * @property {number} listeners
 * @property {string} stdin one of {@link STDIN}
 * @property {string} stdout one of {@link STDOUT}
 * @property {boolean} dirs whether /data is given
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {import('./script.mjs').Step[]} script
 * @property {number} exit
 * @property {boolean} mayTrap a trap is as good as success
 * @property {string | undefined} prints all of standard output, where it matters
 */

/** The lines and documents that behaviours rest on. */
export const spec = JSON.parse(readFileSync(join(suite, 'spec.json'), 'utf8'));

/** @param {string} group @param {string} name @returns {Behaviour} */
function read(group, name) {
  const id = `${group}/${name}`;
  const fail = (/** @type {string} */ why) => {
    throw new Error(`tests/conformance/guests/${id}.json: ${why}`);
  };
  const source = join(guests, group, `${name}.ts`);
  const path = join(guests, group, `${name}.json`);
  if (!existsSync(path)) fail('it is missing, and the guest is there');
  if (!existsSync(source)) fail('there is no guest beside it');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  for (const [key, value] of Object.entries(json)) {
    const type = FIELDS[/** @type {keyof typeof FIELDS} */ (key)];
    if (type === undefined) fail(`there is no field '${key}'`);
    if (typeof value !== type) fail(`'${key}' is no ${type}`);
  }
  if (!/^[A-Z`].*\.$/.test(json.behaviour ?? '')) fail("'behaviour' is one sentence");
  if (json.level !== 'must' && json.level !== 'should') fail("'level' is must or should");
  if (!json.spec?.length) fail("'spec' names what the behaviour rests on");
  for (const key of json.spec) if (!(key in spec.lines)) fail(`spec.json has no '${key}'`);
  const script = (json.script ?? []).map((/** @type {string} */ line) => parse(line));
  const needsPipe = script.some((/** @type {{ verb: string }} */ { verb }) =>
    ['go', 'stdin sends', 'stdin ends'].includes(verb),
  );
  const stdin = json.stdin ?? (needsPipe ? 'pipe' : 'null');
  if (!STDIN.includes(stdin)) fail(`'stdin' is one of ${STDIN.join(', ')}`);
  const stdout = json.stdout ?? 'pipe';
  if (!STDOUT.includes(stdout)) fail(`'stdout' is one of ${STDOUT.join(', ')}`);
  const defaults = { listeners: 0, dirs: false, args: [], env: {}, exit: 0, mayTrap: false };
  return { ...defaults, prints: undefined, ...json, id, group, source, script, stdin, stdout };
}

/**
 * All behaviours, by group, then by name.
 *
 * @returns {Behaviour[]}
 */
export function load() {
  const folders = readdirSync(guests, { withFileTypes: true }).filter((one) => one.isDirectory());
  for (const { name } of folders)
    if (!GROUPS.includes(name)) throw new Error(`tests/conformance/guests/${name} is no group`);
  return GROUPS.flatMap((group) => {
    if (!existsSync(join(guests, group))) return [];
    const names = readdirSync(join(guests, group)).map(
      (file) => basename(file).split('.')[0] ?? '',
    );
    return [...new Set(names)].sort().map((name) => read(group, name));
  });
}
