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
/** So many at most: seconds. */
const LAST_TRY = 1_000_000;

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

/**
 * What the guest reads behind the path, over many tries and until it was once what is inside: on a busy
 * machine the other thread may stand still for long with the way in closed.
 */
function attempts(path: string): Set<string> {
  const seen = new Set<string>();
  for (let i = 0; i < TRIES || (i < LAST_TRY && !seen.has('inside')); i++) {
    const fd = files.open(DIR, path);
    const answer = typeof fd === 'number' ? files.read(fd) : fd;
    if (typeof fd === 'number') files.call('fd_close', fd);
    seen.add(answer);
  }
  return seen;
}

function expectNoEscape(path: string): void {
  const seen = attempts(path);
  expect(seen).not.toContain(SECRET);
  for (const answer of seen) {
    expect(['inside', 'NOENT', 'NOTDIR', 'NOTCAPABLE', 'LOOP']).toContain(answer);
  }
  // Otherwise nothing was tried.
  expect(seen).toContain('inside');
}

test('a directory in the path becomes a link out of the sandbox', async () => {
  mkdirSync(join(tree.granted, 'swap'));
  writeFileSync(join(tree.granted, 'swap/secret'), 'inside');
  await meanwhile(`
    fs.renameSync(at('granted/swap'), at('granted/aside'));
    fs.symlinkSync('../outside', at('granted/swap'));
    fs.unlinkSync(at('granted/swap'));
    fs.renameSync(at('granted/aside'), at('granted/swap'));`);
  expectNoEscape('swap/secret');
});

test('the file at the end becomes a link out of the sandbox', async () => {
  writeFileSync(join(tree.granted, 'secret'), 'inside');
  await meanwhile(`
    fs.renameSync(at('granted/secret'), at('granted/aside'));
    fs.symlinkSync('../secret', at('granted/secret'));
    fs.unlinkSync(at('granted/secret'));
    fs.renameSync(at('granted/aside'), at('granted/secret'));`);
  expectNoEscape('secret');
});

test('a directory is moved out of the sandbox while the guest goes up from it', async () => {
  // Beneath "outside" three steps up are the root of the tree, where a secret lies.
  mkdirSync(join(tree.granted, 'a/b/c'), { recursive: true });
  mkdirSync(join(tree.outside, 'a'));
  writeFileSync(join(tree.granted, 'secret'), 'inside');
  await meanwhile(`
    fs.renameSync(at('granted/a/b'), at('outside/a/b'));
    fs.renameSync(at('outside/a/b'), at('granted/a/b'));`);
  expectNoEscape('a/b/c/../../../secret');
});
