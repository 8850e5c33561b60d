// SPDX-License-Identifier: MIT
// `pollux compare --chain`: libevent's bench, on this Node, each backend, and in C.

import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { runChain } from '../../compare/chain.ts';
import type { ChainResult } from '../../compare/chain-result.ts';
import { exampleGuest, nativeProgram, script } from '../../compare/programs.ts';
import { backends } from '../../index.ts';
import { colorsOf, print, say } from '../output.ts';

/** What a shell makes of SIGINT. */
const INTERRUPTED = 130;

export interface ChainFlags {
  /** undefined: all that this machine has. */
  readonly backends: readonly string[] | undefined;
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

/** Measures 1 active pair of 100, 400 and 1,000, and 1,000 writes; the status: 130 after Ctrl-C. */
export async function chainCommand({
  backends: wanted,
  repeat,
  json,
}: ChainFlags): Promise<number> {
  const ending = new AbortController();
  const onSignal = () => ending.abort();
  process.on('SIGINT', onSignal);
  const available = backends().flatMap((one) => (one.available ? [one.name] : []));
  const result = await runChain({
    runtimes: [{ name: 'node', command: process.execPath, args: [] }],
    backends: (wanted ?? available).filter((name) => available.includes(name)),
    pollux: script('pollux.js'),
    guest: exampleGuest('bench-chain'),
    native: nativeProgram('pollux-chain'),
    ...{ n: [100, 400, 1000], active: 1, writes: 1000, repeat, signal: ending.signal },
    onProgress: ({ done, total, contender }) => say(`${done} of ${total}: ${contender}`),
  });
  process.off('SIGINT', onSignal);
  print(`${await table(result)}\n`);
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify(result, null, 1)}\n`);
    say(`pollux: wrote ${json}`);
  }
  return result.interrupted ? INTERRUPTED : 0;
}
