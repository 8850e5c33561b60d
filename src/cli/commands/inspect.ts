// SPDX-License-Identifier: MIT
// `pollux inspect`: what a module is, and how it would run.

import { type Inspection, inspectModule } from '../../inspect/inspect.ts';
import { colorsOf, print, showBytes, visible } from '../output.ts';

/** Prints what is known of the module; answers the exit status. */
export async function inspectCommand(file: string, { json }: { json?: true }): Promise<number> {
  const inspection = inspectModule(file);
  print(json ? `${JSON.stringify(inspection, null, 2)}\n` : await show(inspection));
  return 0;
}

const PAGE = 65_536;
const WIDTH = 84;

function memoryOf({ memory }: Inspection): string {
  if (memory === undefined) return 'none';
  const { least, most, exported } = memory;
  return [
    `${showBytes(least * PAGE)} at first`,
    most === undefined ? 'no maximum' : `at most ${showBytes(most * PAGE)}`,
    ...(memory.imported ? ['imported'] : []),
    ...(memory.shared ? ['shared'] : []),
    ...(memory.wide ? ['addresses of 64 bits'] : []),
    exported === undefined ? 'not exported' : `exported as ${exported}`,
  ].join(', ');
}

function originOf({ name, producers, functionNames }: Inspection): string[] {
  // Where a tool's source lies is of no use here, and long.
  const tools = producers.map((tool) => tool.replace(/ \(https?:.*?\)/, ''));
  return [
    tools.join(', ') || 'it does not say',
    ...(name === undefined ? [] : [`as ${name}`]),
    ...(functionNames ? [] : ['without names of functions: a trap tells func[N]']),
  ];
}

/** Words in lines that are not longer than they need be. */
function wrap(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH)
      lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}

async function show(inspection: Inspection): Promise<string> {
  const { bold, dim, red } = await colorsOf('stdout');
  const { path, byteLength, kind, imports, unknownImports, exports, features } = inspection;
  const row = (title: string, lines: readonly string[], paint = (text: string) => text) =>
    lines.map((line, at) => {
      return `  ${bold((at === 0 ? title : '').padEnd(8))} ${paint(visible(line))}`;
    });
  const names = imports.map((name) => name.replace(/^wasi_snapshot_preview1\./, ''));
  const title = `${bold(visible(path))} ${dim(`(${showBytes(byteLength)})`)}`;
  const details = [
    ...row('made by', originOf(inspection)),
    ...row('memory', [memoryOf(inspection)]),
    ...row('imports', [
      `${names.length || 'nothing'} of preview 1${names.length > 0 ? ':' : ''}`,
      ...wrap(names),
    ]),
    ...row('unknown', unknownImports, red),
    ...row('exports', wrap(exports.map(({ name }) => name))),
    ...row('uses', wrapped(features)),
  ];
  const lines = [
    title,
    ...row('kind', [kind]),
    ...(kind === 'component' ? [] : details),
    ...row('runs', [...runs(inspection)]),
  ];
  return `${lines.join('\n')}\n`;
}

const wrapped = (parts: readonly string[]) =>
  wrap(parts.map((part, at) => (at < parts.length - 1 ? `${part};` : part)));

function* runs({ path, modes, obstacles, features, componentizes }: Inspection): Generator<string> {
  if (obstacles.length > 0) {
    yield* obstacles.map((why) => `not in pollux: ${why}`);
    return;
  }
  const jspi = modes.includes('jspi') ? ' (Node 24 or later, Deno, Bun)' : '';
  yield `in mode ${modes.join(', ')}${jspi}`;
  const listens = features.includes('accepts connections') ? '--listen 127.0.0.1:6666 ' : '';
  const mode = modes.includes('blocking') ? '' : '--mode inline ';
  yield `pollux run ${listens}${mode}${path}`;
  if (componentizes) yield `pollux componentize ${path} (for Wasmtime and jco)`;
}
