// SPDX-License-Identifier: MIT
// The package as somebody else's project has it: packed, unpacked into node_modules, imported by a
// guest as 'pollux/assembly' and by a program as 'pollux'.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'pollux-foreign-'));
  const packages = join(project, 'node_modules');
  mkdirSync(join(packages, 'pollux'), { recursive: true });
  const packed = execFileSync(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', project],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const tarball = join(project, packed.trim().split('\n').at(-1) as string);
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(packages, 'pollux')]);
  // What npm would install beside it, without the network.
  for (const name of ['assemblyscript', 'binaryen', 'long', 'node-gyp-build']) {
    symlinkSync(join(root, 'node_modules', name), join(packages, name));
  }
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: project, encoding: 'utf8' });
}

test('a guest imports pollux/assembly and compiles to preview 1 alone', () => {
  writeFileSync(join(project, 'asconfig.json'), '{ "extends": "pollux/asconfig.json" }');
  writeFileSync(
    join(project, 'shout.ts'),
    `import { Connection, Reactor } from 'pollux/assembly';
class Shout extends Connection {
  onData(data: Uint8Array): void { this.writeText(String.UTF8.decode(data.slice().buffer).toUpperCase()); }
}
const reactor = new Reactor();
reactor.listen('', () => new Shout());
reactor.run();
`,
  );
  run(
    'node',
    'node_modules/assemblyscript/bin/asc.js',
    'shout.ts',
    '--outFile',
    'shout.wasm',
    '--target',
    'release',
  );
  const module = new WebAssembly.Module(readFileSync(join(project, 'shout.wasm')));
  const from = new Set(WebAssembly.Module.imports(module).map((entry) => entry.module));
  expect([...from]).toEqual(['wasi_snapshot_preview1']);
  expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toContain('_start');
});

test('the unpacked package builds its addon, and a program imports it', () => {
  const folder = join(project, 'node_modules/pollux');
  symlinkSync(join(root, 'node_modules/node-gyp'), join(project, 'node_modules/node-gyp'));
  execFileSync('node', ['host/native/build.mjs'], { cwd: folder, stdio: 'pipe' });
  const program = `import { backends } from 'pollux'; console.log(backends().map((b) => b.name).join());`;
  expect(run('node', '--input-type=module', '-e', program)).toMatch(/^epoll,/);
  expect(run('node', 'node_modules/pollux/dist/pollux.js', '--version')).toMatch(
    /^\d+\.\d+\.\d+\n$/,
  );
});
