// SPDX-License-Identifier: MIT
// Guests that run to their end: on pollux, and as components on every runtime of those.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { versions } from '../../assembly/component/build.mjs';
import { componentCommand } from '../runtimes/components.mjs';
import { find, kindOf, RUNTIMES } from '../runtimes/index.mjs';
import { root } from '../support/server.ts';

/** Those that a template has been built for. */
export const COMPONENTS: readonly string[] = RUNTIMES.filter(
  (name) => kindOf(name) === 'component' && versions.includes(wasiOf(name)),
);

function wasiOf(name: string): string {
  return name.endsWith('0.3') ? '0.3' : '0.2';
}

export const isJco = (runtime: string) => runtime.startsWith('jco-');

export interface Given {
  readonly module: string;
  readonly args: readonly string[];
  readonly dirs?: readonly { readonly host: string; readonly guest: string }[];
  /** As `--listen` and `--connect`, LISTEN and CONNECT take them. */
  readonly listen?: readonly string[];
  readonly connect?: readonly string[];
  /** Its standard input is a terminal. */
  readonly terminal?: boolean;
}

/** Runs a command with a terminal for its standard input. */
const TERMINAL = join(root, 'tests/conformance/runner/terminal.py');

/** The command line of a guest; `node` is pollux on the Node that runs the tests. */
async function commandOf(runtime: string, given: Given): Promise<string[]> {
  const { module, args, dirs = [], listen = [], connect = [] } = given;
  const found = runtime === 'node' ? undefined : find(runtime);
  if (found !== undefined && 'missing' in found) throw new Error(found.missing);
  if (found !== undefined) return componentCommand(found, { module, args, dirs, listen, connect });
  return [
    ...[process.execPath, join(root, 'dist/pollux.js'), 'run'],
    ...dirs.flatMap(({ host, guest }) => ['--dir', `${host}::${guest}`]),
    ...listen.flatMap((address) => ['--listen', address]),
    ...connect.flatMap((address) => ['--connect', address]),
    ...[module, ...args],
  ];
}

/** Runs a guest to its end, and answers what it printed, line by line. A status other than 0 is an error. */
export async function linesOf(runtime: string, given: Given): Promise<string[]> {
  const command = await commandOf(runtime, given);
  if (given.terminal === true) command.unshift('python3', TERMINAL);
  const [program = '', ...args] = command;
  const { RUST_BACKTRACE: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(program, args, { env, timeout: 60_000 });
  return stdout.trimEnd().split('\n');
}
