// SPDX-License-Identifier: MIT
// `pollux backends`: a table of what this machine has.

import { backends } from '../../index.ts';
import { colorsOf, print } from '../output.ts';

/** Prints the table; always 0. */
export async function backendsCommand(): Promise<number> {
  // Loaded here alone: `pollux run` must start fast.
  const { default: Table } = await import('cli-table3');
  const { bold, green, red } = colorsOf('stdout');
  const table = new Table({
    head: ['backend', 'available', 'how it waits'].map((text) => bold(text)),
    style: { head: [], border: [], compact: true },
  });
  const all = backends();
  const best = all.find(({ available }) => available)?.name;
  for (const { name, available, reason, summary } of all) {
    const shown = available ? green('yes') : red(`no: ${reason}`);
    table.push([name === best ? `${name} (auto)` : name, shown, summary]);
  }
  print(`${table.toString()}\n`);
  return 0;
}
