// SPDX-License-Identifier: MIT
// --trace: one readable line for each WASI call, in the manner of strace.
//
//   sock_accept(fd=3, flags=0) = SUCCESS fd=5
//
// A call that may wait is written in two pieces, up to the closing parenthesis before it and the rest
// after it, so that the last thing seen before a hang is what the guest waits in. A call that does
// not return (proc_exit, a stopped guest) ends in `= ?`.

import type { WasiFunction } from './base.ts';
import { errnoName } from './errno.ts';
import type { GuestMemory } from './memory.ts';
import { type Parameter, PREVIEW1 } from './preview1.ts';
import {
  type Subscriptions,
  showEvents,
  showSubscriptions,
  takeSubscriptions,
} from './trace-poll.ts';
import * as values from './trace-values.ts';

/** Gets the trace's text, line feeds included: whole lines, or the pieces of one. */
export type TraceSink = (text: string) => void;

const MAY_WAIT: ReadonlySet<string> = new Set([
  'fd_read',
  'poll_oneoff',
  'sock_accept',
  'sock_recv',
  'sock_send',
]);

/** fd_write may wait too; but to stdout and stderr it would put the guest's text into our line. */
function mayWait(name: string, args: values.Arguments): boolean {
  return MAY_WAIT.has(name) || (name === 'fd_write' && values.unsigned(args[0]) > 2);
}

/** Wraps every import. The tracer reads within the guest's memory only and never throws of itself. */
export function traceImports(
  imports: Readonly<Record<string, WasiFunction>>,
  memory: GuestMemory,
  sink: TraceSink,
): Record<string, WasiFunction> {
  const traced: Record<string, WasiFunction> = {};
  for (const [name, call] of Object.entries(imports)) {
    const parameters = PREVIEW1.get(name) ?? [];
    traced[name] = (...args) => {
      const subscriptions = name === 'poll_oneoff' ? subscriptionsOf(args, memory) : undefined;
      let pending = `${name}(${showArguments(parameters, args, memory, subscriptions)})`;
      if (mayWait(name, args)) {
        sink(pending);
        pending = '';
      }
      const end = (text: string) => sink(`${pending}${text}\n`);
      const told = (errno: number) => {
        const results = errno === 0 ? showResults(parameters, args, memory, subscriptions) : '';
        end(` = ${errnoName(errno)}${results}`);
        return errno;
      };
      const failed = (error: unknown) => {
        end(' = ?');
        throw error;
      };
      let errno: number | Promise<number>;
      try {
        errno = call(...args);
      } catch (error) {
        return failed(error);
      }
      // A guest that is suspended has its answer later.
      return typeof errno === 'number'
        ? told(errno)
        : ((errno as Promise<number>).then(told, failed) as unknown as number);
    };
  }
  return traced;
}

function subscriptionsOf(args: values.Arguments, memory: GuestMemory): Subscriptions {
  return takeSubscriptions(memory, values.unsigned(args[0]), values.unsigned(args[2]));
}

function showArguments(
  parameters: readonly Parameter[],
  args: values.Arguments,
  memory: GuestMemory,
  subscriptions: Subscriptions,
): string {
  const shown: string[] = [];
  for (const { name, kind, at } of parameters) {
    const value = args[at] ?? 0;
    const pointer = values.unsigned(value);
    const length = values.unsigned(args[at + 1]);
    if (kind === 'n' || kind === 'n64') shown.push(`${name}=${value}`);
    if (kind === 'hex' || kind === 'rights') shown.push(`${name}=${values.hex(value)}`);
    if (values.isEnumeration(kind)) shown.push(`${name}=${values.showEnumeration(kind, pointer)}`);
    // Flags that are a pointer are a result.
    if (values.isFlags(kind) && kind !== 'roflags') {
      shown.push(`${name}=${values.showFlags(kind, pointer)}`);
    }
    if (kind === 'text') shown.push(`${name}=${values.showText(memory, pointer, length)}`);
    if (kind === 'buffer' || kind === 'name') shown.push(`${name}=[${length}]`);
    if (kind === 'reads') shown.push(`${name}=${values.showRooms(memory, pointer, length)}`);
    if (kind === 'writes') shown.push(`${name}=${values.showData(memory, pointer, length)}`);
    if (kind === 'subs') shown.push(showSubscriptions(subscriptions, pointer));
  }
  return shown.join(', ');
}

/** What a successful call wrote: ` fd=5`, ` nread=12 "hello…"`. */
function showResults(
  parameters: readonly Parameter[],
  args: values.Arguments,
  memory: GuestMemory,
  subscriptions: Subscriptions,
): string {
  const shown: string[] = [];
  const read = (pointer: number) => memory.view(pointer, 4)?.getUint32(0, true) ?? 0;
  // The call's count says how much of a buffer to show; it comes after the buffer.
  const count = parameters.find(({ kind }) => kind === 'u32');
  const filled = count && read(values.unsigned(args[count.at]));
  for (const { name, kind, at } of parameters) {
    const pointer = values.unsigned(args[at]);
    const next = values.unsigned(args[at + 1]);
    if (kind === 'u32') shown.push(`${name}=${values.showNumber(memory, pointer, 4)}`);
    if (kind === 'u64') shown.push(`${name}=${values.showNumber(memory, pointer, 8)}`);
    if (kind === 'fdstat') shown.push(values.showFdstat(memory, pointer));
    if (kind === 'filestat') shown.push(values.showFilestat(memory, pointer));
    if (kind === 'prestat') shown.push(values.showPrestat(memory, pointer));
    if (kind === 'name') {
      shown.push(values.showText(memory, pointer, Math.min(filled ?? next, next)));
    }
    if (kind === 'roflags' && read(pointer) !== 0) {
      shown.push(`${name}=${values.showFlags(kind, read(pointer) & 0xffff)}`);
    }
    if (kind === 'events') {
      const total = read(values.unsigned(args[at + 2]));
      shown.push(showEvents(memory, pointer, total, subscriptions));
    }
  }
  const data = parameters.find(({ kind }) => kind === 'reads');
  if (data !== undefined && filled) {
    const [iovs, buffers] = [args[data.at], args[data.at + 1]].map(values.unsigned);
    shown.push(values.showData(memory, iovs ?? 0, buffers ?? 0, filled));
  }
  return shown.map((text) => ` ${text}`).join('');
}
