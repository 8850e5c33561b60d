// SPDX-License-Identifier: MIT
// The package @wasmer/wasi as the base. Its files and streams live in its own memory, where nobody
// could see them, so the host serves both itself.

import { readFileSync } from 'node:fs';
import { type BaseOptions, type BaseWasi, PLAIN_FUNCTIONS, type WasiFunction } from '../base.ts';
import { WASI_MODULE } from '../module.ts';
import { doesNotWork, requireOptional, resolveOptional } from './optional.ts';

const PACKAGE = '@wasmer/wasi';
const INSTALL = `run 'npm install ${PACKAGE}@1'`;

interface Wasmer {
  initSync(module: WebAssembly.Module): void;
  readonly WASI: new (config: {
    args: readonly string[];
    env: object;
  }) => {
    getImports(module: WebAssembly.Module): Record<string, Record<string, WasiFunction>>;
    instantiate(instance: WebAssembly.Instance): void;
  };
}

let ready: Wasmer | undefined;

/**
 * Makes @wasmer/wasi the base.
 *
 * @throws PolluxError ERR_BASE_WASI where the package is missing or cannot be used.
 */
export function wasmerBase({ args, env }: BaseOptions): BaseWasi {
  const { WASI } = load();
  try {
    const wasi = new WASI({ args, env });
    const probe = new WebAssembly.Module(stubModule(PLAIN_FUNCTIONS));
    const imports = wasi.getImports(probe);
    return {
      functions: imports[WASI_MODULE] ?? {},
      stdio: false,
      attach: (memory) =>
        wasi.instantiate(new WebAssembly.Instance(probe, { ...imports, env: { memory } })),
    };
  } catch (cause) {
    throw doesNotWork('wasmer', cause);
  }
}

/**
 * The package, with its own module running. Its `init` is asynchronous; the module is in its file as
 * base64, from where `initSync` takes it.
 */
function load(): Wasmer {
  if (ready !== undefined) return ready;
  const file = resolveOptional('wasmer', PACKAGE, INSTALL);
  const wasmer = requireOptional('wasmer', PACKAGE, INSTALL) as Wasmer;
  const text = /data:application\/wasm;base64,([\w+/=]+)/.exec(readFileSync(file, 'utf8'))?.[1];
  if (text === undefined) {
    throw doesNotWork('wasmer', `there is no module in ${file}; ${INSTALL}`);
  }
  try {
    wasmer.initSync(new WebAssembly.Module(Buffer.from(text, 'base64')));
  } catch (cause) {
    throw doesNotWork('wasmer', cause);
  }
  ready = wasmer;
  return wasmer;
}

/**
 * A module without code that imports these functions, and a memory which it exports again. The
 * package takes the names of functions from a module and the memory from an instance; the guest's own
 * are not there yet when its imports must be.
 */
function stubModule(functions: readonly string[]): Uint8Array<ArrayBuffer> {
  const text = (value: string) => [value.length, ...Buffer.from(value)];
  const section = (id: number, ...content: number[]) => [
    ...[id, (content.length & 127) | 128, content.length >> 7],
    ...content,
  ];
  const [I32, FUNCTION, MEMORY] = [0x7f, 0x60, 2];
  const imports = [
    // All of them take two numbers but the one that takes none.
    ...functions.map((name) => [
      ...[...text(WASI_MODULE), ...text(name)],
      ...[0, name === 'sched_yield' ? 1 : 0],
    ]),
    [...text('env'), ...text('memory'), MEMORY, 0, 0],
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 2, FUNCTION, 2, I32, I32, 1, I32, FUNCTION, 0, 1, I32),
    ...section(2, imports.length, ...imports.flat()),
    ...section(7, 1, ...text('memory'), MEMORY, 0),
  ]);
}
