// SPDX-License-Identifier: MIT
// `pollux inspect`: what a module is, and how it would run.

import { type Inspection, inspectModule } from '../../inspect/inspect.ts';
import { colorsOf, print, visible } from '../output.ts';

/** Prints what is known of the module; answers the exit status. */
export async function inspectCommand(file: string, { json }: { json?: true }): Promise<number> {
  const inspection = inspectModule(file);
  print(json ? `${JSON.stringify(inspection, null, 2)}\n` : await show(inspection));
  return 0;
}

const PAGE = 65_536;

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 2 ** 20
    ? `${(bytes / 1024).toFixed(1)} KiB`
    : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function showMemory({ memory }: Inspection): string {
  if (memory === undefined) return 'none';
  const most = memory.most === undefined ? 'no maximum' : `at most ${size(memory.most * PAGE)}`;
  const kinds = [...(memory.imported ? ['imported'] : []), ...(memory.shared ? ['shared'] : [])];
  return [`${size(memory.least * PAGE)} at first`, most, ...kinds].join(', ');
}

async function show(inspection: Inspection): Promise<string> {
  const { bold, dim, red } = await colorsOf('stdout');
  const { path, byteLength, kind, imports, unknownImports, exports, producers } = inspection;
  const row = (title: string, lines: readonly string[]) =>
    lines.map((line, at) => `  ${bold((at === 0 ? title : '').padEnd(9))} ${line}`);
  const names = imports.map((name) => name.replace(/^wasi_snapshot_preview1\./, ''));
  const lines = [
    `${bold(visible(path))} ${dim(`(${size(byteLength)})`)}`,
    ...row('kind', [kind]),
    ...row('made by', [producers.length === 0 ? 'does not say' : visible(producers.join(', '))]),
    ...row('memory', [showMemory(inspection)]),
    ...row('imports', [
      names.length === 0
        ? 'nothing of preview 1'
        : `${names.length} of preview 1: ${names.join(' ')}`,
      ...unknownImports.map((name) => red(`unknown: ${visible(name)}`)),
    ]),
    ...row('exports', [exports.map(({ name }) => visible(name)).join(' ') || 'nothing']),
    ...row('uses', [inspection.features.join('; ') || 'nothing of the host']),
    ...row('runs', [...runs(inspection)]),
  ];
  return `${lines.join('\n')}\n`;
}

function* runs({ path, modes, obstacles, features }: Inspection): Generator<string> {
  if (obstacles.length > 0) {
    yield `not in pollux: ${obstacles.join('; ')}`;
    return;
  }
  yield `in mode ${modes.join(', ')}`;
  const listens = features.includes('accepts connections') ? '--listen 127.0.0.1:6666 ' : '';
  const mode = modes.includes('blocking') ? '' : '--mode inline ';
  yield `pollux run ${listens}${mode}${visible(path)}`;
}
