// SPDX-License-Identifier: MIT
// Runs one behaviour on one runtime, in a process of its own, and says how it went. Nothing that the
// runtime does ends the run: a crash, a hang and a wrong answer are verdicts.

import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleOf } from './build.mjs';
import { play } from './script.mjs';

/**
 * @typedef {object} Result
 * @property {'pass' | 'fail' | 'crash' | 'hang' | 'not offered'} verdict
 * @property {string} why one line; empty where it passed
 */

const TTY = fileURLToPath(new URL('terminal.py', import.meta.url));
/** @type {Map<import('node:child_process').ChildProcess, string>} */
const running = new Map();
process.once('exit', () => {
  for (const [child, folder] of running) {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ports below the range from which the kernel picks those of clients. No run gets one twice. */
let lastPort = 12_000 + Math.floor(Math.random() * 15_000);

async function freePort() {
  for (;;) {
    lastPort = lastPort >= 30_000 ? 12_000 : lastPort + 1;
    const port = lastPort;
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** @param {number} port */
function isListening(port) {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  return rows.some((row) => {
    const [, local, , state] = row.trim().split(/\s+/);
    return state === '0A' && local?.endsWith(end);
  });
}

/** What every guest with `dirs` finds in /data. @param {string} folder */
function furnish(folder) {
  const data = join(folder, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'hello.txt'), 'hello, world\n');
  writeFileSync(join(data, 'empty'), '');
  mkdirSync(join(data, 'folder'));
  return data;
}

/**
 * @param {import('./adapters.mjs').Adapter} adapter
 * @param {import('./behaviours.mjs').Behaviour} behaviour
 * @param {{ limitMs?: number, afterMs?: number }} options how long a run may take until it counts as a hang; and how
 *   long once its script has failed, which is more than the clock with which guests guard their polls
 * @returns {Promise<Result>}
 */
export async function run(adapter, behaviour, { limitMs = 20_000, afterMs = 10_000 } = {}) {
  const lacks = adapter.lacks(behaviour);
  if (lacks !== undefined) return { verdict: 'not offered', why: lacks };
  for (let tries = 0; ; tries++) {
    const result = await attempt(adapter, behaviour, { limitMs, afterMs });
    // Another program was faster to take the port that we had picked.
    const isTaken = /address (already )?in use/i.test(result.why);
    if (!isTaken || tries === 3) return result;
  }
}

/**
 * @param {import('./adapters.mjs').Adapter} adapter
 * @param {import('./behaviours.mjs').Behaviour} behaviour
 * @param {{ limitMs: number, afterMs: number }} limits
 * @returns {Promise<Result>}
 */
async function attempt(adapter, behaviour, limits) {
  const folder = mkdtempSync(join(tmpdir(), 'pollux-conformance-'));
  /** @type {number[]} */
  const opened = [];
  /** @type {Map<string, import('./client.mjs').Client>} */
  const clients = new Map();
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  try {
    const ports = [];
    for (let i = 0; i < behaviour.listeners; i++)
      ports.push(adapter.tellsPorts ? 0 : await freePort());
    let argv = await adapter.command({
      module: moduleOf(behaviour.id),
      ports,
      data: behaviour.dirs ? furnish(folder) : undefined,
      args: behaviour.args,
      env: behaviour.env,
    });
    /** @type {'pipe' | 'ignore' | number} */
    let stdin = 'ignore';
    if (behaviour.stdin.endsWith('pipe') || behaviour.stdin === 'tty') stdin = 'pipe';
    if (behaviour.stdin === 'tty') argv = ['python3', TTY, ...argv];
    if (behaviour.stdin === 'closed') argv = ['sh', '-c', 'exec "$@" <&-', 'sh', ...argv];
    if (behaviour.stdin === 'file') {
      writeFileSync(join(folder, 'stdin'), 'first line\nsecond line\n');
      stdin = openSync(join(folder, 'stdin'), 'r');
      opened.push(stdin);
    }
    /** @type {'pipe' | 'ignore' | number} */
    let stdout = behaviour.stdout === 'null' ? 'ignore' : 'pipe';
    if (behaviour.stdout === 'file') {
      stdout = openSync(join(folder, 'stdout'), 'w');
      opened.push(stdout);
    }
    // With RUST_BACKTRACE, Wasmtime captures a stack for each EAGAIN.
    const { RUST_BACKTRACE: _, ...env } = process.env;
    const [program = '', ...args] = argv;
    child = spawn(program, args, {
      stdio: [stdin, stdout, 'pipe'],
      env: { ...env, NO_COLOR: '1', NODE_NO_WARNINGS: '1' },
    });
    running.set(child, folder);
    if (behaviour.stdin === 'ended pipe') child.stdin?.end();
    const result = await watch(adapter, behaviour, child, { ports, clients, ...limits });
    if (result.verdict === 'pass' && behaviour.prints !== undefined) {
      const printed =
        behaviour.stdout === 'file' ? readFileSync(join(folder, 'stdout'), 'utf8') : result.stdout;
      if (printed !== behaviour.prints)
        return { verdict: 'fail', why: `it printed ${JSON.stringify(printed)}` };
    }
    return { verdict: result.verdict, why: result.why };
  } finally {
    for (const client of clients.values()) client.destroy();
    for (const fd of opened) closeSync(fd);
    if (child !== undefined) running.delete(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./adapters.mjs').Adapter} adapter
 * @param {import('./behaviours.mjs').Behaviour} behaviour
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ ports: number[], clients: Map<string, import('./client.mjs').Client>, limitMs: number, afterMs: number }} stage
 * @returns {Promise<Result & { stdout: string }>}
 */
async function watch(adapter, behaviour, child, { ports, clients, limitMs, afterMs }) {
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    said.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said.stderr += text;
  });
  child.stdin?.on('error', () => {}); // the guest has ended and reads no more
  let over = false;
  /** @type {Promise<[number | null, string | null]>} */
  const closed = new Promise((resolve) => {
    child.once('error', (error) => resolve([null, error.message]));
    child.once('close', (status, signal) => resolve([status, signal]));
  });
  void closed.then(() => {
    over = true;
  });
  let timer = /** @type {NodeJS.Timeout | undefined} */ (undefined);
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve('late'), limitMs);
  });

  const says = async (/** @type {string} */ line) => {
    while (!`\n${said.stdout}`.includes(`\n${line}\n`)) {
      if (over) throw new Error('the guest has ended');
      await sleep(2);
    }
  };
  const listens = async () => {
    // Without a script nobody connects, and the guest may be over before we look.
    if (behaviour.script.length === 0) return ports;
    const told = () => [...said.stderr.matchAll(/listening on 127\.0\.0\.1:(\d+)/g)];
    const isUp = () =>
      adapter.tellsPorts ? told().length === ports.length : ports.every(isListening);
    while (!isUp()) {
      if (over) throw new Error('the runtime has ended before it listened');
      await sleep(5);
    }
    return adapter.tellsPorts ? told().map(([, port]) => Number(port)) : ports;
  };
  const played = (async () => {
    const stage = { ports: await listens(), stdin: child.stdin, says, clients };
    await play(behaviour.script, stage);
  })();
  /** @type {Promise<Error | undefined>} */
  const outcome = played.then(
    () => undefined,
    (error) => error,
  );

  // The guest's end first: when it fails, the script's failure is only what follows from it. A guest that waits for
  // more of a script that has failed is not waited for.
  const stuck = outcome.then((error) => (error === undefined ? late : sleep(afterMs)));
  const first = await Promise.race([closed, late, stuck.then(() => 'late')]);
  const failed =
    first === 'late' ? undefined : judge(adapter, behaviour, await closed, said.stderr);
  const script = failed === undefined ? await Promise.race([outcome, late]) : undefined;
  clearTimeout(timer);
  for (const client of clients.values()) client.destroy();
  if (first === 'late') {
    child.kill(behaviour.stdin === 'tty' ? 'SIGTERM' : 'SIGKILL');
    await closed;
  }
  const { stdout } = said;
  if (first === 'late') {
    const script = await Promise.race([outcome, sleep(0).then(() => 'unfinished')]);
    const why = script instanceof Error ? script.message : lastLine(said.stderr);
    return { verdict: 'hang', why: why || 'it does not come back', stdout };
  }
  if (failed !== undefined) return { ...failed, stdout };
  if (script === 'late')
    return { verdict: 'fail', why: 'the world outside waits for what does not happen', stdout };
  if (script instanceof Error) return { verdict: 'fail', why: script.message, stdout };
  return { verdict: 'pass', why: '', stdout };
}

