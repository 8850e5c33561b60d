// SPDX-License-Identifier: MIT
// Numbers and rules that stand in more than one language or file, tied together.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PREVIEW1 as TEMPLATE } from '../../../assembly/component/template/preview1.mjs';
import { backends } from '../../../host/index.ts';
import { Errno, type ErrnoName } from '../../../host/wasi/errno.ts';
import { PREVIEW1, signatureOf } from '../../../host/wasi/preview1.ts';
import { MOST_IMPORTS_OF_ONE } from '../../../src/componentize/imports.ts';
import { MOST_TEXT, SETTINGS_ADDRESS } from '../../../src/componentize/settings.ts';
import { fixture } from './fixture.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const text = (path: string) => readFileSync(join(root, path), 'utf8');
/** Without comments, where examples of imports stand. */
const code = (path: string) => text(path).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

test('errnos are the same in C, TypeScript and AssemblyScript', () => {
  const c = [...text('host/native/errno_map.h').matchAll(/X\(E(\w+), (\d+)\)/g)];
  expect(c.length).toBeGreaterThan(70);
  for (const [, name, number] of c) expect(Errno[name as ErrnoName], name).toBe(Number(number));
  const as = [...text('assembly/wasi/errno.ts').matchAll(/^ {2}([A-Z0-9]+) = (\d+),/gm)];
  expect(as.length).toBeGreaterThan(5);
  for (const [, name, number] of as) expect(Errno[name as ErrnoName], name).toBe(Number(number));
});

test('the import object has every preview 1 function and nothing else', () => {
  const { host } = fixture();
  expect(Object.keys(host.imports).sort()).toEqual([...PREVIEW1.keys()].sort());
  expect(PREVIEW1.size).toBe(46);
  host.close();
});

describe('preview 1 has one set of types', () => {
  const own = [...PREVIEW1.keys()].map((name) => [name, signatureOf(name)] as const);

  test('in the host, and in the component template', () => {
    const template = [...TEMPLATE].map(([name, type]) => {
      const [, parameters = '', results = ''] =
        /^(?:\(param (.*?)\))?(?: \(result (.*?)\))?$/.exec(type) ?? [];
      const list = (types: string) => types.split(' ').filter((each) => each !== '');
      return [name, { parameters: list(parameters), results: list(results) }];
    });
    expect(template).toEqual(own);
  });

  test('in the imports of the SDK', () => {
    const declared = [
      ...code('assembly/wasi/wasi_snapshot_preview1.ts').matchAll(
        /declare function (\w+)\(([^)]*)\): (\w+);/g,
      ),
    ];
    expect(declared.length).toBeGreaterThan(15);
    const wasm = (type: string) => (type === 'u64' ? 'i64' : 'i32');
    for (const [, name = '', parameters = '', result] of declared) {
      expect(signatureOf(name), name).toEqual({
        parameters: [...parameters.matchAll(/: (\w+)/g)].map(([, type = '']) => wasm(type)),
        results: result === 'void' ? [] : ['i32'],
      });
    }
  });
});

test('componentize and the component template agree on places, and on imports of one name', () => {
  const template = text('assembly/component/template/text.mjs');
  expect(template).toContain(`const MOST_IMPORTS = ${MOST_IMPORTS_OF_ONE};`);
  const settings = text('assembly/component/environment.ts');
  expect(settings).toContain(`const SETTINGS: usize = ${SETTINGS_ADDRESS};`);
  // What the adapter keeps for itself begins behind them.
  const base = /'--memoryBase', '(\d+)'/.exec(text('assembly/component/build.mjs'))?.[1];
  expect(SETTINGS_ADDRESS + 4 + MOST_TEXT).toBeLessThanOrEqual(Number(base));
});

