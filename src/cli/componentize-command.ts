// SPDX-License-Identifier: MIT
// The options of `pollux componentize`; the command itself is loaded where it is called.

import type { Command } from 'commander';
import type { ComponentizeFlags } from './commands/componentize.ts';
import type { CommandProgress } from './compare-command.ts';
import { COMPONENTIZE_HELP } from './help.ts';

/** Adds the command. */
export function addComponentize(root: Command, progress: CommandProgress): void {
  const collect = (text: string, previous: string[] = []) => [...previous, text];
  root
    .command('componentize')
    .summary('make a component of a module, for Wasmtime 47 and later')
    .description(
      'Makes a component, with its sockets, of a WebAssembly command module (wasm32-wasip1).',
    )
    .argument('<FILE.wasm>', 'the module')
    .option('-o, --out <FILE>', 'what to write; FILE.component.wasm beside the module')
    .option('--wasi <VERSION>', 'the WASI of the component: 0.2 or 0.3', '0.2')
    .option(
      '-l, --listen <[NAME=]ADDR>',
      'listen on HOST:PORT, [V6]:PORT or :PORT where LISTEN is not set (repeatable)',
      collect,
    )
    .option(
      '-c, --connect <[NAME=]HOST:PORT>',
      'let the guest connect to it, by opening /dev/tcp/NAME, where CONNECT is not set (repeatable)',
      collect,
    )
    .addHelpText('after', COMPONENTIZE_HELP)
    .action(async (file: string, flags: ComponentizeFlags) => {
      const { checkOptions } = await import('../componentize/componentize.ts');
      const target = checkOptions(flags);
      progress.parsing = false;
      const { componentizeCommand } = await import('./commands/componentize.ts');
      progress.status = componentizeCommand(file, flags.out, target);
    });
}
