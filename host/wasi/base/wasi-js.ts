// SPDX-License-Identifier: MIT
// The package wasi-js as the base. Its standard streams are terminals whatever they are, so the host
// serves those itself.

import type { BaseOptions, BaseWasi, WasiFunction } from '../base.ts';
import { doesNotWork, requireOptional } from './optional.ts';

const INSTALL = "run 'npm install --ignore-scripts wasi-js@1' (its install script wants pnpm)";

interface WasiJs {
  readonly wasiImport: Record<string, WasiFunction>;
  setMemory(memory: WebAssembly.Memory): void;
}

/**
 * Makes wasi-js the base. It is given no directory, and nothing of the file system.
 *
 * @throws PolluxError ERR_BASE_WASI where the package is missing or cannot be used.
 */
export function wasiJsBase({ args, env }: BaseOptions): BaseWasi {
  const load = (id: string) =>
    (requireOptional('wasi-js', id, INSTALL) as { default: unknown }).default;
  const WASI = load('wasi-js') as new (config: object) => WasiJs;
  const bindings = load('wasi-js/dist/bindings/node') as object;
  let wasi: WasiJs;
  try {
    wasi = new WASI({ args, env, preopens: {}, bindings });
  } catch (cause) {
    throw doesNotWork('wasi-js', cause);
  }
  return {
    functions: wasi.wasiImport,
    stdio: false,
    attach: (memory) => wasi.setMemory(memory),
  };
}
