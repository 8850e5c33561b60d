// SPDX-License-Identifier: MIT
// A directory that a guest is given, with every kind of link that leads out of it, and what lies outside:
// secrets to be found and a state to be compared.

import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const SECRET = 'what nobody granted';

/**
 * Paths in the granted directory that a lax host would take to a secret in the tree. All that a test
 * tries on them stays in the tree, so that a sandbox which fails harms nothing but the test.
 */
export const ESCAPES: readonly string[] = [
  '..',
  '../secret',
  '../outside/secret',
  '../granted/../secret',
  './/../secret',
  'nested/../../secret',
  'nested/deep/../../../secret',
  'link-up',
  'link-up/secret',
  'link-secret',
  'link-absolute',
  'link-absolute-dir/secret',
  'link-outside/secret',
  'link-chain',
  'link-through-link/secret',
  'link-dots',
  'nested/link-far',
  'nested/deep/link-far/secret',
  'link-nested/../../secret',
  'link-nested/../link-up/secret',
  'link-dangling',
];

/** Paths that a lax host would take to the system's own files. Tests only read by them. */
export const SYSTEM_ESCAPES: readonly string[] = [
  '/',
  '/etc/passwd',
  '//etc/passwd',
  '/proc/self/environ',
  '/dev/null',
  'link-root/etc/passwd',
  'link-cwd/package.json',
  'link-fd/0',
  'link-dev/null',
];

/** The directories, for one test. */
export class Tree {
  readonly root = mkdtempSync(join(tmpdir(), 'pollux-sandbox-'));
  readonly granted = join(this.root, 'granted');
  readonly second = join(this.root, 'second');
  readonly outside = join(this.root, 'outside');
  readonly #before: string;

  constructor() {
    for (const folder of [join(this.granted, 'nested/deep'), this.second, this.outside]) {
      mkdirSync(folder, { recursive: true });
    }
    writeFileSync(join(this.root, 'secret'), SECRET);
    writeFileSync(join(this.outside, 'secret'), SECRET);
    writeFileSync(join(this.granted, 'file'), 'granted');
    writeFileSync(join(this.granted, 'nested/deep/file'), 'granted');
    const link = (target: string, path: string) => symlinkSync(target, join(this.granted, path));
    link('..', 'link-up');
    link('../secret', 'link-secret');
    link(join(this.root, 'secret'), 'link-absolute');
    link(this.outside, 'link-absolute-dir');
    link('../outside', 'link-outside');
    link('link-secret', 'link-chain');
    link('link-up', 'link-through-link');
    link('nested/../../secret', 'link-dots');
    link('nested', 'link-nested');
    link('../../secret', 'nested/link-far');
    link('../../..', 'nested/deep/link-far');
    link('/proc/self/root', 'link-root');
    link('/proc/self/cwd', 'link-cwd');
    link('/proc/self/fd', 'link-fd');
    link('../made-by-guest', 'link-dangling');
    link('/dev', 'link-dev');
    link('nested/deep/file', 'link-inside');
    this.#before = this.outsideState();
  }

  /** Everything outside of what is granted: names, sizes, times and contents. */
  outsideState(): string {
    const lines = ['', 'outside'].flatMap((folder) =>
      readdirSync(join(this.root, folder)).map((name) => {
        const path = join(this.root, folder, name);
        const stat = statSync(path, { bigint: true });
        const inside = ['granted', 'second'].includes(name);
        const content = stat.isFile() ? readFileSync(path, 'utf8') : '';
        // A directory's own times change with what is made in it; the granted ones may.
        const times = inside ? '' : `${stat.mtimeNs} ${stat.nlink} ${stat.size}`;
        return `${folder}/${name} ${times} ${content}`;
      }),
    );
    return lines.join('\n');
  }

  /** Whether all outside is as it was. */
  get untouched(): boolean {
    return this.outsideState() === this.#before;
  }

  /** A hard link from outside, made by whoever grants the directory: it is granted with it. */
  addHardLink(name: string): void {
    linkSync(join(this.root, 'secret'), join(this.granted, name));
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
