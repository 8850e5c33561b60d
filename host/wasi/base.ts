// SPDX-License-Identifier: MIT
// The base WASI beneath ours: it serves arguments, environment and random numbers, and where it can do
// so exactly, the standard streams. Files, sockets, readiness, clocks and the end of the process never
// reach it (RATIONALE.md says why for each).

import { PolluxError } from '../errors.ts';
import { nodeBase } from './base/node.ts';
import { wasiJsBase } from './base/wasi-js.ts';
import { wasmerBase } from './base/wasmer.ts';
import { Errno } from './errno.ts';
import { GuestMemory } from './memory.ts';

/** A preview 1 function as it is imported: i32 as number, i64 as bigint; answers an errno. */
export type WasiFunction = (...args: (number | bigint)[]) => number;

/** A base WASI, ready to be called once `attach` was. */
export interface BaseWasi {
  /** By preview 1 name; what is not here is not this base's to serve. */
  readonly functions: Readonly<Record<string, WasiFunction>>;
  /** Whether fd_* of 0, 1 and 2 are among the functions; else the host serves them itself. */
  readonly stdio: boolean;
  attach(memory: WebAssembly.Memory): void;
}

/** What a base is made from. */
export interface BaseOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const BASES: Readonly<Record<string, (options: BaseOptions) => BaseWasi>> = {
  node: nodeBase,
  'wasi-js': wasiJsBase,
  wasmer: wasmerBase,
};

/** The names that `--wasi` takes; the first is the default. */
export const BASE_NAMES: readonly string[] = Object.keys(BASES);

/** Functions of a base that need no descriptor. */
export const PLAIN_FUNCTIONS = [
  'args_get',
  'args_sizes_get',
  'environ_get',
  'environ_sizes_get',
  'random_get',
  'sched_yield',
] as const;

/** Functions of a base on the standard streams. */
export const STREAM_FUNCTIONS = [
  'fd_advise',
  'fd_allocate',
  'fd_close',
  'fd_datasync',
  'fd_fdstat_get',
  'fd_fdstat_set_flags',
  'fd_fdstat_set_rights',
  'fd_filestat_get',
  'fd_filestat_set_size',
  'fd_filestat_set_times',
  'fd_pread',
  'fd_pwrite',
  'fd_read',
  'fd_seek',
  'fd_sync',
  'fd_tell',
  'fd_write',
] as const;

/**
 * Makes the base `name`.
 *
 * @throws PolluxError ERR_OPTION: no base has that name; ERR_BASE_WASI: its package is missing or does
 *   not work.
 */
export function makeBase(name: string, options: BaseOptions): BaseWasi {
  checkName(name);
  const base = (BASES[name] as (options: BaseOptions) => BaseWasi)(options);
  const names = base.stdio ? [...PLAIN_FUNCTIONS, ...STREAM_FUNCTIONS] : PLAIN_FUNCTIONS;
  const memory = new GuestMemory();
  const ranges = writtenBy(options);
  const functions: Record<string, WasiFunction> = {};
  for (const name of names) {
    const call = base.functions[name];
    if (call === undefined) continue;
    functions[name] = (...args) => {
      // WebAssembly hands an i32 over as signed; node:wasi refuses what is below zero, and so all of a
      // memory's upper half.
      const values = args.map((value) => (typeof value === 'number' ? value >>> 0 : value));
      const writes = ranges[name]?.(values as number[]) ?? [];
      // Before `attach`, that is in a module's start section, nothing is inside. wasi-js cuts off what
      // does not fit, and calls it a success.
      const inside = writes.every(([pointer, length]) => memory.contains(pointer, length));
      return inside && memory.isAttached ? guard(call, values) : Errno.FAULT;
    };
  }
  return {
    functions,
    stdio: base.stdio,
    attach: (guests) => {
      base.attach(guests);
      memory.attach(guests);
    },
  };
}

type Ranges = readonly (readonly [pointer: number, length: number])[];

/** What of the memory the functions without descriptor write to, by their arguments. */
function writtenBy({
  args,
  env,
}: BaseOptions): Readonly<Record<string, (values: readonly number[]) => Ranges>> {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const sizes = ([count = 0, size = 0]: readonly number[]): Ranges => [
    [count, 4],
    [size, 4],
  ];
  const strings = (list: readonly string[]) => {
    const size = list.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
    return ([pointers = 0, texts = 0]: readonly number[]): Ranges => [
      [pointers, 4 * list.length],
      [texts, size],
    ];
  };
  return {
    args_sizes_get: sizes,
    args_get: strings(args),
    environ_sizes_get: sizes,
    environ_get: strings(variables),
    random_get: ([buffer = 0, length = 0]) => [[buffer, length]],
  };
}

/** Calls into the base. No mistake of a guest may come out of it as an exception of the host. */
function guard(call: WasiFunction, args: (number | bigint)[]): number {
  try {
    const errno = call(...args);
    // node:wasi answers EOVERFLOW for a pointer out of bounds; preview 1's word for it is EFAULT.
    return errno === Errno.OVERFLOW ? Errno.FAULT : errno;
  } catch {
    return Errno.IO;
  }
}

function checkName(name: string): void {
  if (!Object.hasOwn(BASES, name)) {
    throw new PolluxError(
      'ERR_OPTION',
      `unknown base WASI '${name}'; there are ${BASE_NAMES.join(', ')}`,
    );
  }
}
