// SPDX-License-Identifier: MIT
// The CLI's entry: parses, calls a command, and turns what went wrong into a message and a status.
// The only place that ends the process.

import { Command, CommanderError } from 'commander';
import { PolluxError } from '../index.ts';
import { backendsCommand } from './commands/backends.ts';
import { type RunFlags, runCommand } from './commands/run.ts';
import { ABOUT, BACKENDS_HELP, RUN_HELP } from './help.ts';
import { VERSION } from './version.ts';

/** Status of a mistake in the command line. */
const USAGE = 2;

function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

function program(finish: (status: number) => void): Command {
  const root = new Command('pollux')
    .description('Runs event-driven network programs compiled to WebAssembly (WASI preview 1).')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError(
      "(add --help for what there is, 'pollux run --help' for the options of a run)",
    )
    .addHelpText('after', ABOUT)
    .exitOverride();

  root
    .command('run')
    .summary('run a .wasm with sockets')
    .description(
      'Runs a WebAssembly command module (wasm32-wasip1) and gives it listening sockets.',
    )
    .usage('[options] FILE.wasm [args...]')
    .argument('<FILE.wasm>', 'the module')
    .argument('[args...]', 'arguments of the guest')
    .option(
      '-l, --listen <[NAME=]ADDR>',
      'listen on HOST:PORT, [V6]:PORT or :PORT; adds [,backlog=N][,reuseport]',
      collect,
    )
    .option('-d, --dir <HOST[::GUEST]>', 'give the guest a directory', collect)
    .option('-e, --env <NAME[=VALUE]>', 'set a variable of the guest', collect)
    .option('-b, --backend <NAME>', 'auto, epoll, poll or select', 'auto')
    .option('--trace', 'print each WASI call on stderr')
    .option('--stats', 'print counters on stderr at the end')
    .addHelpText('after', RUN_HELP)
    .passThroughOptions()
    .exitOverride()
    .action((file: string, args: string[], flags: RunFlags) => {
      finish(runCommand(file, args, flags));
    });

  root
    .command('backends')
    .summary('list the backends, and why one is not available')
    .description('Lists the mechanisms that poll_oneoff can wait with on this machine.')
    .addHelpText('after', BACKENDS_HELP)
    .exitOverride()
    .action(async () => finish(await backendsCommand()));
  return root;
}

/** Runs the CLI on these arguments; answers the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  let status = 0;
  const root = program((result) => {
    status = result;
  });
  try {
    if (argv.length === 0) {
      root.outputHelp();
      return 0;
    }
    await root.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    // Help and version come this way too, with status 0; commander has said what there is to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (error instanceof PolluxError) {
      process.stderr.write(`pollux: ${error.message}\n`);
      return error.code === 'ERR_OPTION' ? USAGE : 1;
    }
    const { message, stack } = error as Error;
    process.stderr.write(`pollux: internal error, please report it: ${message}\n`);
    if (process.env.POLLUX_DEBUG !== undefined) process.stderr.write(`${stack}\n`);
    return 70;
  }
}

process.exitCode = await main(process.argv.slice(2));