test('the marker and the stamp of the SDK are those that the host looks for', () => {
  const c = text('host/native/guest_abi.h');
  const as = text('assembly/wasi/records.ts');
  const marker = BigInt(/ABI_HINT_NO_COUNT UINT64_C\((0x[0-9a-f]+)\)/.exec(c)?.[1] ?? 0);
  const [, high, low] = /UNCOUNTED: u64 = \(\(<u64>(0x\w+)\) << 32\) \| (0x\w+);/.exec(as) ?? [];
  expect((BigInt(high ?? 0) << 32n) | BigInt(low ?? 0)).toBe(marker);
  for (const [ours, theirs] of [
    ['EDITION', 'EDITION'],
    ['EDIT_FROM', 'FROM'],
    ['EDIT_TO', 'TO'],
  ]) {
    const offset = new RegExp(`ABI_SUB_${ours} = (\\d+)`).exec(c)?.[1];
    expect(offset).toBeDefined();
    expect(as).toContain(`STAMP_${theirs}: usize = ${offset};`);
  }
});

test('select, poll and epoll are in the list and available here, epoll before the others', () => {
  const names = backends()
    .filter(({ available }) => available)
    .map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['epoll', 'poll', 'select']));
  expect(names[0]).toBe('epoll');
});

describe('imports go one way', () => {
  const rooms: Record<string, RegExp> = {
    // What a room must not import, by the first folder of the target.
    // turn.ts names the package as programs do, so that both mean the same files.
    assembly: /^(?!(pollux\/)?assembly\/)/,
    host: /^(?!host\/)/,
    'src/cli': /^(?!src\/|host\/index\.ts$)/,
    src: /^(?!src\/(?!cli\/)|host\/index\.ts$)/,
    examples: /^(?!pollux\/assembly$)/,
  };

  function sources(folder: string): string[] {
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/(^|\/)(build|node_modules)\//.test(name))
      .map((name) => join(folder, name));
  }

  test.each(Object.entries(rooms))('out of %s', (room, forbidden) => {
    const wrong: string[] = [];
    for (const file of sources(room)) {
      if (room === 'src' && file.startsWith('src/cli/')) continue;
      for (const [, target] of code(file).matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
        if (target === undefined) continue;
        const path = target.startsWith('.') ? normalize(join(dirname(file), target)) : target;
        if (!target.startsWith('.') && room !== 'examples' && room !== 'assembly') continue;
        if (forbidden.test(path)) wrong.push(`${relative(root, join(root, file))} imports ${path}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('few C files know Node-API, and backends know none of ours but backend.h', () => {
    const native = readdirSync(join(root, 'host/native')).filter((name) => name.endsWith('.c'));
    const withNode = native.filter((name) =>
      /node_api\.h|instance\.h|"(call|loop)\.h"|(napi_values|mailbox|stats_object)\.h/.test(
        text(`host/native/${name}`),
      ),
    );
    expect(withNode.sort()).toEqual([
      'addon.c',
      'create_host.c',
      'file_imports.c',
      'given_object.c',
      'host_object.c',
      'imports.c',
      'loop.c',
      'loop_thread.c',
      'loop_uv.c',
      'mailbox.c',
      'stats_object.c',
      'suspended.c',
    ]);
    for (const name of readdirSync(join(root, 'host/native/backends'))) {
      const own = [...text(`host/native/backends/${name}`).matchAll(/#include "([^"]+)"/g)];
      // A backend of several files has headers of its own, which begin with its name.
      const backend = name.replace(/(_\w+)?\.[ch]$/, '');
      const foreign = own
        .map(([, path]) => path as string)
        .filter(
          (path) =>
            !/^(\.\.\/(backend|counters)|descriptors)\.h$/.test(path) && !path.startsWith(backend),
        );
      expect(foreign, name).toEqual([]);
    }
  });

  test('only a program ends the process, and a drop-in that is asked to', () => {
    // Two programs, and WASI of pollux/wasi, where `returnOnExit: false` asks for it.
    const may = ['src/cli/main.ts', 'src/compare/server-entry.ts', 'src/wasi.ts'];
    for (const file of sources('src').concat(sources('host'))) {
      if (may.includes(file)) continue;
      expect(text(file), file).not.toMatch(/process\.exit/);
    }
  });
});
