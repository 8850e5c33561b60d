// SPDX-License-Identifier: MIT
// The templates of `pollux componentize`: built anew they have the same bytes, and they are what every host can run.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { componentWit } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, test } from 'vitest';
import { template, versions } from '../../assembly/component/build.mjs';
import { PREVIEW1 } from '../../assembly/component/template/preview1.mjs';
import { PREVIEW1 as OF_HOST } from '../../host/wasi/preview1.ts';
import { root } from '../support/server.ts';

/** The bodies of a component's sections of one kind. */
function sections(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = bytes[at++] ?? 0;
      size |= (byte & 0x7f) << shift;
      more = byte > 0x7f;
    }
    if (id === wanted) found.push(bytes.subarray(at, at + size));
    at += size;
  }
  return found;
}

test('the adapter has every function of preview 1, as pollux has', () => {
  expect([...PREVIEW1.keys()].sort()).toEqual([...OF_HOST.keys()].sort());
});

describe.each(versions)('the template for WASI %s', (version: string) => {
  const built = readFileSync(join(root, `dist/component/wasi-${version}.wasm`));

  test('is made of its sources, byte for byte', async () => {
    const { bytes } = await template(version);
    expect(Buffer.compare(bytes, built)).toBe(0);
  }, 60_000);

  test('has modules with one memory at most, which any engine of WebAssembly takes', () => {
    const modules = sections(built, 1);
    expect(modules.length).toBeGreaterThanOrEqual(7);
    // Node 20 has no multi-memory; newer ones do, so that memories are counted too: those imported and those made.
    for (const bytes of modules) {
      const module = new WebAssembly.Module(new Uint8Array(bytes));
      const imported = WebAssembly.Module.imports(module).filter(({ kind }) => kind === 'memory');
      const [own] = sections(bytes, 5);
      expect(imported.length + (own?.[0] ?? 0)).toBeLessThanOrEqual(1);
    }
  });

  test('imports interfaces of that version alone, and exports run', async () => {
    const wit = await componentWit(built);
    const named = [...wit.matchAll(/^ {2}(import|export) ([\w:/-]+)@([\d.]+);$/gm)];
    expect(named.filter(([, kind]) => kind === 'import').length).toBeGreaterThan(10);
    for (const [, , name, at] of named) {
      expect(name).toMatch(/^wasi:(cli|clocks|filesystem|io|random|sockets)\//);
      expect(at).toBe(`${version}.0`);
    }
    const exported = named.filter(([, kind]) => kind === 'export').map(([, , name]) => name);
    expect(exported).toEqual(['wasi:cli/run']);
  });
});
