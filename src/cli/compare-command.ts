// SPDX-License-Identifier: MIT
// The options of `pollux compare`; the command itself is loaded where it is called.

import { type Command, Option } from 'commander';
import { PolluxError } from '../index.ts';
import type { CompareFlags } from './commands/compare.ts';
import { COMPARE_HELP } from './help.ts';

/** Where the command line stands. */
export interface CommandProgress {
  parsing: boolean;
  status: number;
}

/** As commander gives them: texts, which the command's own module checks. */
type RawFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Options that only the echo takes. */
const MATRIX = ['active', 'idle', 'cross', 'size', 'duration'];

/** Adds the command. */
export function addCompare(root: Command, progress: CommandProgress): void {
  const collect = (text: string, previous: string[] = []) => [...previous, text];
  root
    .command('compare')
    .summary('measure backends and runtimes side by side')
    .description(
      'Measures one guest on each backend and runtime of this machine, beside native C and node:net.',
    )
    .argument('[FILE.wasm]', 'an echo server; examples/echo without it')
    .option('-b, --backends <LIST>', 'as epoll,poll; all that this machine has without it')
    .option('-r, --runtimes <LIST>', 'as node,bun,c; all that are found without it')
    .option(
      '--runtime <NAME=FILE>',
      "a runtime's program, where it is not in PATH (repeatable)",
      collect,
    )
    .option('--active <LIST>', 'connections that send', '1,10,50,500')
    .option('--idle <LIST>', 'connections that are silent', '0,100,1000,10000')
    .option('--cross', 'all combinations of --active and --idle')
    .option('--size <BYTES>', 'a message', '64')
    .option('--duration <TIME>', 'one measured window, as 2s or 500ms', '2s')
    .option('--repeat <N>', 'repetitions', '3')
    .option('--claims', 'measure the claims about IO models too, each with a verdict')
    .addOption(
      new Option('--claims-only', 'measure nothing but the claims').conflicts([
        ...MATRIX,
        ...['backends', 'runtimes', 'runtime', 'repeat', 'baseline'],
      ]),
    )
    .addOption(
      new Option('--chain', "measure libevent's bench: a byte through many pairs").conflicts([
        ...MATRIX,
        ...['claims', 'claimsOnly', 'html', 'baseline'],
      ]),
    )
    .option('--json <FILE>', 'write all samples there')
    .option('--html <FILE>', 'write a page with charts there')
    .option('--baseline <FILE>', 'compare with what --json wrote before')
    .addHelpText('after', COMPARE_HELP)
    .action(async (guest: string | undefined, raw: RawFlags) => {
      const flags = await checked(raw);
      if (guest !== undefined && (raw.chain === true || flags.claimsOnly))
        throw new PolluxError(
          'ERR_OPTION',
          `${raw.chain ? '--chain' : '--claims-only'} runs guests of its own; leave ${guest} out`,
        );
      progress.parsing = false;
      if (raw.chain === true) {
        const { chainCommand } = await import('./commands/compare-chain.ts');
        progress.status = await chainCommand(flags);
        return;
      }
      const { compareCommand } = await import('./commands/compare.ts');
      progress.status = await compareCommand(guest, flags, process.argv.slice(2));
    });
}

async function checked(raw: RawFlags): Promise<CompareFlags> {
  const check = await import('./compare-options.ts');
  const text = (name: string) => raw[name] as string | undefined;
  const maybe = <T>(name: string, parse: (text: string) => T) => {
    const value = text(name);
    return value === undefined ? undefined : parse(value);
  };
  const paths = (raw.runtime ?? []) as readonly string[];
  return {
    backends: maybe('backends', check.backendNames),
    runtimes: maybe('runtimes', check.runtimeNames),
    paths: paths.reduce<ReadonlyMap<string, string>>(
      (all, one) => check.runtimePath(one, all),
      new Map(),
    ),
    active: check.activeCounts(text('active') ?? ''),
    idle: check.counts(text('idle') ?? ''),
    cross: raw.cross === true,
    size: check.messageSize(text('size') ?? ''),
    durationS: check.duration(text('duration') ?? ''),
    repeat: check.repetitions(text('repeat') ?? ''),
    claims: raw.claims === true || raw.claimsOnly === true,
    claimsOnly: raw.claimsOnly === true,
    json: text('json'),
    html: text('html'),
    baseline: text('baseline'),
  };
}
