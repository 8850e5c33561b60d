// SPDX-License-Identifier: MIT
// `pollux backends`: a table of what this machine has.

import { backends } from '../../index.ts';
import { colorsOf, print } from '../output.ts';

/** The widest that the column with the reasons may become, and the narrowest of the last one. */
const REASON = 40;
const SUMMARY = 24;

/** Prints the table; always 0. */
export async function backendsCommand(): Promise<number> {
  // Loaded here alone: `pollux run` must start fast.
  const { default: Table } = await import('cli-table3');
  const { bold, green, red } = await colorsOf('stdout');
  const all = backends();
  const best = all.find(({ available }) => available)?.name;
  const rows = all.map(({ name, available, reason, summary }) => [
    name === best ? `${name} (auto)` : name,
    available ? 'yes' : `no: ${reason}`,
    summary,
  ]);
  const head = ['backend', 'available', 'how it waits'];
  const table = new Table({
    head: head.map((text) => bold(text)),
    colWidths: widths([head, ...rows], process.stdout.columns),
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const [name = '', available = '', summary = ''] of rows) {
    table.push([name, available === 'yes' ? green(available) : red(available), summary]);
  }
  print(`${table.toString()}\n`);
  return 0;
}

/** Each column as wide as its text, but the table no wider than the terminal, where there is one. */
function widths(rows: readonly (readonly string[])[], columns = Number.POSITIVE_INFINITY) {
  const widest = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0)) + 2;
  const [name, available, summary] = [widest(0), Math.min(widest(1), REASON), widest(2)];
  const rest = columns - name - available - 4;
  return [name, available, Math.max(Math.min(summary, rest), SUMMARY)];
}
