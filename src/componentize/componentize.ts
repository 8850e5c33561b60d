// SPDX-License-Identifier: MIT
// A preview 1 command becomes a component: the module is spliced, byte for byte, into a template that implements
// preview 1, with its sockets, over a newer WASI.

import { PolluxError } from '../../host/index.ts';
import { checkGuest } from './check.ts';
import { type Guest, readGuest } from './guest.ts';
import { withoutDuplicates } from './imports.ts';
import { parseSettings, type Settings, settingsModule } from './settings.ts';
import { checkWasiVersion, loadTemplate, splice, type WasiVersion } from './template.ts';

/** What a component is to be. */
export interface ComponentizeOptions {
  /** The WASI that it imports: '0.2', the default, for Wasmtime 36 and later and for jco; '0.3' for current Wasmtime. */
  readonly wasi?: WasiVersion;
  /**
   * Where it listens, each as `[NAME=]HOST:PORT`, `[NAME=][V6]:PORT` or `[NAME=]:PORT`; they are the guest's descriptors
   * from 3 up. The variable LISTEN of the component's environment goes before them.
   */
  readonly listen?: readonly string[];
  /**
   * Whom it may connect to, each as `[NAME=]HOST:PORT`: the guest opens `/dev/tcp/NAME`, or `/dev/tcp/HOST/PORT` where
   * there is no name. The variable CONNECT goes before them.
   */
  readonly connect?: readonly string[];
}

/**
 * Makes a component of a core module: a WASI command for preview 1, whose sockets then work where preview 1 has none
 * any more (Wasmtime 47 and later). The module's bytes stay as they are, but for the import section of one that
 * imports a function more than once. Nothing is installed, run or fetched.
 *
 * @param bytes the module, as `readFileSync` answers it
 * @returns the component, to be written into a file and run by `wasmtime run -S inherit-network` or jco
 * @throws PolluxError
 *   - ERR_MODULE_INVALID: the bytes are no WebAssembly module, or not all of one
 *   - ERR_MODULE_COMPONENT: they are a component already
 *   - ERR_MODULE_IMPORTS: it imports what is no function of preview 1, or one by a wrong type; each is named
 *   - ERR_MODULE_MEMORY: its memory is imported, shared or of 64 bits, or not exported as `memory`
 *   - ERR_MODULE_NO_START: it has no `_start`, or one with parameters or results
 *   - ERR_COMPONENTIZE: its start section would call WASI; it imports one function more than eight times; the addresses
 *     take more than 8,000 bytes; the package lacks the template
 *   - ERR_ADDRESS: an address has not the form of one, or is of a kind that components can't have
 *   - ERR_OPTION: there is no such version of WASI
 */
export function componentize(bytes: Uint8Array, options: ComponentizeOptions = {}): Uint8Array {
  return makeComponent('the guest', bytes, checkOptions(options)).component;
}

/** The options, checked. */
export interface Target {
  readonly wasi: WasiVersion;
  readonly settings: Settings;
}

/** @throws PolluxError ERR_OPTION, ERR_ADDRESS. */
export function checkOptions({
  wasi = '0.2',
  listen = [],
  connect = [],
}: Omit<ComponentizeOptions, 'wasi'> & { readonly wasi?: string }): Target {
  return { wasi: checkWasiVersion(wasi), settings: parseSettings(listen, connect) };
}

/** As {@link componentize}; `name` is what messages call the bytes. The guest is told too. */
export function makeComponent(
  name: string,
  bytes: Uint8Array,
  { wasi, settings }: Target,
): { component: Uint8Array; guest: Guest } {
  if (!(bytes instanceof Uint8Array)) {
    throw new PolluxError(
      'ERR_OPTION',
      'componentize takes the bytes of a module in a Uint8Array, as readFileSync answers them',
    );
  }
  const built = settingsModule(settings);
  const guest = readGuest(name, bytes);
  checkGuest(guest);
  return { component: splice(loadTemplate(wasi), withoutDuplicates(guest), built), guest };
}
