// SPDX-License-Identifier: MIT
// `pollux run`: the options turned into a Reactor, and what happens to it into lines on stderr and a status.

import {
  type ConnectSpec,
  type Ending,
  type GuestTrap,
  type Limits,
  type ListenSpec,
  type Mode,
  Reactor,
  type RestartPolicy,
} from '../../index.ts';
import { activatedListeners } from '../../systemd.ts';
import { say, sayError, sayTrace, visible } from '../output.ts';
import type { TcpAddress } from '../reactor-options.ts';
import { catchEndings } from '../signals.ts';
import { showStats } from '../stats.ts';
import { reloadOnChange } from '../watch.ts';

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
  readonly mode?: Mode;
  readonly workers?: number;
  readonly restart: RestartPolicy;
  readonly limit?: Limits;
  readonly watch?: true;
  /** Seconds. */
  readonly drainTimeout: number;
  /** HOST:PORT. */
  readonly metrics?: TcpAddress;
  readonly trace?: true;
  readonly stats?: true;
}

/** What a shell makes of SIGABRT, and what Wasmtime exits with after a trap. */
const TRAPPED = 134;

/** Options that are ours where they stand before the file, and the guest's behind it. */
const OURS =
  /^--(listen|listeners|connect|tcplisten|dir|env|backend|trigger|wasi|mode|workers|restart|limit|watch|drain-timeout|metrics|trace|stats)(=|$)/;

/** Runs the guest; the status to exit with. A signal that ended it is raised again, to end us alike. */
export async function runCommand(
  file: string,
  args: readonly string[],
  flags: RunFlags,
): Promise<number> {
  warnOfMisplaced(file, args);
  const listen = withActivated(flags.listen);
  const reactor = await Reactor.start({
    module: file,
    args: args[0] === '--' ? args.slice(1) : args,
    listen,
    listeners: flags.listeners,
    connect: flags.connect ?? [],
    dirs: flags.dir ?? [],
    env: { ...(flags.inheritEnv ? environment() : {}), ...flags.env },
    backend: flags.backend,
    trigger: flags.trigger,
    wasi: flags.wasi,
    mode: flags.mode ?? (needsThread(flags) ? 'worker' : 'blocking'),
    workers: flags.workers ?? 1,
    restart: flags.restart,
    limits: flags.limit ?? {},
    stdio: 'inherit',
    ...(flags.trace
      ? { trace: flags.mode === undefined && !needsThread(flags) ? sayTrace : 'stderr' }
      : {}),
  });
  const saying: Promise<void>[] = [];
  reactor.on('log', ({ message }) => say(`pollux: ${message}`));
  reactor.on('trap', ({ error }) => saying.push(reportTrap(error)));
  reactor.on('exit', ({ ending }) => {
    if (ending.kind === 'limit' || ending.kind === 'error')
      saying.push(sayError(ending.error.message));
  });
  reactor.on('restart', ({ delayMs }) => {
    say(`pollux: the guest is started again${delayMs > 0 ? ` in ${delayMs} ms` : ''}`);
  });
  const release = catchEndings(reactor, {
    file,
    listens: listen.length > 0,
    stats: flags.stats === true,
    drainMs: Math.round(flags.drainTimeout * 1000),
  });
  const watcher = flags.watch && reloadOnChange(reactor, file);
  announce(reactor);
  if (flags.metrics !== undefined) {
    // prom-client takes as long to load as a run takes to start.
    const { serveMetrics } = await import('../metrics.ts');
    await serveMetrics(reactor, flags.metrics).catch(async (error) => {
      await reactor.close();
      throw error;
    });
  }
  const ending = await reactor.ended;
  if (watcher) watcher.close();
  const signal = release();
  await Promise.all(saying);
  if (flags.stats) say(await showStats(reactor.stats()));
  if (signal === 0 || ending.kind !== 'stopped') return statusOf(ending);
  process.kill(process.pid, signal);
  // Still here: whoever started us had us ignore it. A shell's word for the same end.
  return 128 + signal;
}

/** Whether the main thread must stay free: something is to be done while the guest runs. */
function needsThread({ workers = 1, restart, watch, limit, metrics }: RunFlags): boolean {
  const looks = watch === true || metrics !== undefined || (limit?.turnMs ?? 0) > 0;
  return workers > 1 || restart !== 'never' || looks;
}

function statusOf(ending: Ending): number {
  if (ending.kind === 'exit') return ending.status;
  if (ending.kind === 'stopped') return 0;
  return ending.kind === 'trap' ? TRAPPED : 1;
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

function announce({ addresses, backend }: Reactor): void {
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
