// SPDX-License-Identifier: MIT
// What `pollux new` makes, from the package as others get it: each template installs, builds, runs and tests by its
// own commands, on a machine without a C compiler.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installed, installTarball, root, talkTo } from './installed.ts';

let installed: Installed;
beforeAll(() => {
  installed = installTarball();
});
afterAll(() => installed.remove());

const make = (name: string, ...options: string[]) =>
  installed.run('npx', ['pollux', 'new', name, ...options]);

describe.each([
  ['echo', /^hello\n/],
  ['line', /^hello\nerror: /],
  ['http', /^HTTP\/1\.1 400 /],
])('--template %s', (template, answer) => {
  let cwd: string;
  beforeAll(() => {
    make(`${template}-app`, '--template', template);
    cwd = join(installed.project, `${template}-app`);
    // This version is not with the registry.
    installed.install(['--save-dev', installed.tarball], cwd);
  });

  test('npm test builds and tests it', () => {
    const said = installed.run('npm', ['test'], cwd);
    expect(said).toMatch(/# pass [1-9]/);
    expect(said).toMatch(/# fail 0/);
  });

  test('npm start builds and serves it', async () => {
    const path = join(cwd, 'package.json');
    const manifest = readFileSync(path, 'utf8');
    expect(manifest).toMatch(/--listen 127\.0\.0\.1:(6666|8080) /);
    // A test takes a port that is free.
    writeFileSync(path, manifest.replace(/:(6666|8080)/, ':0'));
    const npm = join(installed.folder, 'bin/npm');
    const said = await talkTo([npm, '--prefix', cwd, 'start'], installed.env, 'hello\n\r\n\r\n');
    expect(said).toMatch(answer);
  });

  test('an editor finds nothing wrong with the program', () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(
      process.execPath,
      [tsc, '--noEmit', '-p', cwd, '--pretty', 'false'],
      {
        cwd,
        encoding: 'utf8',
      },
    );
    // It has its say about the SDK's own files too, which are AssemblyScript.
    expect(stdout.split('\n').filter((line) => line.startsWith('assembly/'))).toEqual([]);
  });

  test('what is built stays out of the repository', () => {
    expect(readFileSync(join(cwd, '.gitignore'), 'utf8').split('\n')).toContain('build/');
    expect(existsSync(join(cwd, 'gitignore'))).toBe(false);
    expect(readFileSync(join(cwd, 'README.md'), 'utf8')).toMatch(
      new RegExp(`^# ${template}-app\n`),
    );
  });
});

describe('where it makes nothing', () => {
  const inside = () => readdirSync(installed.project).sort();

  test.each([
    ['.', [], /it is there, and is not empty/],
    ['package.json/app', [], /there is a file in its way/],
    ['package.json', [], /there is a file in its way/],
    ['Upper', [], /'Upper' is no name for a package/],
    ['pollux', [], /a package that it needs itself/],
    ['app', ['--template', 'grpc'], /unknown template 'grpc'; there are echo, line, http/],
    ['app', ['--template', 'toString'], /unknown template 'toString'/],
  ])('pollux new %s %j', (name, options, message) => {
    mkdirSync(join(installed.project, 'empty'), { recursive: true });
    const before = inside();
    expect(() => make(name, ...options)).toThrow(message);
    expect(inside()).toEqual(before);
  });
});

test('an empty folder is taken, the one that it stands in too', () => {
  const cwd = join(installed.folder, 'empty-app');
  mkdirSync(cwd);
  const cli = join(installed.project, 'node_modules/pollux/dist/pollux.js');
  expect(installed.run('node', [cli, 'new', '.'], cwd)).not.toMatch(/^ *cd /m);
  expect(readdirSync(cwd)).toContain('assembly');
});

test('the example http is the template, with a head of its own', () => {
  const program = (path: string) => readFileSync(join(root, path), 'utf8').split('\n\n').slice(1);
  expect(program('examples/http.ts')).toEqual(program('src/templates/http/assembly/index.ts'));
});
