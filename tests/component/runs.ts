// SPDX-License-Identifier: MIT
// Guests as components, for the tests of this folder: served until they are stopped, or run to their end.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { componentCommand } from '../runtimes/components.mjs';
import { CURRENT, find, kindOf, RUNTIMES, type Runtime } from '../runtimes/index.mjs';
import { launch, onFreePort, root, type Server } from '../support/server.ts';

/** All that run components, and those of the newest Wasmtime: one for each version of WASI. */
export const COMPONENTS = RUNTIMES.filter((name) => kindOf(name) === 'component');
export const ON_CURRENT = COMPONENTS.filter((name) => name.startsWith(CURRENT));

export const example = (name: string) => join(root, `build/examples/${name}.wasm`);

export function runtimeOf(name: string): Runtime {
  const found = find(name);
  if ('missing' in found) throw new Error(found.missing);
  return found;
}

/** What a component is given; a name of a host needs a flag more under Wasmtime. */
export type Needs = Omit<Parameters<typeof componentCommand>[1], 'module'>;
export const BY_NAME = ['-S', 'allow-ip-name-lookup'];

/** Starts a server; `needs` tells what it is given, so that it listens on a port. */
export function serve(
  runtime: string,
  module: string,
  needs: (port: number) => Needs = (port) => ({ listen: [`127.0.0.1:${port}`] }),
): Promise<Server> {
  return onFreePort((port) =>
    launch(() => componentCommand(runtimeOf(runtime), { module, ...needs(port) }), port),
  );
}

/** How a run has ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end, of which a test has a limit. */
export async function run(
  runtime: string | Runtime,
  module: string,
  needs: Needs = {},
): Promise<Ended> {
  const found = typeof runtime === 'string' ? runtimeOf(runtime) : runtime;
  const [program = '', ...args] = await componentCommand(found, { module, ...needs });
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
}
