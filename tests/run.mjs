// SPDX-License-Identifier: MIT
// `npm test`: builds, lints, checks types, installs the other runtimes, builds the guests in other
// languages, and runs every test. The last line is `N passed, N failed, N skipped`; the status is 0
// only where nothing failed.
//
// Arguments go to vitest: `npm test -- tests/cli` runs those files alone, on what is built now.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = `${root}build/tests/vitest.json`;

const steps = [
  ['build', 'npm', ['run', '--silent', 'build']],
  ['lint and format', 'npx', ['--no-install', 'biome', 'check', '--error-on-warnings', '.']],
  ['types of the tests', 'npx', ['--no-install', 'tsc', '-p', 'tsconfig.test.json']],
  ['other runtimes', 'node', ['tests/runtimes/install.mjs']],
  ['foreign guests', 'node', ['tests/foreign/build.mjs']],
  ['prebuilt addons', 'node', ['host/native/prebuild.mjs']],
  ['Node on musl', 'node', ['tests/package/musl.mjs']],
];

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

let failedSteps = 0;
for (const [name, command, args] of steps) {
  console.log(`\n== ${name}`);
  if (run(command, args) === 0) continue;
  console.error(`== ${name} failed`);
  failedSteps++;
  // Without a build there is nothing to test; the others are told, and the tests run all the same.
  if (name === 'build') {
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
}

console.log('\n== tests');
mkdirSync(`${root}build/tests`, { recursive: true });
rmSync(report, { force: true });
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const status = run('npx', [
  '--no-install',
  'vitest',
  'run',
  ...reporters,
  ...process.argv.slice(2),
]);

const totals = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
// A run that vitest itself calls failed (an unhandled error, a file that does not load) is one.
const failed = Math.max(totals.numFailedTests, status === 0 ? 0 : 1) + failedSteps;
console.log(
  `\n${totals.numPassedTests} passed, ${failed} failed, ${totals.numPendingTests} skipped`,
);
process.exit(failed === 0 ? 0 : 1);
