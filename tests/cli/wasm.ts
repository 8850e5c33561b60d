// SPDX-License-Identifier: MIT
// Writes tiny modules byte by byte, for guests that no compiler would make: wrong imports, no start,
// an endless loop. Section and opcode numbers: WebAssembly core specification, "Binary Format".

import {
  exported,
  FUNC,
  imported,
  leb,
  MEMORY,
  MODULE,
  section,
  signed,
  sized,
  vector,
} from '../support/wasm.ts';

const I32 = 0x7f;

/** What a module has. Functions take no parameters but those imported. */
export interface Shape {
  /** `module.name`, with the number of i32 parameters; all answer an i32. */
  readonly imports?: readonly (readonly [module: string, name: string, parameters: number])[];
  /** Code of the exported function, without the final `end`. */
  readonly code?: readonly number[];
  /** Its export name; '' exports no function. */
  readonly start?: string;
  readonly memory?: boolean;
}

/** Opcodes that the tests use. */
export const op = {
  unreachable: [0x00],
  loopForever: [0x03, 0x40, 0x0c, 0x00, 0x0b],
  drop: [0x1a],
  i32: (value: number) => [0x41, ...signed(value)],
  call: (index: number) => [0x10, ...leb(index)],
  /** The i32 at a constant address, and its change to what `value` leaves on the stack. */
  load: (address: number) => [0x41, ...signed(address), 0x28, 2, 0],
  store: (address: number, value: readonly number[]) => [
    ...[0x41, ...signed(address)],
    ...value,
    ...[0x36, 2, 0],
  ],
} as const;

/** A guest that prints what `NAME_get` gives it: its arguments or its environment, each with a NUL. */
export function printer(name: 'args' | 'environ'): Uint8Array {
  const p1 = 'wasi_snapshot_preview1';
  const call = (index: number, ...values: number[]) => [
    ...values.flatMap((value) => op.i32(value)),
    ...op.call(index),
    ...op.drop,
  ];
  const [count, size, iovec, written, list, text] = [0, 4, 8, 16, 64, 4096];
  return wasm({
    imports: [
      [p1, `${name}_sizes_get`, 2],
      [p1, `${name}_get`, 2],
      [p1, 'fd_write', 4],
    ],
    code: [
      ...call(0, count, size),
      ...call(1, list, text),
      ...op.store(iovec, op.i32(text)),
      ...op.store(iovec + 4, op.load(size)),
      ...call(2, 1, iovec, 1, written),
    ],
  });
}

/** The module's bytes. */
export function wasm({
  imports = [],
  code = [],
  start = '_start',
  memory = true,
}: Shape): Uint8Array {
  const types = [
    [0x60, 0, 0],
    ...imports.map(([, , count]) => [0x60, ...vector(Array(count).fill([I32])), 1, I32]),
  ];
  const exports = [
    ...(memory ? [exported('memory', MEMORY, 0)] : []),
    ...(start === '' ? [] : [exported(start, FUNC, imports.length)]),
  ];
  const body = [0, ...code, 0x0b];
  return Uint8Array.from([
    ...MODULE,
    ...section(1, vector(types)),
    ...section(
      2,
      vector(imports.map(([module, name], i) => imported(module, name, FUNC, leb(i + 1)))),
    ),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, 1]])),
    ...section(7, vector(exports)),
    ...section(10, vector([sized(body)])),
  ]);
}
