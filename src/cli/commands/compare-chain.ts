// SPDX-License-Identifier: MIT
// `pollux compare --chain`: libevent's bench, on each backend, under each runtime of pollux, and in C.

import Table from 'cli-table3';
import { createLogUpdate } from 'log-update';
import { type ChainProgress, type ChainRuntime, runChain } from '../../compare/chain.ts';
import type { ChainResult } from '../../compare/chain-result.ts';
import { type HostName, hostCommand } from '../../compare/contenders.ts';
import type { RuntimeName } from '../../compare/names.ts';
import { exampleGuest, nativeProgram, script } from '../../compare/programs.ts';
import { backends, PolluxError } from '../../index.ts';
import { checkWritable, untilInterrupted, writeJson } from '../ending.ts';
import { colorsOf, print, say } from '../output.ts';
import { progressLine } from '../progress-line.ts';

export interface ChainFlags {
  /** undefined: all that this machine has. */
  readonly backends: readonly string[] | undefined;
  /** undefined: all that can take part and are found. */
  readonly runtimes: readonly RuntimeName[] | undefined;
  readonly paths: ReadonlyMap<string, string>;
  readonly repeat: number;
  readonly json: string | undefined;
}

async function table({ cells, contenders, pairs }: ChainResult): Promise<string> {
  const { bold, dim } = await colorsOf('stdout');
  const head = ['us an event (to C)', ...pairs.map((count) => `${count} pairs`)];
  const shown = new Table({
    head: head.map((text) => bold(text)),
    colAligns: ['left', ...pairs.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const { name } of contenders) {
    const row = pairs.map((count) => {
      const cell = cells.find((one) => one.contender === name && one.pairs === count);
      if (cell?.nsPerEvent == null) return dim(cell?.skipped === undefined ? '' : 'failed');
      const ratio = cell.toLimit === null ? '' : ` (${cell.toLimit.median.toFixed(2)})`;
      return `${(cell.nsPerEvent.median / 1000).toFixed(2)}${dim(ratio)}`;
    });
    shown.push([name, ...row]);
  }
  const failures = cells.flatMap(({ contender, pairs: count, skipped }) =>
    skipped === undefined ? [] : [`${contender}, ${count} pairs: ${skipped}`],
  );
  return [shown.toString(), ...failures].join('\n');
}

/** Shows how far it is: on a terminal as a bar with the time left, else as lines. */
async function display() {
  if (!process.stderr.isTTY)
    return {
      show: ({ done, total, contender, pairs }: ChainProgress) =>
        say(`${done} of ${total}: ${contender}, ${pairs} pairs`),
      done: () => {},
    };
  const [colors, update] = [await colorsOf('stderr'), createLogUpdate(process.stderr)];
  const begun = performance.now();
  const show = ({ done, total, contender, pairs }: ChainProgress) => {
    const left = ((performance.now() - begun) / 1000 / done) * (total - done);
    const now = `${contender}, ${pairs} pairs: done`;
    update(progressLine(done / total, left, now, process.stderr.columns || 80, colors));
  };
  return { show, done: () => update.clear() };
}

const HOSTS: readonly HostName[] = ['node', 'bun', 'deno'];

/** Those that can take part; who is missing is told, and those that can't, as preview 1 has no connect. */
function runtimesOf({ runtimes = [...HOSTS, 'c'], paths }: ChainFlags): ChainRuntime[] {
  return runtimes.flatMap((name) => {
    if (name === 'c') return [];
    const host = HOSTS.find((one) => one === name);
    const found =
      host === undefined
        ? { missing: "the bench dials its own listener, which this one can't" }
        : hostCommand(host, paths);
    if (!('missing' in found)) return [{ name, ...found }];
    say(`pollux: ${name} is left out: ${found.missing}`);
    return [];
  });
}

/** Those of this machine, of the wanted ones if any are named; each that is not here is told. */
function backendsOf(wanted: readonly string[] | undefined): readonly string[] {
  return backends().flatMap(({ name, available, reason }) => {
    if (wanted?.includes(name) === false) return [];
    if (!available) say(`pollux: backend ${name} is left out: ${reason}`);
    return available ? [name] : [];
  });
}

/** Measures 1 active pair of 100, 400 and 1,000, and 1,000 writes; the status: 1 if none could be, 130 after Ctrl-C. */
export async function chainCommand(flags: ChainFlags): Promise<number> {
  const { backends: wanted, runtimes, repeat, json } = flags;
  checkWritable(json);
  const options = {
    runtimes: runtimesOf(flags),
    backends: backendsOf(wanted),
    pollux: script('pollux.js'),
    guest: exampleGuest('bench-chain'),
    ...(runtimes?.includes('c') === false ? {} : { native: nativeProgram('pollux-chain') }),
    ...{ n: [100, 400, 1000], active: 1, writes: 1000, repeat },
  };
  if (options.native === undefined && options.runtimes.length * options.backends.length === 0)
    throw new PolluxError(
      'ERR_COMPARE',
      'nobody is left to compare: all that was asked for is missing',
    );
  const { show, done: hide } = await display();
  const { result, interrupted } = await untilInterrupted((signal) =>
    runChain({
      ...{ ...options, signal },
      onProgress: show,
    }),
  );
  hide();
  print(`${await table(result)}\n`);
  if (json !== undefined) writeJson(json, result);
  return interrupted ?? (result.cells.some(({ nsPerEvent }) => nsPerEvent !== null) ? 0 : 1);
}
