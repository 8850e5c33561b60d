// SPDX-License-Identifier: MIT
// Wasmtime's `-S KEY[=VALUE],...`, so that its command lines run unchanged. A key is accepted where pollux
// does what it says, and refused where it does not: no option is passed over in silence.

import { parseListeners } from '../addresses.ts';
import { type ListenSpec, PolluxError } from '../index.ts';

/** What such an option asks for. */
export interface WasmtimeSettings {
  readonly listen: readonly ListenSpec[];
  /** The guest gets all of our environment. */
  readonly inheritEnv: boolean;
}

/** Keys that are on or off. Which of the two pollux is, and why it can't be the other. */
const FIXED: Readonly<Record<string, readonly [is: boolean, why: string]>> = {
  cli: [true, 'a guest always has it'],
  common: [true, 'a guest always has it'],
  preview2: [false, 'pollux runs preview 1 modules, and they have preview 1 sockets'],
  p3: [false, 'pollux runs preview 1 modules'],
  threads: [false, 'pollux has no wasi-threads'],
  nn: [false, 'pollux has no wasi-nn'],
  http: [false, 'pollux has no wasi-http'],
  config: [false, 'pollux has no wasi-config'],
  keyvalue: [false, 'pollux has no wasi-keyvalue'],
  tls: [false, 'pollux has no wasi-tls'],
  'inherit-network': [false, 'a guest connects to what --connect names and nothing else'],
  'allow-ip-name-lookup': [false, 'the names of --connect are looked up for the guest'],
  tcp: [false, 'it is for components; sockets come by --listen and --connect'],
  udp: [false, 'it is for components; pollux has no UDP'],
};

const YES = ['', 'y', 'yes', 'true'];
const NO = ['n', 'no', 'false'];

/**
 * Parses the value of one -S.
 *
 * @throws PolluxError ERR_OPTION for a key or value that pollux does not know or can't do; those of
 *   `parseListeners`.
 */
export function parseWasmtime(text: string): WasmtimeSettings {
  const listen: ListenSpec[] = [];
  let inheritEnv = false;
  for (const item of text.split(',')) {
    const [key = '', value = ''] = item.split(/=(.*)/s);
    if (key === 'tcplisten') {
      listen.push(...parseListeners(value));
    } else if (key === 'listenfd') {
      if (isOn(item, value)) listen.push(...parseListeners('systemd'));
    } else if (key === 'inherit-env') {
      inheritEnv = isOn(item, value);
    } else {
      checkFixed(key, item, value);
    }
  }
  return { listen, inheritEnv };
}

function isOn(item: string, value: string): boolean {
  if (YES.includes(value)) return true;
  if (NO.includes(value)) return false;
  throw bad(item, 'it is on or off: y or n');
}

function checkFixed(key: string, item: string, value: string): void {
  const known = Object.hasOwn(FIXED, key) ? FIXED[key] : undefined;
  if (known === undefined) {
    const keys = ['tcplisten', 'listenfd', 'inherit-env', 'preview2=n'].join(', ');
    throw bad(item, `pollux does not know it; of Wasmtime's -S it takes ${keys}`);
  }
  const [is, why] = known;
  if (isOn(item, value) !== is) throw bad(item, `${why}; leave it out`);
}

function bad(item: string, why: string): PolluxError {
  return new PolluxError('ERR_OPTION', `cannot take -S ${item}: ${why}`);
}
