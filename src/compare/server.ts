// SPDX-License-Identifier: MIT
// Starts a server that is to be measured, pinned to its core, and ends it.

import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { type HostStats, PolluxError } from '../../host/index.ts';
import type { Entry } from './contenders.ts';

const START_MS = 10_000;

/** A server that runs. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  /** The host's counters; undefined for those that have none. */
  stats(): Promise<HostStats | undefined>;
  /** How it ended by itself, in one line; undefined while it runs. */
  failure(): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Children that run now: none outlives the comparison, however that ends. */
const running = new Set<ChildProcess>();
process.on('exit', () => killAll());

/** Once aborted, all that runs here is ended, and nothing more starts: what waits for it fails. */
let ending: AbortSignal | undefined;

/** Whose abort ends all servers and loads. */
export function endAllOn(signal: AbortSignal): void {
  ending = signal;
  signal.addEventListener('abort', killAll, { once: true });
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Without RUST_BACKTRACE: with it, Wasmtime collects a backtrace at each EAGAIN. And without colours, as what a server
 * complains of stands in tables and files.
 */
export function environment(): NodeJS.ProcessEnv {
  const { RUST_BACKTRACE: _, FORCE_COLOR: __, ...rest } = process.env;
  return { ...rest, NO_COLOR: '1' };
}

/** What a server said of its failure, in one line: the last one that speaks of an error, or the last one. */
export function reasonIn(said: string): string {
  const lines = said.split('\n').map((line) => line.trim().replace(/^\d+: /, ''));
  const named = lines.filter((line) => /\b(error|trap|failed|panicked)\b/i.test(line));
  return named.at(-1) ?? lines.filter((line) => line !== '').at(-1) ?? '';
}

/**
 * Starts a program on one core; it is killed with us.
 *
 * @throws PolluxError ERR_COMPARE once the comparison was ended.
 */
export function spawnPinned(core: number, argv: readonly string[]): ChildProcess {
  if (ending?.aborted) throw new PolluxError('ERR_COMPARE', 'the comparison was ended');
  const child = spawn('taskset', ['-c', String(core), ...argv], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment(),
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  child.stdin?.on('error', () => {}); // it has ended, which is told elsewhere
  return child;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
    probe.on('error', fail);
  });
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

/**
 * Starts a server; answers when it listens.
 *
 * @throws PolluxError ERR_COMPARE, with the reason that the server gave, where it ends or stays silent instead.
 */
export async function startServer(entry: Entry, guest: string, core: number): Promise<Running> {
  const wish = entry.prints ? 0 : await freePort();
  const argv = entry.argv(guest, wish);
  const child = spawnPinned(core, argv);
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (status, signal) => done(`it ended with ${signal ?? `status ${status}`}`));
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  let said = '';
  const answers: ((line: string) => void)[] = [];
  const printed = new Promise<number>((done) => {
    const onLine = (line: string) => {
      const port = /listening on \S*:(\d+)/.exec(line)?.[1];
      if (line.startsWith('{"')) answers.shift()?.(line);
      else if (port === undefined && said.length < 4000) said += `${line}\n`;
      if (port !== undefined && entry.prints) done(Number(port));
    };
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', onLine);
  });
  const late = new Promise<string>((done) => {
    setTimeout(done, START_MS, 'it was silent for 10 s').unref();
  });
  const polled = async () => {
    while (child.exitCode === null && !(await accepts(wish)))
      await new Promise((done) => setTimeout(done, 20));
    return wish;
  };
  const first = await Promise.race([entry.prints ? printed : polled(), late, ended]);
  if (typeof first === 'string' || child.exitCode !== null || child.pid === undefined) {
    await stop();
    const why = typeof first === 'string' ? first : await ended;
    const reason = reasonIn(said);
    throw new PolluxError(
      'ERR_COMPARE',
      `${entry.name} did not start: ${why}${reason && `: ${reason}`} (${argv.join(' ')})`,
    );
  }
  const stats = async () => {
    if (!entry.counts) return undefined;
    const line = new Promise<string>((done) => answers.push(done));
    child.stdin?.write('\n');
    const text = await Promise.race([line, ended.then(() => '')]);
    if (text === '') throw new PolluxError('ERR_COMPARE', (await failure()) ?? '');
    return JSON.parse(text) as HostStats;
  };
  const failure = async () => {
    if (child.exitCode === null && child.signalCode === null) return undefined;
    const reason = reasonIn(said);
    return `${entry.name} ended while it was measured: ${await ended}${reason && `: ${reason}`}`;
  };
  return { port: first, pid: child.pid, stats, failure, stop };
}
