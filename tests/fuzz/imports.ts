// SPDX-License-Identifier: MIT
// Calls all preview 1 functions of a Host with random arguments. imports.test.ts bundles it and runs it in a
// process of its own, as a mistake here may end the process. Tells what it does on descriptor 3, a line
// of JSON each; nothing of it reaches beyond the folder that it is given.
//
// Arguments: the folder, the base, the seed, how many calls, 'trace' or 'plain', the first epoch. An epoch
// has a host of its own and numbers of its own, so a failure is seen again without those before it.

import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { PolluxError } from '../../host/errors.ts';
import { stop } from '../../host/native/addon.ts';
import { ERRNOS } from '../../host/wasi/errno.ts';
import { GuestExit } from '../../host/wasi/exit.ts';
import { Host, type HostOptions } from '../../host/wasi/host.ts';
import { fillMemory, makeArguments, pickFunction, Random, type Value } from './import-arguments.ts';

const CALLS_OF_AN_EPOCH = 400;
const PAGES = 2;
const PAGES_MAX = 6;
const BACKENDS = ['epoll', 'poll', 'select', 'epoll-et', 'sigio'];

const tell = (message: object) => writeSync(3, `${JSON.stringify(message)}\n`);

/* ---- the watchdog: a thread that stops a guest which waits ---- */

/** Shared words: the call's number, the host's id or 0, whether it was stopped; one that stays 0. */
const [CALL, HOST, STOPPED, PAUSE] = [0, 1, 2, 3];

function watch(shared: Int32Array): void {
  for (let last = -1, ticks = 0; ; ) {
    Atomics.wait(shared, PAUSE, 0, 10);
    const call = Atomics.load(shared, CALL);
    const host = Atomics.load(shared, HOST);
    ticks = call === last && host !== 0 ? ticks + 1 : 0;
    last = call;
    if (ticks < 3) continue;
    Atomics.store(shared, STOPPED, 1);
    stop(host);
  }
}

/* ---- one epoch ---- */

class Failure extends Error {}

interface World {
  readonly folder: string;
  readonly base: string;
  readonly traced: boolean;
  readonly random: Random;
  readonly shared: Int32Array;
  /** One for all epochs: each reserves address space until it is collected. */
  readonly memory: WebAssembly.Memory;
  /** Per function: calls, and those that succeeded. */
  readonly answers: Map<string, [calls: number, successes: number]>;
}

function makeFolder(folder: string): string {
  const root = join(folder, 'root');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'd', 'e'), { recursive: true });
  writeFileSync(join(root, 'a'), 'some text that can be read');
  symlinkSync('d/e', join(root, 'link'));
  symlinkSync('loop', join(root, 'loop'));
  symlinkSync('../..', join(root, 'd', 'up'));
  return root;
}

let traceText = '';

function openHost(w: World, stdio: readonly [number, number, number]): Host {
  const { random } = w;
  const name = `@pollux-fuzz-${process.pid}`;
  const options: HostOptions = {
    args: ['guest', 'an argument', ''],
    env: { A: 'text', EMPTY: '' },
    listen: [
      { name: 'own', path: name, backlog: 16 },
      { name: '', host: '127.0.0.1', port: 0, backlog: 4, reuseport: false },
    ],
    listeners: random.oneIn(2) ? 'first' : 'last',
    connect: [
      { name: 'self', path: name },
      { name: '', host: '127.0.0.1', port: 1 },
    ],
    dirs: [{ host: makeFolder(w.folder), guest: '/' }],
    stdio,
    output: random.oneIn(4) ? () => {} : undefined,
    backend: random.of(BACKENDS),
    trigger: random.oneIn(4) ? 'edge' : 'level',
    wasi: w.base,
    trace: w.traced
      ? (text) => {
          traceText += text;
        }
      : undefined,
  };
  return new Host(options);
}

