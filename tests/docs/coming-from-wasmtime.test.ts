// SPDX-License-Identifier: MIT
// docs/coming-from-wasmtime.md as its readers go through it: the programs of docs/foreign-guests.md, and each command,
// with a free port for 6666. A program that serves is talked to, and ended.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cargo, go, zig } from '../foreign/toolchains.mjs';
import { CURRENT, find } from '../runtimes/index.mjs';
import { Client } from '../support/client.ts';
import { root } from '../support/server.ts';
import { blocksOf, type Command, commandsOf } from './page.ts';

const run = promisify(execFile);
const page = blocksOf('coming-from-wasmtime.md');
const programs = blocksOf('foreign-guests.md');

/** Ports that a page names, and programs that serve until they are ended. */
const PORT = '6666';
const SERVES = /^(wasmtime|pollux) run |jco run /;

function source(section: string, language: string): string {
  const found = [...page, ...programs].find(
    (block) => block.section === section && block.language === language,
  );
  if (found === undefined) throw new Error(`no ${language} under '${section}'`);
  return found.text;
}

/** What a reader has in the folder before the first command. */
const PROJECTS: Readonly<Record<string, (folder: string) => void>> = {
  Go(folder) {
    writeFileSync(join(folder, 'main.go'), source('Go', 'go'));
    writeFileSync(join(folder, 'go.mod'), 'module echo\n\ngo 1.24\n');
  },
  Rust(folder) {
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'src/main.rs'), source('Rust', 'rust'));
    writeFileSync(
      join(folder, 'Cargo.toml'),
      '[package]\nname = "echo"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n',
    );
  },
  C(folder) {
    writeFileSync(join(folder, 'echo.c'), source('C', 'c'));
  },
  AssemblyScript(folder) {
    writeFileSync(join(folder, 'echo.ts'), source('AssemblyScript', 'ts'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/pollux'));
    for (const name of ['assemblyscript', 'binaryen', 'long']) {
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
  },
};

/** The program of a runtime of the tests. */
function runtime(name: string) {
  const found = find(name);
  if ('missing' in found) throw new Error(found.missing);
  return found;
}

/** The programs that a reader has in the PATH, here where the tests have them. */
function argv({ words, comment }: Command): string[] {
  const [program = '', ...rest] = words;
  const line = words.join(' ');
  if (program === 'pollux') return [process.execPath, join(root, 'dist/pollux.js'), ...rest];
  if (program === 'go') return [go(), ...rest];
  if (program === 'cargo') return [cargo(), ...rest];
  if (line.startsWith('python3 -m ziglang cc ')) return [zig(), ...words.slice(3)];
  if (program === 'wasmtime')
    return [runtime(comment ? `wasmtime-${comment}` : CURRENT).command, ...rest];
  if (line.startsWith('npx @bytecodealliance/jco ')) {
    const { command, jco = '' } = runtime('jco-node-20');
    return [command, jco, ...words.slice(2)];
  }
  throw new Error(`the test does not know how to run: ${line}`);
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return String(port);
}

const withPort = (text: string, port: string) => text.replaceAll(`:${PORT}`, `:${port}`);

/** Runs one command of the page in the folder: to its end, or until it has served a client. */
async function follow(command: Command, folder: string, port: string): Promise<void> {
  const [program = '', ...args] = argv(command).map((word) => withPort(word, port));
  // With RUST_BACKTRACE, Wasmtime captures a stack for each EAGAIN.
  const { RUST_BACKTRACE: _, ...inherited } = process.env;
  const variables = Object.entries(command.variables).map(([name, value]) => [
    name,
    withPort(value, port),
  ]);
  const zigCache = { ZIG_GLOBAL_CACHE_DIR: join(root, 'build/tests/foreign/zig') };
  const env = { ...inherited, ...zigCache, ...Object.fromEntries(variables) };
  const options = { cwd: folder, env };
  if (!SERVES.test(command.words.join(' '))) {
    await run(program, args, options);
    return;
  }
  // A group of its own, as jco starts a program of its own that has to end too.
  const stdio = ['ignore', 'ignore', 'pipe'] as const;
  const child = spawn(program, args, { ...options, stdio: [...stdio], detached: true });
  let complaint = '';
  child.stderr.on('data', (data) => {
    complaint += data;
  });
  const ended = once(child, 'close');
  try {
    const client = await connected(Number(port), () => {
      if (child.exitCode !== null) throw new Error(`${command.line} has ended: ${complaint}`);
    });
    await client.send('as before');
    expect((await client.read(9)).toString()).toBe('as before');
    client.close();
  } finally {
    if (child.exitCode === null) process.kill(-(child.pid as number), 'SIGKILL');
    await ended;
  }
}

async function connected(port: number, check: () => void): Promise<Client> {
  for (let tries = 0; tries < 600; tries++) {
    check();
    try {
      return await Client.connect(port);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`nobody listens on port ${port}`);
}

const sections = [
  ...new Set(page.filter(({ language }) => language === 'sh').map(({ section }) => section)),
];

test('each language of the page has a program, and no section is left out', () => {
  expect(sections).toEqual([...Object.keys(PROJECTS), 'More of components']);
});

// The last section is about what the one before it has made.
describe.each(sections)('%s', (section) => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pollux-docs-'));
    (PROJECTS[section] ?? PROJECTS.AssemblyScript)?.(folder);
    if (PROJECTS[section] !== undefined) return;
    const build = commandsOf(source('AssemblyScript', 'sh'))[0] as Command;
    await follow(build, folder, PORT);
    await follow(commandsOf('pollux componentize echo.wasm')[0] as Command, folder, PORT);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const commands = page
    .filter((block) => block.section === section && block.language === 'sh')
    .flatMap(({ text }) => commandsOf(text));
  let port = PORT;
  test.each(commands)('$line', { timeout: 300_000 }, async (command) => {
    // A port for each server; where it is built in, the one of the command before.
    const isBuiltIn = SERVES.test(command.words.join(' ')) && !command.line.includes(PORT);
    if (!isBuiltIn) port = await freePort();
    await follow(command, folder, port);
  });
});
