#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// The CLI's entry: parses, calls a command, and turns what went wrong into a message and a status.
// The only place that ends the process.

import { Command, CommanderError } from 'commander';
import { parseConnect, parseListeners } from '../addresses.ts';
import { type ListenSpec, PolluxError, type PolluxErrorCode } from '../index.ts';
import { checkListenersOrder, checkTrigger, parseDir, parseEnv } from '../options.ts';
import { backendsCommand } from './commands/backends.ts';
import type { BuildFlags } from './commands/build.ts';
import { type RunFlags, runCommand } from './commands/run.ts';
import { addCompare, type CommandProgress } from './compare-command.ts';
import { addComponentize } from './componentize-command.ts';
import {
  ABOUT,
  BACKENDS_HELP,
  BUILD_HELP,
  INSPECT_HELP,
  NEW_HELP,
  paintHelp,
  RUN_HELP,
} from './help.ts';
import { print, say, sayError } from './output.ts';
import {
  addLimit,
  checkMode,
  checkRestart,
  count,
  metricsAddress,
  seconds,
} from './reactor-options.ts';
import { VERSION } from './version.ts';
import { parseWasmtime } from './wasmtime.ts';

/** Status of a mistake in the command line. */
const USAGE = 2;
/** Status of a mistake of ours: EX_SOFTWARE of sysexits.h. */
const INTERNAL = 70;

/** Errors that a look at the help may cure. */
const USAGE_ERRORS: ReadonlySet<PolluxErrorCode> = new Set(['ERR_BACKEND_UNKNOWN', 'ERR_OPTION']);

const COMMANDS = ['run', 'new', 'build', 'inspect', 'componentize', 'compare', 'backends'];

/** Where the command line stands: an error while it is parsed is the user's mistake. */
interface Progress extends CommandProgress {
  /** What commander wants printed, and what it has to say of a mistake. */
  help: string;
  mistake: string;
}

/** Appends each value of a repeatable option. */
function collect<T>(parse: (text: string) => T): (text: string, previous?: T[]) => T[] {
  return (text, previous = []) => [...previous, parse(text)];
}

function collectEnv(text: string, previous: Record<string, string> = {}): Record<string, string> {
  const variable = parseEnv(text, process.env);
  return variable === undefined ? previous : { ...previous, [variable[0]]: variable[1] };
}

/** What several options add to, in the order of the command line. */
interface Gathered {
  readonly listen: ListenSpec[];
  inheritEnv: boolean;
}

function gather(gathered: Gathered) {
  const listen = (text: string) => {
    gathered.listen.push(...parseListeners(text));
    return text;
  };
  const wasmtime = (text: string) => {
    const { listen, inheritEnv } = parseWasmtime(text);
    gathered.listen.push(...listen);
    gathered.inheritEnv ||= inheritEnv;
    return text;
  };
  return { listen, wasmtime };
}

