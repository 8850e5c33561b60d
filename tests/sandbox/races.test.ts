// SPDX-License-Identifier: MIT
// A guest that opens a path while somebody else changes what it leads through: at no moment does it get
// out. The other one is a thread that swaps as fast as it can; what the guest finds is chance, and may
// be the file inside or an errno.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FileCalls, fileCalls } from '../unit/host/files.ts';
import { type Fixture, fixture } from '../unit/host/fixture.ts';
import { SECRET, Tree } from './tree.ts';

const DIR = 3;
const TRIES = 4000;

let tree: Tree;
let f: Fixture;
let files: FileCalls;
let worker: Worker | undefined;

beforeEach(() => {
  tree = new Tree();
  f = fixture({ listen: [], dirs: [{ host: tree.granted, guest: '/' }] });
  files = fileCalls(f);
});
afterEach(async () => {
  await worker?.terminate();
  f.host.close();
  tree.remove();
});

/** Runs `step` again and again in a thread, until the test ends; comes back when it has begun. */
function meanwhile(step: string): Promise<void> {
  const script = `
    const fs = require('node:fs');
    const { parentPort, workerData } = require('node:worker_threads');
    const at = (path) => require('node:path').join(workerData, path);
    parentPort.postMessage('begun');
    for (;;) { ${step} }`;
  worker = new Worker(script, { eval: true, workerData: tree.root });
  return new Promise((resolve) => worker?.once('message', () => resolve()));
}

/** What the guest reads behind the path, over many tries: how often it was which answer. */
function attempts(path: string): Map<string, number> {
  const seen = new Map<string, number>();
  for (let i = 0; i < TRIES; i++) {
    const fd = files.open(DIR, path);
    const answer = typeof fd === 'number' ? files.read(fd) : fd;
    if (typeof fd === 'number') files.call('fd_close', fd);
    seen.set(answer, (seen.get(answer) ?? 0) + 1);
  }
  return seen;
}

function expectNoEscape(seen: Map<string, number>, inside: string): void {
  expect([...seen.keys()]).not.toContain(SECRET);
  for (const answer of seen.keys()) {
    expect([inside, 'NOENT', 'NOTDIR', 'NOTCAPABLE', 'LOOP']).toContain(answer);
  }
  // Otherwise nothing was tried.
  expect(seen.get(inside) ?? 0).toBeGreaterThan(0);
}

test('a directory in the path becomes a link out of the sandbox', async () => {
  mkdirSync(join(tree.granted, 'swap'));
  writeFileSync(join(tree.granted, 'swap/secret'), 'inside');
  await meanwhile(`
    fs.renameSync(at('granted/swap'), at('granted/aside'));
    fs.symlinkSync('../outside', at('granted/swap'));
    fs.unlinkSync(at('granted/swap'));
    fs.renameSync(at('granted/aside'), at('granted/swap'));`);
  expectNoEscape(attempts('swap/secret'), 'inside');
});

test('the file at the end becomes a link out of the sandbox', async () => {
  writeFileSync(join(tree.granted, 'secret'), 'inside');
  await meanwhile(`
    fs.renameSync(at('granted/secret'), at('granted/aside'));
    fs.symlinkSync('../secret', at('granted/secret'));
    fs.unlinkSync(at('granted/secret'));
    fs.renameSync(at('granted/aside'), at('granted/secret'));`);
  expectNoEscape(attempts('secret'), 'inside');
});

test('a directory is moved out of the sandbox while the guest goes up from it', async () => {
  // Beneath "outside" three steps up are the root of the tree, where a secret lies.
  mkdirSync(join(tree.granted, 'a/b/c'), { recursive: true });
  mkdirSync(join(tree.outside, 'a'));
  writeFileSync(join(tree.granted, 'secret'), 'inside');
  await meanwhile(`
    fs.renameSync(at('granted/a/b'), at('outside/a/b'));
    fs.renameSync(at('outside/a/b'), at('granted/a/b'));`);
  expectNoEscape(attempts('a/b/c/../../../secret'), 'inside');
});