/** True while the guest goes on; throws where the answer is none that the witx knows. */
function callOne(w: World, host: Host, memory: WebAssembly.Memory): boolean {
  const name = pickFunction(w.random);
  const { args, wrongType } = makeArguments(w.random, name, memory);
  const shown = `${name}(${args.join(', ')})`;
  traceText = '';
  Atomics.add(w.shared, CALL, 1);
  const outcome = answerOf(host, name, args);
  const count = w.answers.get(name) ?? [0, 0];
  count[0]++;
  if (outcome === 0) count[1]++;
  w.answers.set(name, count);
  if (w.traced && !/^[^\n]*\n$/.test(traceText)) {
    throw new Failure(`${shown} is traced as ${JSON.stringify(traceText)}`);
  }
  if (typeof outcome === 'number') {
    if (ERRNOS[outcome] === undefined) throw new Failure(`${shown} answered ${outcome}`);
    return true;
  }
  if (outcome instanceof GuestExit && name === 'proc_exit') return true;
  if (outcome instanceof TypeError && wrongType) return true;
  const stopped = outcome instanceof PolluxError && outcome.code === 'ERR_STOPPED';
  if (stopped && Atomics.load(w.shared, STOPPED) === 1) return false;
  throw new Failure(`${shown} threw ${(outcome as Error)?.stack ?? String(outcome)}`);
}

function answerOf(host: Host, name: string, args: readonly Value[]): unknown {
  try {
    return host.imports[name]?.(...args);
  } catch (error) {
    return error;
  }
}

/** How many calls were made. */
function runEpoch(w: World, calls: number): number {
  const files = [openSync('/dev/null', 'r'), openSync('/dev/null', 'w')];
  // node:wasi serves the process's own 0 to 2 alone, which here are nothing.
  const [input, output] = w.random.oneIn(2) ? [0, 1] : (files as [number, number]);
  const host = openHost(w, [input, output, output === 1 ? 2 : output]);
  const { memory } = w;
  fillMemory(w.random, memory);
  host.attach(memory);
  Atomics.store(w.shared, STOPPED, 0);
  Atomics.store(w.shared, HOST, host.id);
  let made = 0;
  try {
    for (let goes = true; goes && made < calls; made++) {
      goes = callOne(w, host, memory);
      if (w.random.oneIn(8000) && memory.buffer.byteLength < PAGES_MAX * 65536) memory.grow(1);
    }
  } catch (error) {
    if (error instanceof Failure) error.message = `call ${made}: ${error.message}`;
    throw error;
  } finally {
    Atomics.store(w.shared, HOST, 0);
    host.close();
    for (const fd of files) closeSync(fd);
  }
  return made;
}

/**
 * Open descriptors of this process: `expected` as soon as there are so many, else how many there are when
 * nothing changes for a while. An attempt to connect that was given up ends on a thread of its own.
 */
function descriptors(expected = -1): number {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let count = -1;
  for (let same = 0; same < 100 && count !== expected; ) {
    const before = count;
    count = readdirSync('/proc/self/fd').length;
    same = count === before ? same + 1 : 0;
    if (count !== expected) Atomics.wait(pause, 0, 0, 3);
  }
  return count;
}

function main([folder = '', base = '', seed = '', total = '', mode, from = '0']: string[]): void {
  const shared = new Int32Array(new SharedArrayBuffer(16));
  const worker = new Worker(new URL(import.meta.url), { workerData: shared });
  worker.unref();
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES_MAX });
  const answers: World['answers'] = new Map();
  let before = -1;
  let calls = 0;
  for (let epoch = Number(from); calls < Number(total); epoch++) {
    tell({ epoch });
    const random = new Random(Number(seed) * 7919 + epoch);
    const world = { folder, base, traced: mode === 'trace', random, shared, memory, answers };
    calls += runEpoch(world, Math.min(CALLS_OF_AN_EPOCH, Number(total) - calls));
    // The first host leaves what is opened once for all.
    if (before < 0) before = descriptors();
    const after = descriptors(before);
    if (after !== before)
      throw new Failure(`${before} descriptors before, ${after} after the epoch`);
  }
  tell({ done: calls, answers: Object.fromEntries(answers) });
  process.exit(0);
}

if (isMainThread) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    tell({ failure: error instanceof Failure ? error.message : (error as Error).stack });
    process.exit(1);
  }
} else {
  watch(workerData);
}