function program(progress: Progress): Command {
  const gathered: Gathered = { listen: [], inheritEnv: false };
  const { listen, wasmtime } = gather(gathered);
  const root = new Command('pollux')
    .description('Runs event-driven network programs compiled to WebAssembly (WASI preview 1).')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help on a command')
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => {
        progress.help += text;
      },
      outputError: (text) => {
        progress.mistake += text;
      },
      // The help on an unknown command: a line is enough.
      writeErr: () => {},
    })
    .exitOverride()
    .addHelpText('after', ABOUT);

  root
    .command('run')
    .summary('run a .wasm with listening sockets')
    .description(
      'Runs a WebAssembly command module (wasm32-wasip1) and gives it listening sockets.',
    )
    .usage('[options] FILE.wasm [args...]')
    .argument('<FILE.wasm>', 'the module')
    .argument('[args...]', "the guest's arguments; options among them are the guest's too")
    .option(
      '-l, --listen <[NAME=]ADDR>',
      'listen on HOST:PORT, [V6]:PORT or :PORT (port 0: a free one), unix:PATH, fd:N or systemd; ADDR may end in ,backlog=N ,reuseport ,mode=0660 (repeatable)',
      listen,
    )
    .option(
      '-c, --connect <[NAME=]ADDR>',
      'let the guest connect to HOST:PORT or unix:PATH, by opening /dev/tcp/NAME; without a name /dev/tcp/HOST/PORT (repeatable)',
      collect(parseConnect),
    )
    .option(
      '--listeners <ORDER>',
      'first: before the directories; or last: behind them, as wazero has them',
      checkListenersOrder,
      'first',
    )
    .option(
      '-d, --dir <HOST[::GUEST]>',
      'give the guest a directory, under another name (repeatable)',
      collect(parseDir),
    )
    .option(
      '-e, --env <NAME[=VALUE]>',
      'set a variable of the guest; NAME alone takes your value (repeatable)',
      collectEnv,
    )
    .option(
      '-b, --backend <NAME>',
      "auto or a name that 'pollux backends' lists: epoll, poll, select, epoll-et, sigio, io-uring",
      'auto',
    )
    .option(
      '--trigger <KIND>',
      'level, as the standard has it; or edge: what was reported stays quiet until the guest has drained it (tokio needs it)',
      checkTrigger,
      'level',
    )
    .option('--mode <NAME>', 'where the guest runs: blocking, worker, jspi or inline', checkMode)
    .option('--workers <N>', 'run N instances, each on a thread of its own (SO_REUSEPORT)', count)
    .option(
      '--restart <WHEN>',
      'start an instance that ended again: never, on-failure or always',
      checkRestart,
      'never',
    )
    .option(
      '--limit <NAME=N>',
      'memory (bytes, or with K, M, G), connections, descriptors, accepts (a second) or turn (ms) (repeatable)',
      addLimit,
    )
    .option('--watch', 'load the module anew whenever the file changes, as SIGHUP does')
    .option('--drain-timeout <S>', 'seconds that open connections have after Ctrl-C', seconds, 10)
    .option(
      '--metrics <ADDR>',
      'serve counters for Prometheus at http://ADDR/metrics',
      metricsAddress,
    )
    .option('--wasi <NAME>', 'the base WASI: node, wasi-js or wasmer', 'node')
    .option('--tcplisten <ADDR>', "Wasmtime's spelling of --listen", listen)
    .option(
      '-S <KEY[=VALUE],...>',
      "Wasmtime's: tcplisten=ADDR, listenfd, inherit-env, preview2=n (repeatable)",
      wasmtime,
    )
    .option('--trace', 'print each WASI call on stderr')
    .option('--stats', 'print counters on stderr at the end')
    .addHelpText('after', RUN_HELP)
    .passThroughOptions()
    .action(async (file: string, args: string[], flags: Omit<RunFlags, keyof Gathered>) => {
      progress.parsing = false;
      progress.status = await runCommand(file, args, { ...flags, ...gathered });
    });

  root
    .command('new')
    .summary('make a folder with a guest that builds, runs and tests')
    .description(
      'Makes a project with a guest in AssemblyScript, its test, and the commands for both.',
    )
    .argument('<NAME>', 'the folder to make')
    .option('-t, --template <KIND>', 'echo, line (a line protocol) or http', 'echo')
    .addHelpText('after', NEW_HELP)
    .action(async (name: string, options: { template: string }) => {
      progress.parsing = false;
      const { newCommand } = await import('./commands/new.ts');
      progress.status = newCommand(name, options);
    });

  root
    .command('build')
    .summary('compile a guest in AssemblyScript')
    .description(
      "Compiles a guest by the project's AssemblyScript compiler, with what pollux needs set.",
    )
    .argument('[ENTRY.ts]', 'the program', 'assembly/index.ts')
    .option('-o, --out <FILE>', 'what to write; build/ENTRY.wasm, or build/ENTRY.reactor.wasm')
    .option('--command', 'a module that runs its own loop, by _start; the default')
    .option('--reactor', 'a module for mode inline, which exports _initialize and turn')
    .option('--debug', 'without optimisations')
    .addHelpText('after', BUILD_HELP)
    .action(async (entry: string, flags: BuildFlags) => {
      progress.parsing = false;
      const { buildCommand } = await import('./commands/build.ts');
      progress.status = await buildCommand(entry, flags);
    });

  root
    .command('inspect')
    .summary('tell what a module is, and how it would run')
    .description(
      'Tells imports, exports, kind and memory of a module, and what of the host it would use.',
    )
    .argument('<FILE.wasm>', 'the module')
    .option('--json', 'as JSON')
    .addHelpText('after', INSPECT_HELP)
    .action(async (file: string, options: { json?: true }) => {
      progress.parsing = false;
      const { inspectCommand } = await import('./commands/inspect.ts');
      progress.status = await inspectCommand(file, options);
    });

  addComponentize(root, progress);

  root
    .command('backends')
    .summary('list the backends, and why one is not available')
    .description('Lists the mechanisms that poll_oneoff can wait with on this machine.')
    .addHelpText('after', BACKENDS_HELP)
    .action(async () => {
      progress.parsing = false;
      progress.status = await backendsCommand();
    });
  addCompare(root, progress);
  return root;
}

/** Commander's words for a mistake, with what helps against it. */
function explain(text: string): string {
  const [message = '', ...more] = text.trim().split('\n');
  const file = /unknown command '(.*\.wasm)'/.exec(message)?.[1];
  const hint = file === undefined ? more.join(' ') : `(Did you mean pollux run ${file}?)`;
  return `${message.replace(/^error: /, '')}${hint === '' ? '' : ` ${hint}`}`;
}

function sayWhereHelpIs(argv: readonly string[]): void {
  const command = argv.find((word) => COMMANDS.includes(word));
  say(`Try 'pollux ${command === undefined ? '' : `${command} `}--help'.`);
}

async function failed(error: unknown, argv: readonly string[], progress: Progress) {
  if (error instanceof CommanderError) {
    // Only `pollux help NAME` fails without a word.
    await sayError(explain(progress.mistake || 'there is no such command'));
    sayWhereHelpIs(argv);
    return USAGE;
  }
  if (error instanceof PolluxError) {
    await sayError(error.message);
    if (!progress.parsing && !USAGE_ERRORS.has(error.code)) return 1;
    sayWhereHelpIs(argv);
    return USAGE;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  await sayError(`internal error: ${message}; please report it`);
  if (process.env.POLLUX_DEBUG) say(`${stack}`);
  return INTERNAL;
}

/** Runs the CLI on these arguments; answers the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  const progress: Progress = { parsing: true, status: 0, help: '', mistake: '' };
  const root = program(progress);
  try {
    if (argv.length === 0) root.outputHelp();
    else await root.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // Help and version are thrown too, with status 0.
    const ended = error instanceof CommanderError && error.exitCode === 0;
    if (!ended) return failed(error, argv, progress);
  }
  if (progress.help !== '') print(await paintHelp(progress.help));
  return progress.status;
}

// As exit(3): the system keeps the low eight bits.
process.exitCode = (await main(process.argv.slice(2))) & 0xff;
