// SPDX-License-Identifier: MIT
// Starts a guest under a runtime and a backend, waits until it accepts, and ends it by its own id.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentCommand } from '../runtimes/components.mjs';
import { find, kindOf } from '../runtimes/index.mjs';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** One cell of the matrix. `node` is the Node that runs the tests. */
export interface Cell {
  /** Name of an example, or of the guest whose `module` is given. */
  readonly example: string;
  /** Path of the guest's module; without it, it is the example of that name. */
  readonly module?: string;
  /** Arguments of the guest. */
  readonly args?: readonly string[];
  /** Further options of `pollux run`; other kinds of runtimes do without them. */
  readonly options?: readonly string[];
  /** Under which name the guest sees the server's folder; /log without it. */
  readonly mount?: string;
  /** Whom the guest may connect to, as `--connect` and CONNECT have it. */
  readonly connect?: readonly string[];
  readonly runtime: string;
  /** Without a meaning where the runtime does not run pollux. */
  readonly backend: string;
}

/** A server that accepts connections on `port` of 127.0.0.1. */
export interface Server {
  readonly port: number;
  /** A folder of its own, which the guest sees as /log, or as the cell's `mount`. */
  readonly folder: string;
  stdout(): string;
  stderr(): string;
  /** CPU time so far, all threads, in seconds. */
  cpuSeconds(): number;
  /** Resident memory in bytes. */
  residentBytes(): number;
  /** Open descriptors of the process. */
  descriptors(): number;
  /** True while the process runs. */
  isAlive(): boolean;
  /** Sends a signal, and resolves once the process has ended. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stop(): Promise<void>;
}

/** Why a runtime can't be used, or undefined. With CI=true a missing one is an error of its own test. */
export function missing(runtime: string): string | undefined {
  if (runtime === 'node') return undefined;
  const found = find(runtime);
  return 'missing' in found ? found.missing : undefined;
}

/** Whether it runs pollux, which picks its own port and has backends. `node` does. */
export const runsPollux = (runtime: string) => runtime === 'node' || kindOf(runtime) === 'pollux';

async function command(cell: Cell, port: number, folder: string): Promise<string[]> {
  const { example, runtime, backend, args = [], connect = [] } = cell;
  const guest = cell.module ?? join(root, `build/examples/${example}.wasm`);
  const mount = cell.mount ?? '/log';
  const dir = `${folder}::${mount}`;
  const found = runtime === 'node' ? undefined : find(runtime);
  if (found !== undefined && 'missing' in found) throw new Error(found.missing);
  if (found?.kind === 'component') {
    const dirs = [{ host: folder, guest: mount }];
    const listen = [`127.0.0.1:${port}`];
    return componentCommand(found, { module: guest, listen, connect, dirs, args });
  }
  if (found?.kind === 'wasmtime') {
    const listen = ['-S', `tcplisten=127.0.0.1:${port}`, '--env', 'LISTEN_FDS=1'];
    return [found.command, ...found.args, ...listen, '--dir', dir, guest, ...args];
  }
  const program = found === undefined ? [process.execPath] : [found.command, ...found.args];
  const options = ['--listen', '127.0.0.1:0', '--dir', dir, '--backend', backend];
  for (const peer of connect) options.push('--connect', peer);
  if (cell.options !== undefined) options.push(...cell.options);
  return [...program, join(root, 'dist/pollux.js'), 'run', ...options, guest, ...args];
}

/** A port of 127.0.0.1 on which nobody listens for the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** What the open descriptors of a process are: `socket:[INODE]`, a path, … */
function links(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(join(folder, fd))];
    } catch {
      return []; // closed meanwhile
    }
  });
}

/** Whether this very process listens: a connection that succeeds could be to another one. */
function listens(pid: number, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const [, ...rows] = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n');
  // Columns: number, local address, remote address, state (0A: listening), …, the ninth is the inode.
  const row = rows
    .map((line) => line.trim().split(/\s+/))
    .find(([, local, , state]) => local?.endsWith(`:${hex}`) && state === '0A');
  return row !== undefined && links(pid).includes(`socket:[${row[9]}]`);
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The port: pollux tells it on stderr, others were given it and are watched until they listen. */
async function portOf(child: ChildProcess, stderr: () => string, given: number): Promise<number> {
  for (let tries = 0; tries < 6000; tries++) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      throw new Error(`the server ended: ${stderr()}`);
    }
    const told = /listening on 127\.0\.0\.1:(\d+)/.exec(stderr());
    if (told !== null) return Number(told[1]);
    if (given !== 0 && listens(child.pid, given)) return given;
    await sleep(10);
  }
  throw new Error(`the server has not listened for a minute: ${stderr()}`);
}

/** Starts the cell's server. */
export function startServer(cell: Cell): Promise<Server> {
  const start = (port: number) => launch((folder) => command(cell, port, folder), port);
  return runsPollux(cell.runtime) ? start(0) : onFreePort(start);
}

/** Starts on a port that is free, and anew on another where another program was faster. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await start(await freePort());
    } catch (error) {
      const isTaken = /address (is )?(already )?in use/i.test(String(error));
      if (!isTaken || tries === 3) throw error;
    }
  }
}

/** Servers that run, and their folders. A test that fails, or is ended, leaves them to its process. */
const running = new Map<ChildProcess, string>();
process.once('exit', () => {
  for (const [child, folder] of running) {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
// vitest ends a process of tests that does not end by itself so, which is no 'exit' without this.
process.once('SIGTERM', () => process.exit(143));

/**
 * Starts a program that listens on the port that it was `given`, or tells its own; it gets a folder of its own.
 */
export async function launch(
  command: (folder: string) => string[] | Promise<string[]>,
  given: number,
): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'pollux-server-'));
  const [program = '', ...args] = await command(folder);
  // With RUST_BACKTRACE, Wasmtime captures a stack for each EAGAIN.
  const { RUST_BACKTRACE: _, ...env } = process.env;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  running.set(child, folder);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  child.once('error', (error) => {
    output.stderr += String(error);
  });
  const exited = new Promise((resolve) => child.once('close', resolve));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
    return { code: child.exitCode, signal: child.signalCode };
  };
  const stop = async () => {
    await end('SIGKILL');
    running.delete(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const status = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, 'utf8');
  try {
    const port = await portOf(child, () => output.stderr, given);
    return {
      port,
      folder,
      stdout: () => output.stdout,
      stderr: () => output.stderr,
      cpuSeconds: () => {
        const fields = status('stat').split(') ')[1]?.split(' ') ?? [];
        return (Number(fields[11]) + Number(fields[12])) / 100;
      },
      residentBytes: () => Number(/VmRSS:\s+(\d+)/.exec(status('status'))?.[1]) * 1024,
      descriptors: () => readdirSync(`/proc/${child.pid}/fd`).length,
      isAlive: () => child.exitCode === null && child.signalCode === null,
      end,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
