// SPDX-License-Identifier: MIT
// `pollux backends`: a table of what this machine has.

import { backends } from '../../index.ts';

/** Prints the table; always 0. */
export async function backendsCommand(): Promise<number> {
  // Loaded here alone: `pollux run` must start fast.
  const [{ default: Table }, { default: colors }] = await Promise.all([
    import('cli-table3'),
    import('picocolors'),
  ]);
  const table = new Table({
    head: ['backend', 'available', 'how it waits'].map((text) => colors.bold(text)),
    style: { head: [], border: [] },
    wordWrap: true,
  });
  const all = backends();
  const best = all.find(({ available }) => available)?.name;
  for (const { name, available, reason, summary } of all) {
    const shown = available ? colors.green('yes') : colors.red(`no: ${reason}`);
    table.push([name === best ? `${name} (auto)` : name, shown, summary]);
  }
  process.stdout.write(`${table.toString()}\n`);
  return 0;
}
