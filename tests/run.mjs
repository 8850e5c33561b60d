// SPDX-License-Identifier: MIT
// `npm test`: builds, lints, checks types, installs the other runtimes, builds the guests in other
// languages, and runs every test. The last line is `N passed, N failed, N skipped`; the status is 0
// only where nothing failed.
//
// Arguments go to vitest: `npm test -- tests/cli` runs those files alone, on what is built now.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = `${root}build/tests/vitest.json`;

/** What comes behind the build: two rows of steps side by side, as they wait for registries half of the time. */
const rows = [
  [
    ['lint and format', 'npx', ['--no-install', 'biome', 'check', '--error-on-warnings', '.']],
    ['types of the tests', 'npx', ['--no-install', 'tsc', '-p', 'tsconfig.test.json']],
    ['other runtimes', 'node', ['tests/runtimes/install.mjs']],
    ['Node on musl', 'node', ['tests/package/musl.mjs']],
  ],
  [
    ['foreign guests', 'node', ['tests/foreign/build.mjs']],
    ['prebuilt addons', 'node', ['host/native/prebuild.mjs']],
    ['guests of the conformance suite', 'node', ['tests/conformance/runner/build-all.mjs']],
  ],
];

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

/** Runs one step after the other; what each says is printed when it ends. Answers how many failed. */
async function runRow(steps) {
  let failed = 0;
  for (const [name, command, args] of steps) {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
    const [status] = await once(child, 'close');
    console.log(`\n== ${name}\n${said.trimEnd()}`);
    if (status === 0) continue;
    console.error(`== ${name} failed`);
    failed++;
  }
  return failed;
}

console.log('\n== build');
if (run('npm', ['run', '--silent', 'build']) !== 0) {
  // Without a build there is nothing to test.
  console.error('== build failed');
  console.log('0 passed, 1 failed');
  process.exit(1);
}
// Of the others a failure is told, and the tests run all the same.
const failedSteps = (await Promise.all(rows.map(runRow))).reduce((sum, failed) => sum + failed);

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
