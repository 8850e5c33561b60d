// SPDX-License-Identifier: MIT
// What every guest is made of, read from the built modules; and facts that are written down twice.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildGuest, exampleNames } from '../../../examples/build.mjs';
import { ERRNOS } from '../../../host/wasi/errno.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe.each(exampleNames())('example %s', (name: string) => {
  const output = `build/tests/examples/${name}.wasm`;
  const source = readFileSync(`${root}examples/${name}.ts`, 'utf8');

  beforeAll(() => buildGuest(`examples/${name}.ts`, output));

  test('imports functions of wasi_snapshot_preview1 alone, exports memory and _start', () => {
    const module = new WebAssembly.Module(readFileSync(root + output));
    const imports = WebAssembly.Module.imports(module);
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter((one) => one.module !== 'wasi_snapshot_preview1')).toEqual([]);
    expect(imports.filter((one) => one.kind !== 'function')).toEqual([]);
    expect(WebAssembly.Module.exports(module)).toEqual([
      { name: 'memory', kind: 'memory' },
      { name: '_start', kind: 'function' },
    ]);
  });

  test('says in its header what it shows and how to run it', () => {
    expect(source).toMatch(/^\/\/ SPDX-License-Identifier: MIT\n\/\/ IO model: /);
    expect(source).toContain(`\n// Run: npm run example -- ${name}\n`);
    expect(source).toMatch(/\n\/\/ Listen: [\d.]*:\d+,backlog=\d+\n/);
    expect(source).toMatch(/\n\/\/ Backend: (auto|select|poll|epoll)\n/);
  });
});

test('the SDK names errnos as the host does', () => {
  const source = readFileSync(`${root}assembly/wasi/errno.ts`, 'utf8');
  const names = [...source.matchAll(/^ {2}'([A-Z0-9 ]+)'/gm)].map((match) => match[1]).join('');
  expect(names.split(' ')).toEqual(ERRNOS.map(([name]) => name));
  for (const [, name, number] of source.matchAll(/^ {2}([A-Z]+) = (\d+),$/gm)) {
    expect(ERRNOS[Number(number)]?.[0]).toBe(name);
  }
});
