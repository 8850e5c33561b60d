// SPDX-License-Identifier: MIT
// --trace: one readable line for each WASI call, in the manner of strace.
//
// A line is written when the call returns; the calls that may wait for long (poll_oneoff) are also
// announced before, so that the last line before a hang says what the guest waits for.

import type { WasiFunction } from './base.ts';
import { errnoName } from './errno.ts';
import type { GuestMemory } from './memory.ts';
import { type Parameter, PREVIEW1 } from './preview1.ts';
import { showEvents, showSubscriptions } from './trace-poll.ts';

/** Gets one line for each WASI call, without a line feed. */
export type TraceSink = (line: string) => void;

/** Bytes of a buffer that a line shows. */
const EXCERPT = 32;
const WAITS = new Set(['poll_oneoff']);

type Arguments = readonly (number | bigint)[];

/** Wraps every import. Bad pointers are shown as such; the tracer itself reads within bounds only. */
export function traceImports(
  imports: Readonly<Record<string, WasiFunction>>,
  memory: GuestMemory,
  sink: TraceSink,
): Record<string, WasiFunction> {
  const traced: Record<string, WasiFunction> = {};
  for (const [name, call] of Object.entries(imports)) {
    const parameters = PREVIEW1.get(name) ?? [];
    traced[name] = (...args) => {
      const before = showArguments(parameters, args, memory);
      if (WAITS.has(name) || name === 'proc_exit')
        sink(`${name}(${before})${name === 'proc_exit' ? '' : ' …'}`);
      const errno = call(...args);
      const after = errno === 0 ? showResults(parameters, args, memory) : '';
      sink(`${name}(${before}) = ${errnoName(errno)}${after}`);
      return errno;
    };
  }
  return traced;
}

/** Calls `show` for each parameter with the index of its first argument. */
function eachParameter(
  parameters: readonly Parameter[],
  show: (parameter: Parameter, at: number) => void,
): void {
  let at = 0;
  for (const parameter of parameters) {
    show(parameter, at);
    at += ['text', 'buffer', 'reads', 'writes'].includes(parameter.kind) ? 2 : 1;
  }
}

function unsigned(value: number | bigint | undefined): number {
  return Number(value ?? 0) >>> 0;
}

function showArguments(
  parameters: readonly Parameter[],
  args: Arguments,
  memory: GuestMemory,
): string {
  const shown: string[] = [];
  eachParameter(parameters, ({ name, kind }, at) => {
    const value = args[at];
    const length = unsigned(args[at + 1]);
    if (kind === 'n') shown.push(`${name}=${value}`);
    if (kind === 'hex') shown.push(`${name}=${Number(value) === 0 ? 0 : `0x${hex(value)}`}`);
    if (kind === 'text') shown.push(`${name}=${showText(memory, unsigned(value), length)}`);
    if (kind === 'buffer') shown.push(`${name}=[${length}]`);
    if (kind === 'reads') shown.push(`${name}=[${showRooms(memory, unsigned(value), length)}]`);
    if (kind === 'writes') shown.push(`${name}=${showData(memory, unsigned(value), length)}`);
    if (kind === 'subs') {
      shown.push(showSubscriptions(memory, unsigned(value), unsigned(args[at + 2])));
    }
  });
  return shown.filter((text) => !text.startsWith('nsubscriptions=')).join(', ');
}

function hex(value: number | bigint | undefined): string {
  return typeof value === 'bigint'
    ? BigInt.asUintN(64, value).toString(16)
    : unsigned(value).toString(16);
}

/** What a successful call wrote: ` new_fd=5`, ` nread=12 "hello…"`. */
function showResults(
  parameters: readonly Parameter[],
  args: Arguments,
  memory: GuestMemory,
): string {
  let shown = '';
  let count = 0;
  let reads = -1;
  eachParameter(parameters, ({ name, kind }, at) => {
    const pointer = unsigned(args[at]);
    if (kind === 'reads') reads = at;
    if (kind === 'u32') {
      count = memory.view(pointer, 4)?.getUint32(0, true) ?? 0;
      shown += ` ${name}=${count}`;
    }
    if (kind === 'u64') shown += ` ${name}=${memory.view(pointer, 8)?.getBigUint64(0, true)}`;
    if (kind === 'events') {
      const total = memory.view(unsigned(args[at + 2]), 4)?.getUint32(0, true) ?? 0;
      shown += ` ${showEvents(memory, pointer, total)}`;
    }
  });
  if (reads >= 0 && count > 0) {
    shown += ` ${showData(memory, unsigned(args[reads]), unsigned(args[reads + 1]), count)}`;
  }
  return shown;
}

function badPointer(pointer: number): string {
  return `0x${pointer.toString(16)}?`;
}

function showText(memory: GuestMemory, pointer: number, length: number): string {
  const text = memory.text(pointer, length);
  return text === undefined ? badPointer(pointer) : JSON.stringify(text);
}

function showRooms(memory: GuestMemory, iovs: number, count: number): string {
  const view = memory.view(iovs, Math.min(count, 8) * 8);
  if (view === undefined) return badPointer(iovs);
  const rooms: number[] = [];
  for (let i = 0; i < view.byteLength / 8; i++) rooms.push(view.getUint32(i * 8 + 4, true));
  return rooms.join(', ') + (count > 8 ? ', …' : '');
}

/** An excerpt of what the buffers at `iovs` hold, and how many bytes there are. */
function showData(memory: GuestMemory, iovs: number, count: number, limit = Infinity): string {
  const view = memory.view(iovs, Math.min(count, 1024) * 8);
  if (view === undefined) return badPointer(iovs);
  let total = 0;
  let text = '';
  for (let i = 0; i < view.byteLength / 8; i++) {
    const pointer = view.getUint32(i * 8, true);
    const length = Math.min(view.getUint32(i * 8 + 4, true), limit - total);
    const bytes = memory.bytes(pointer, Math.min(length, Math.max(EXCERPT - total, 0)));
    if (bytes === undefined) return badPointer(pointer);
    text += String.fromCharCode(...bytes);
    total += length;
  }
  return `${quote(text)}${total > EXCERPT ? `… (${total} bytes)` : ''}`;
}

/** Printable ASCII as it is, the rest as escapes. */
function quote(text: string): string {
  const escaped = text.replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }[character];
    return known ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}
