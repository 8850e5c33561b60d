// SPDX-License-Identifier: MIT
// `pollux run`: the options turned into a run, and its end into lines on stderr and a status.

import { catchSignals, releaseSignals } from '../../../host/index.ts';
import {
  type ConnectSpec,
  GuestTrap,
  type ListenSpec,
  PolluxError,
  run,
  type Started,
} from '../../index.ts';
import { activatedListeners } from '../../systemd.ts';
import { say, sayError, sayTrace, visible } from '../output.ts';
import { showStats } from '../stats.ts';

/** The options of a run, parsed. */
export interface RunFlags {
  readonly listen: readonly ListenSpec[];
  readonly listeners: 'first' | 'last';
  readonly connect?: readonly ConnectSpec[];
  /** The guest gets all of our environment. */
  readonly inheritEnv: boolean;
  readonly dir?: readonly { readonly host: string; readonly guest: string }[];
  readonly env?: Readonly<Record<string, string>>;
  readonly backend: string;
  readonly trigger: 'level' | 'edge';
  readonly wasi: string;
  readonly trace?: true;
  readonly stats?: true;
}

/** What a shell makes of SIGABRT, and what Wasmtime exits with after a trap. */
const TRAPPED = 134;

/** Options that are ours where they stand before the file, and the guest's behind it. */
const OURS =
  /^--(listen|listeners|connect|tcplisten|dir|env|backend|trigger|wasi|trace|stats)(=|$)/;

/** Runs the guest; the status to exit with. A signal that ended it is raised again, to end us alike. */
export async function runCommand(
  file: string,
  args: readonly string[],
  flags: RunFlags,
): Promise<number> {
  let started: Started | undefined;
  let status = 0;
  let signal = 0;
  warnOfMisplaced(file, args);
  try {
    status = run({
      module: file,
      // The first argument is the program's name, as exec(3) gives it.
      args: [file, ...(args[0] === '--' ? args.slice(1) : args)],
      listen: withActivated(flags.listen),
      listeners: flags.listeners,
      connect: flags.connect ?? [],
      dirs: flags.dir ?? [],
      env: { ...(flags.inheritEnv ? environment() : {}), ...flags.env },
      backend: flags.backend,
      trigger: flags.trigger,
      wasi: flags.wasi,
      trace: flags.trace && sayTrace,
      warn: (message) => say(`pollux: ${message}`),
      onListening: (now) => {
        started = now;
        // Without --stats the signals keep their default action: they end the process at once,
        // wherever the guest is.
        if (flags.stats) catchSignals(now.id);
        announce(now);
      },
    });
  } catch (error) {
    if (error instanceof GuestTrap) {
      await reportTrap(error);
      status = TRAPPED;
    } else if (!(error instanceof PolluxError && error.code === 'ERR_STOPPED')) {
      throw error;
    }
  } finally {
    if (flags.stats) signal = releaseSignals();
  }
  if (flags.stats && started !== undefined) say(await showStats(started.stats()));
  if (signal === 0) return status;
  process.kill(process.pid, signal);
  // Still here: whoever started us had us ignore it. A shell's word for the same end.
  return 128 + signal;
}

/** Started by a .socket unit, a guest has those sockets first, unless --listen says which and where. */
function withActivated(specs: readonly ListenSpec[]): readonly ListenSpec[] {
  const activated = activatedListeners();
  return specs.some((spec) => activated.some((one) => one === spec))
    ? specs
    : [...activated, ...specs];
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

function announce({ addresses, backend }: Started): void {
  for (const { name, fd, address } of addresses) {
    const names = name === '' ? `fd ${fd}` : `fd ${fd}, ${visible(name)}`;
    say(`pollux: listening on ${visible(address)} (${names}), backend ${backend}`);
  }
}

async function reportTrap(trap: GuestTrap): Promise<void> {
  await sayError(`the guest trapped: ${trap.message}`);
  for (const { name, offset } of trap.frames) {
    say(`  at ${visible(name)}${offset < 0 ? '' : ` (+0x${offset.toString(16)})`}`);
  }
}

/** `pollux run app.wasm --listen …` is easily typed, and would run a server without a socket. */
function warnOfMisplaced(file: string, args: readonly string[]): void {
  const option = args[0] === '--' ? undefined : args.find((arg) => OURS.test(arg));
  if (option === undefined) return;
  const name = option.replace(/=.*/, '');
  say(
    `pollux: note: ${name} stands after ${file}, so the guest gets it; put it before the file if it is for pollux, or '--' behind the file`,
  );
}
