// SPDX-License-Identifier: MIT
// Runs the built command for the tests of this folder, and makes the files that it is given.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { op, type Shape, wasm } from './wasm.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const echo = join(root, 'build/examples/echo.wasm');
export const P1 = 'wasi_snapshot_preview1';
export const cli = join(root, 'dist/pollux.js');

/** A folder for this file's tests, gone after them. */
export const folder = mkdtempSync(join(tmpdir(), 'pollux-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file and answers its path. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

let count = 0;

export function guest(shape: Shape): string {
  return file(`guest-${count++}.wasm`, wasm(shape));
}

/** A guest that calls proc_exit. */
export function exiting(status: number): string {
  return guest({
    imports: [[P1, 'proc_exit', 1]],
    code: [...op.i32(status), ...op.call(0), ...op.drop],
  });
}

/** Runs to the end. */
export function pollux(...args: string[]) {
  return spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, NO_COLOR: '1' },
  });
}

/** A run that goes on, with one listener on a free port. */
export interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  /** What it has said so far. */
  stderr(): string;
  /** Waits until it has said this. */
  says(text: string): Promise<void>;
  /** Exit status and signal, once all of stderr is read. */
  ended(): Promise<[status: number | null, signal: string | null]>;
}

/** Starts a run and waits for its first line on stderr. */
export async function start(...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [cli, 'run', '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  const says = async (text: string) => {
    while (!stderr.includes(text)) await once(child.stderr, 'data');
  };
  await says('\n');
  const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(stderr)?.[1]);
  return { child, port, stderr: () => stderr, says, ended: () => closed };
}
