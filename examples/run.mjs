// SPDX-License-Identifier: MIT
// Builds one example and runs it as its header says: `node examples/run.mjs NAME [pollux options]`,
// which is `npm run example -- NAME`. Options that are given take the place of the header's.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGuest, exampleNames } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The `// Key: value` lines of an example's header, by key in lower case. */
export function readHeader(name) {
  const header = {};
  for (const line of readFileSync(join(root, `examples/${name}.ts`), 'utf8').split('\n')) {
    if (!line.startsWith('//')) break;
    const match = /^\/\/ (Listen|Connect|Backend|Dir): (.+)$/.exec(line);
    if (match !== null) header[match[1].toLowerCase()] = match[2];
  }
  return header;
}

/** The header as options of `pollux run`; an option in `given` replaces the header's of that name. */
function options(header, given) {
  const isGiven = (option) =>
    given.some((word) => word === option || word.startsWith(`${option}=`));
  const words = [];
  for (const [key, value] of Object.entries(header)) {
    if (isGiven(`--${key}`)) continue;
    if (key === 'dir') mkdirSync(join(root, value.split('::')[0]), { recursive: true });
    words.push(`--${key}`, value);
  }
  return [...words, ...given];
}

function usage() {
  const names = exampleNames().map((name) => {
    const { listen, backend } = readHeader(name);
    return `  ${name.padEnd(16)} ${listen}, backend ${backend}`;
  });
  return `usage: npm run example -- NAME [options of pollux run]\n\n${names.join('\n')}`;
}

/** How to talk to the server that these options start: the host and port of its --listen. */
function howToTalk(words) {
  const at = words.findIndex((word) => word === '--listen' || word === '-l');
  const match = /^(?:[^=[]*=)?(?:\[(.*)\]|([^:]*)):(\d+)/.exec(words[at + 1] ?? '');
  if (at < 0 || match === null) return 'the next line says where it listens';
  const [, v6, host, port] = match;
  const target = `${v6 || host || '127.0.0.1'} ${port}`;
  return port === '0'
    ? 'it listens where the next line says'
    : `talk to it from another terminal: nc ${target}`;
}

async function main([name, ...given]) {
  if (name === undefined || !exampleNames().includes(name)) {
    console.error(name === undefined ? usage() : `there is no example '${name}'\n\n${usage()}`);
    process.exitCode = 2;
    return;
  }
  const guest = `build/examples/${name}.wasm`;
  await buildGuest(`examples/${name}.ts`, guest);
  const chosen = options(readHeader(name), given);
  const words = ['dist/pollux.js', 'run', ...chosen, guest];
  console.error(`${name}: ${howToTalk(chosen)}   (Ctrl-C ends it)`);
  const server = spawn(process.execPath, words, { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches both from the terminal; a signal to this process alone is handed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => server.kill('SIGTERM'));
  server.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}

await main(process.argv.slice(2));