/** @param {string} text */
function lastLine(text) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.includes(' listening on '));
  return lines.find((line) => line.startsWith('failed: ')) ?? lines.at(-1) ?? '';
}

/**
 * What the end of the process says; undefined where it ended as it must.
 *
 * @param {import('./adapters.mjs').Adapter} adapter
 * @param {import('./behaviours.mjs').Behaviour} behaviour
 * @param {[number | null, string | null]} end
 * @param {string} stderr
 * @returns {Result | undefined}
 */
function judge(adapter, behaviour, [status, signal], stderr) {
  if (status === behaviour.exit) return undefined;
  const failure = stderr.split('\n').find((line) => line.startsWith('failed: '));
  if (failure !== undefined) return { verdict: 'fail', why: failure.slice('failed: '.length) };
  const trapped = adapter.trapped(status, signal, stderr);
  if (trapped !== undefined) {
    if (behaviour.mayTrap) return undefined;
    return { verdict: 'fail', why: `the guest trapped: ${trapped}` };
  }
  const how = signal ?? `status ${status}`;
  if (signal !== null || adapter.crashed(status, stderr))
    return { verdict: 'crash', why: `${how}: ${lastLine(stderr)}`.slice(0, 200) };
  return { verdict: 'fail', why: `it ended with ${how}: ${lastLine(stderr)}`.slice(0, 200) };
}
