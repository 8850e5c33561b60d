// SPDX-License-Identifier: MIT
// Runs the load generator in steps: at each it is silent until it is told to go on, so that the counters
// read there belong to the requests of the window and to nothing else.

import { createInterface } from 'node:readline';
import { PolluxError } from '../../host/index.ts';
import { nativeProgram } from './programs.ts';
import { spawnPinned } from './server.ts';

/** Above the slowest: Wasmtime opening 15,000 connections. */
const LIMIT_MS = 120_000;

export type LoadStep = 'baseline' | 'idle' | 'start' | 'end';

/** What the load generator tells at its end. */
export interface LoadReport {
  readonly requests: number;
  readonly seconds: number;
  readonly rate: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly loadBusy: number;
  readonly errors: number;
}

/** What it is to do. */
export interface LoadOptions {
  readonly port: number;
  readonly active: number;
  readonly idle: number;
  /** Bytes a message. */
  readonly size: number;
  readonly seconds: number;
  readonly warmup: number;
  /** Connections that play for 0.3 s before all else, so that heaps and JIT are warm. */
  readonly prime: number;
}

/**
 * Runs the load on a core.
 *
 * @throws PolluxError ERR_COMPARE where it could not be set up: what it complained of.
 */
export async function runLoad(
  core: number,
  options: LoadOptions,
  onStep: (step: LoadStep) => Promise<void>,
): Promise<LoadReport> {
  const { port, ...rest } = options;
  const numbers = Object.entries(rest).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawnPinned(core, [
    ...[nativeProgram('pollux-load'), '--connect', `127.0.0.1:${port}`],
    ...[...numbers, '--step', '--json'],
  ]);
  let complaint = '';
  child.stderr?.on('data', (data) => {
    complaint += data;
  });
  return new Promise((done, fail) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    let report = '';
    const onLine = async (line: string) => {
      if (line.startsWith('{')) {
        report = line;
        return;
      }
      await onStep(line as LoadStep);
      child.stdin?.write('\n');
    };
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => {
        onLine(line).catch((error) => {
          fail(error);
          child.kill('SIGKILL');
        });
      });
    child.on('error', fail);
    child.on('close', (_, signal) => {
      clearTimeout(timer);
      const why = complaint.trim() || `the load generator was ended by ${signal}`;
      if (report !== '') done(JSON.parse(report));
      else fail(new PolluxError('ERR_COMPARE', why.replace(/^pollux-load: /, '')));
    });
  });
}
