// SPDX-License-Identifier: MIT
// Random arguments for the preview 1 functions, by what each parameter is, and the memory that they point
// into: paths, buffers and subscriptions that mean something, and random bytes everywhere else.

import { type Parameter, PREVIEW1 } from '../../host/wasi/preview1.ts';

export type Value = number | bigint;

/** Numbers that a seed repeats: xorshift of 32 bits. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** Any 32 bits. */
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}

/** Where things lie in the memory. */
const RESULTS = 64;
const IOVS = 1024;
const SUBS = 4096;
const EVENTS = 12288;
const PATHS = 16384;
const DATA = 24576;
const DATA_SIZE = 8192;
const SUBSCRIPTION_SIZE = 48;

const BOUNDS32 = [
  0,
  1,
  3,
  1024,
  65535,
  65536,
  1 << 20,
  1 << 28,
  1 << 29,
  -1,
  -2,
  0x7fffffff,
  -0x80000000,
];
const BOUNDS64 = [
  0n,
  1n,
  4096n,
  1n << 20n,
  1n << 31n,
  1n << 32n,
  (1n << 63n) - 1n,
  -(1n << 63n),
  -1n,
  -2n,
];

/** All stay within the fuzzer's own folder, also where a sandbox leaks: `..` of the guest's root is ours too. */
const NAMES = [
  'a',
  'b',
  'd',
  'd/a',
  'd/e',
  'd/e/f',
  'd/..',
  'd/../b',
  '.',
  './a',
  'link',
  'link/a',
  'loop',
  'd/up',
  'd/up/canary',
  '..',
  '../canary',
  '../canary/x',
  '/a',
  '',
  'a/',
  'd/',
  'a/b',
  'ü\u{1f600}',
  'nul\0nul',
  'x'.repeat(255),
  'x'.repeat(256),
];
const FRIENDLY = ['a', 'b', 'c', 'd', 'd/a', 'd/e'];
/** The directory, where listeners come before it, and /dev; until the guest closes them. */
const DIRECTORY = 5;
const DEVICE = 6;
/** In /dev. */
const DEVICES = [
  'poll',
  'fd/3',
  'fd/7',
  'tcp/self',
  'tcp/self',
  'tcp/127.0.0.1/1',
  'tcp/none',
  'a',
];

const isWide = ({ kind }: Parameter) => kind === 'n64' || kind === 'rights';
/** After which less is left to try. */
const ENDINGS: ReadonlySet<string> = new Set([
  'fd_close',
  'fd_fdstat_set_rights',
  'fd_renumber',
  'sock_shutdown',
]);
const OPENING = ['path_open', 'path_open', 'path_open', 'path_open', 'sock_accept', 'sock_accept'];
const FUNCTIONS = [...PREVIEW1.keys(), ...OPENING];
const FDS: ReadonlySet<string> = new Set(['fd', 'new_fd', 'old_fd', 'to']);

/** Fills it with random bytes, and with what pointers are to find. */
export function fillMemory(random: Random, memory: WebAssembly.Memory): void {
  const words = new Uint32Array(memory.buffer);
  for (let i = 0; i < words.length; i++) words[i] = random.next();
}

function writePath(random: Random, bytes: Buffer, names: readonly string[]): [number, number] {
  const at = PATHS + 512 * random.below(8);
  const length = bytes.write(random.of(names), at);
  return [at, random.oneIn(12) ? random.below(600) : length];
}

function writeBuffers(random: Random, bytes: Buffer): [number, number] {
  const at = IOVS + 256 * random.below(4);
  const count = random.below(6);
  for (let i = 0; i < count; i++) {
    const wild = random.oneIn(20);
    bytes.writeInt32LE(wild ? random.of(BOUNDS32) : DATA + random.below(1000), at + 8 * i);
    bytes.writeInt32LE(
      wild ? random.of(BOUNDS32) : random.below(random.oneIn(8) ? DATA_SIZE : 100),
      at + 8 * i + 4,
    );
  }
  return [at, random.oneIn(20) ? random.of(BOUNDS32) : count];
}

/** Subscriptions, the last of which is a clock that soon ends the wait; how many. */
function writeSubscriptions(random: Random, bytes: Buffer): number {
  const count = 1 + random.below(8);
  for (let i = 0; i < count; i++) {
    const at = SUBS + SUBSCRIPTION_SIZE * i;
    const last = i === count - 1;
    bytes.fill(0, at + 8, at + SUBSCRIPTION_SIZE);
    bytes.writeUInt8(last ? 0 : random.oneIn(100) ? 3 : random.below(3), at + 8);
    if (bytes[at + 8] !== 0) {
      bytes.writeInt32LE(random.oneIn(10) ? random.of(BOUNDS32) : random.below(14), at + 16);
      continue;
    }
    bytes.writeUInt32LE(last ? 1 : random.below(5), at + 16);
    const times = [0n, 1n, 200_000n, -1n];
    bytes.writeBigInt64LE(times[random.below(last ? 3 : 4)] as bigint, at + 24);
    bytes.writeUInt16LE(last ? 0 : random.oneIn(50) ? 2 : random.below(2), at + 40);
  }
  return count;
}

