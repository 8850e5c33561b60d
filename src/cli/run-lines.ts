// SPDX-License-Identifier: MIT
// The command lines that run a component, as a shell takes them.

import { needsNames, type Settings } from '../componentize/settings.ts';
import type { WasiVersion } from '../componentize/template.ts';

/** Where a component without an address of its own is shown to listen. */
const EXAMPLE = 'LISTEN=127.0.0.1:6666';

/** A component, as far as it matters to run it. */
export interface Runnable {
  readonly file: string;
  readonly wasi: WasiVersion;
  /** The addresses built in. */
  readonly settings: Settings;
  /** Whether the guest can accept connections at all. */
  readonly accepts: boolean;
}

/** A word as a POSIX shell takes it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Lines that tell how to run it, on each runtime that can. */
export function runLines({ file, wasi, settings, accepts }: Runnable): string[] {
  const { listen, connect } = settings;
  const path = quote(file.startsWith('-') ? `./${file}` : file);
  const isOpen = accepts && listen.length === 0;
  const flags = [
    ...(accepts || listen.length + connect.length > 0 ? ['-S inherit-network'] : []),
    ...(needsNames(settings) ? ['-S allow-ip-name-lookup'] : []),
  ];
  const wasmtime = (...more: readonly string[]) => {
    const words = [...flags, ...more, ...(isOpen ? [`--env ${EXAMPLE}`] : []), path];
    return `  wasmtime run ${words.join(' ')}`;
  };
  if (wasi === '0.3') return ['Run it with current Wasmtime:', wasmtime()];
  return [
    'Run it with Wasmtime 46 or later:',
    wasmtime(),
    'with Wasmtime 36:',
    wasmtime('-S cli-exit-with-code'),
    'with Node:',
    `  ${isOpen ? `${EXAMPLE} ` : ''}npx @bytecodealliance/jco run ${path}`,
  ];
}
