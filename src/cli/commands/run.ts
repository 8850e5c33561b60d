// SPDX-License-Identifier: MIT
// `pollux run`: the options turned into a run, and its end into lines on stderr and a status.

import { catchSignals, GuestTrap, PolluxError, releaseSignals } from '../../../host/index.ts';
import { run, type Started } from '../../index.ts';
import { parseDir, parseEnv } from '../../options.ts';
import { showStats } from '../stats.ts';

/** As commander gives them. */
export interface RunFlags {
  readonly listen?: readonly string[];
  readonly dir?: readonly string[];
  readonly env?: readonly string[];
  readonly backend: string;
  readonly trace?: true;
  readonly stats?: true;
}

/** What a shell makes of SIGABRT, and what Wasmtime exits with after a trap. */
const TRAPPED = 134;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function announce({ addresses, backend }: Started): void {
  for (const { name, fd, host, port } of addresses) {
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const names = name === '' ? `fd ${fd}` : `fd ${fd}, ${name}`;
    say(`pollux: listening on ${address} (${names}), backend ${backend}`);
  }
}

function reportTrap(trap: GuestTrap): void {
  say(`pollux: the guest trapped: ${trap.message}`);
  for (const { name, offset } of trap.frames) {
    say(`    at ${name}${offset < 0 ? '' : ` (+0x${offset.toString(16)})`}`);
  }
}

/** Runs the guest; the status to exit with. A signal that ended it is raised again, to end us alike. */
export function runCommand(file: string, args: readonly string[], flags: RunFlags): number {
  let started: Started | undefined;
  let status = 0;
  try {
    status = run({
      module: file,
      // The first argument is the program's name, as exec(3) gives it.
      args: [file, ...(args[0] === '--' ? args.slice(1) : args)],
      listen: flags.listen ?? [],
      dirs: (flags.dir ?? []).map(parseDir),
      env: Object.fromEntries((flags.env ?? []).map((text) => parseEnv(text, process.env))),
      backend: flags.backend,
      trace: flags.trace && say,
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
      reportTrap(error);
      status = TRAPPED;
    } else if (!(error instanceof PolluxError && error.code === 'ERR_STOPPED')) {
      throw error;
    }
  }
  if (flags.stats && started !== undefined) {
    say(showStats(started.stats()));
    const signal = releaseSignals();
    if (signal !== 0) process.kill(process.pid, signal);
  }
  return status;
}