function pointer(random: Random, usual: number, size: number): number {
  switch (random.below(24)) {
    case 0:
      return random.of(BOUNDS32);
    case 1:
      return size - 1 - random.below(70);
    case 2:
      return random.below(size);
    default:
      return usual;
  }
}

function plain(random: Random, { name, kind }: Parameter, ofPath: boolean): Value {
  if (ofPath && FDS.has(name) && random.oneIn(2)) return DIRECTORY;
  if (FDS.has(name)) {
    if (random.oneIn(16)) return random.of(BOUNDS32);
    // What it was given, or what it has opened.
    return random.oneIn(3) ? random.below(7) : 7 + random.below(7);
  }
  if (random.oneIn(16)) return random.of(BOUNDS32);
  // Mostly O_NONBLOCK: what waits is ended by force, which takes its time.
  if (kind === 'fdflags') return random.oneIn(40) ? random.below(32) : 4;
  return random.below(random.oneIn(4) ? 64 : 4);
}

/** Puts a set of records into the buffers of a write, as /dev/poll takes them. */
function recordsInData(random: Random, bytes: Buffer): [number, number] {
  const count = writeSubscriptions(random, bytes);
  if (random.oneIn(3)) bytes.write('remove', SUBS + 10);
  bytes.writeInt32LE(SUBS, IOVS);
  bytes.writeInt32LE(count * SUBSCRIPTION_SIZE, IOVS + 4);
  return [IOVS, 1];
}

/** The function to call next: seldom one that takes something away. */
export function pickFunction(random: Random): string {
  const name = random.of(FUNCTIONS);
  return ENDINGS.has(name) && !random.oneIn(6) ? pickFunction(random) : name;
}

/** Arguments for one call of `name`, with what they point to. */
export function makeArguments(
  random: Random,
  name: string,
  memory: WebAssembly.Memory,
): { args: Value[]; wrongType: boolean } {
  const bytes = Buffer.from(memory.buffer);
  const size = bytes.length;
  const args: Value[] = [];
  const ofDevice = /^path_(open|readlink)$/.test(name) && random.oneIn(2);
  for (const parameter of PREVIEW1.get(name) ?? []) {
    const { kind, at } = parameter;
    if (isWide(parameter)) {
      const wide = random.oneIn(3) ? random.of(BOUNDS64) : BigInt(random.below(5000));
      // All rights, as a guest asks for them; to keep some is another call.
      const all = kind === 'rights' && name !== 'fd_fdstat_set_rights' && !random.oneIn(8);
      args[at] = all ? -1n : wide;
    } else if (kind === 'text') {
      [args[at], args[at + 1]] = writePath(
        random,
        bytes,
        ofDevice ? DEVICES : random.oneIn(2) ? FRIENDLY : NAMES,
      );
    } else if (kind === 'reads' || kind === 'writes') {
      const records = kind === 'writes' && random.oneIn(4);
      const [iovs, count] = (records ? recordsInData : writeBuffers)(random, bytes);
      args[at] = pointer(random, iovs, size);
      args[at + 1] = count;
    } else if (kind === 'buffer' || kind === 'name') {
      args[at] = pointer(random, DATA, size);
      args[at + 1] = random.oneIn(12) ? random.of(BOUNDS32) : random.below(DATA_SIZE);
    } else if (kind === 'subs') {
      args[at] = random.oneIn(20) ? pointer(random, DATA, size) : SUBS;
    } else if (kind === 'nsubs') {
      const count = writeSubscriptions(random, bytes);
      args[at] = random.oneIn(16) ? random.of(BOUNDS32) : count;
    } else if (kind === 'events') {
      args[at] = pointer(random, EVENTS, size);
    } else if (kind === 'n' || kind === 'hex' || /flags|lookup|whence|advice|clock/.test(kind)) {
      args[at] =
        kind === 'roflags'
          ? pointer(random, RESULTS, size)
          : plain(random, parameter, name.startsWith('path_'));
    } else {
      args[at] = pointer(random, RESULTS + 8 * random.below(64), size);
    }
  }
  if (ofDevice) args[0] = DEVICE;
  // A module that imports a function with another signature hands over a bigint for a number.
  const wrongType = random.oneIn(200) && args.length > 0;
  if (wrongType) {
    const at = random.below(args.length);
    const value = args[at] as Value;
    args[at] = typeof value === 'bigint' ? Number(value) : BigInt(value);
  }
  return { args, wrongType };
}
