// SPDX-License-Identifier: MIT
// The addresses that are built into a component: parsed, and written as the module in which the adapter looks for them
// before it looks into the environment.

import { isIP, isIPv6 } from 'node:net';
import { checkPeers, isHost, PolluxError, showAddress } from '../../host/index.ts';
import { type Bad, type NamedAddress, parseNamedAddress } from '../addresses.ts';
import { SECTION } from '../wasm/sections.ts';
import * as write from '../wasm/writer.ts';

/** What is built in, parsed. */
export interface Settings {
  readonly listen: readonly NamedAddress[];
  readonly connect: readonly NamedAddress[];
}

/** Whether the component must look up names of hosts, which Wasmtime grants by a flag of its own. */
export function needsNames({ listen, connect }: Settings): boolean {
  return [...listen, ...connect].some(({ host }) => host !== '' && isIP(host) === 0);
}

const OPEN_ALREADY = 'a component gets no socket that is open already (pollux run passes them on)';

/** What `pollux run` has and a component has not, by how the address begins. */
const ELSEWHERE: readonly (readonly [begins: RegExp, why: string])[] = [
  [/^unix:/, 'WASI has no Unix sockets (pollux run has them)'],
  [/^fd:/, OPEN_ALREADY],
  [/^systemd(:|$)/, OPEN_ALREADY],
  [/^internal:/, 'a component listens by itself, and no program hands connections to it'],
];

function parse(text: string, lowest: 0 | 1, bad: Bad): NamedAddress {
  const address = text.replace(/^[\w.-]+=/, '');
  const why = ELSEWHERE.find(([begins]) => begins.test(address))?.[1];
  if (why !== undefined) throw bad(why);
  if (text.includes(',')) {
    throw bad(
      'it must be one address without settings; give each by itself, and leave backlog and sharing of ports to the host',
    );
  }
  const parsed = parseNamedAddress(text, lowest, bad);
  if (parsed.host.includes('%')) throw bad('WASI has no names of network interfaces');
  if (parsed.host.includes(':') && !isIPv6(parsed.host)) {
    throw bad(`'${parsed.host}' is no IPv6 address`);
  }
  if (!isHost(parsed.host)) throw bad('there can be no such host');
  return parsed;
}

function parseListen(text: string): NamedAddress {
  return parse(text, 0, (why) => {
    return new PolluxError(
      'ERR_ADDRESS',
      `a component cannot listen on '${text}': ${why}; write [NAME=]HOST:PORT, for example 127.0.0.1:6666, :8080 or web=[::1]:8080`,
    );
  });
}

function parseConnect(text: string): NamedAddress {
  const bad: Bad = (why) =>
    new PolluxError(
      'ERR_ADDRESS',
      `a component cannot connect to '${text}': ${why}; write [NAME=]HOST:PORT, for example db=10.0.0.5:5432 or example.org:80`,
    );
  const parsed = parse(text, 1, bad);
  if (parsed.host === '') throw bad('the host is missing');
  return parsed;
}

/**
 * Parses what --listen and --connect spell.
 *
 * @throws PolluxError ERR_ADDRESS, which says what is wrong and shows the form.
 */
export function parseSettings(listen: readonly string[], connect: readonly string[]): Settings {
  const settings = { listen: listen.map(parseListen), connect: connect.map(parseConnect) };
  checkPeers(settings.connect);
  return settings;
}

/** Where the adapter finds the settings in its memory, and the bytes of text that it has room for. */
export const SETTINGS_ADDRESS = 16;
export const MOST_TEXT = 8000;

const spell = (addresses: readonly NamedAddress[]) =>
  addresses
    .map(({ name, host, port }) => `${name && `${name}=`}${showAddress(host, port)}`)
    .join(',');

/**
 * The core module that puts the settings into the adapter's memory when it is instantiated: one data segment, a u32
 * of the text's length, then the text: entries `LISTEN=…` and `CONNECT=…`, each ended by a NUL.
 *
 * @throws PolluxError ERR_COMPONENTIZE: the text is too long.
 */
export function settingsModule({ listen, connect }: Settings): Uint8Array {
  const entries = Object.entries({ LISTEN: spell(listen), CONNECT: spell(connect) });
  const text = new TextEncoder().encode(
    entries.map(([key, value]) => (value === '' ? '' : `${key}=${value}\0`)).join(''),
  );
  if (text.length > MOST_TEXT) {
    throw new PolluxError(
      'ERR_COMPONENTIZE',
      `the addresses take ${text.length} bytes, and a component has room for ${MOST_TEXT}; build in fewer, or give them at run time in LISTEN and CONNECT`,
    );
  }
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  const memory = [write.text('state'), write.text('memory'), Uint8Array.of(2, 0, 1)];
  // An active segment of memory 0 at i32.const SETTINGS_ADDRESS.
  const segment = [Uint8Array.of(0, 0x41, SETTINGS_ADDRESS, 0x0b), ...write.sized(length, text)];
  return write.concat([
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    ...write.section(SECTION.import, write.number(1), ...memory),
    ...write.section(SECTION.data, write.number(1), ...segment),
  ]);
}
