// SPDX-License-Identifier: MIT
// What `pollux new` makes, from the package as others get it: each template installs, builds and tests by its own
// commands, on a machine without a C compiler.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installed, installTarball } from './installed.ts';

let installed: Installed;
beforeAll(() => {
  installed = installTarball();
});
afterAll(() => installed.remove());

test.each(['echo', 'line', 'http'])(
  '--template %s gives what builds, runs and tests',
  (template) => {
    installed.run('npx', ['pollux', 'new', `${template}-app`, '--template', template]);
    const cwd = join(installed.project, `${template}-app`);
    // This version is not with the registry.
    installed.install(['--save-dev', installed.tarball], cwd);
    expect(installed.run('npm', ['test'], cwd)).toMatch(/# fail 0/);
    expect(existsSync(join(cwd, '.gitignore'))).toBe(true);
  },
);

test('a folder that is not empty is left alone', () => {
  expect(() => installed.run('npx', ['pollux', 'new', '.'])).toThrow(
    /it is there, and is not empty/,
  );
});
