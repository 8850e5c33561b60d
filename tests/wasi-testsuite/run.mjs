// SPDX-License-Identifier: MIT
// Runs the preview 1 part of the public wasi-testsuite (github.com/WebAssembly/wasi-testsuite, its branch
// prod/testsuite-base has the modules) on pollux, or with a runtime of components on what pollux makes of them: each
// module in a process of its own, on a copy of its directory. The suite is not in this repository; README.md of tests/ says how to get it.
//
//   node tests/wasi-testsuite/run.mjs --suite DIR [--wasi NAME] [--runtime NAME] [FILTER...]

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { componentCommand } from '../runtimes/components.mjs';
import { find } from '../runtimes/index.mjs';

/** Nothing in the suite takes a second; this catches a guest that hangs. */
const TIMEOUT_MS = 30_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string' },
    wasi: { type: 'string' },
    runtime: { type: 'string' },
    verbose: { type: 'boolean', short: 'v', default: false },
  },
});
if (values.suite === undefined) {
  console.error(
    'usage: node tests/wasi-testsuite/run.mjs --suite DIR [--wasi NAME] [--runtime NAME] [-v] [FILTER...]',
  );
  process.exit(2);
}

const pollux = fileURLToPath(new URL('../../dist/pollux.js', import.meta.url));
const runtime = values.runtime === undefined ? undefined : find(values.runtime);
if (runtime !== undefined && 'missing' in runtime) {
  console.error(runtime.missing);
  process.exit(2);
}
if (values.wasi !== undefined && (runtime?.kind ?? 'pollux') !== 'pollux') {
  console.error(`${runtime?.name} runs no pollux, so --wasi has nothing to say there`);
  process.exit(2);
}
const before = [
  ...[runtime?.command ?? process.execPath, ...(runtime?.args ?? [])],
  ...(runtime?.kind === 'wasmtime' ? [] : [pollux, 'run']),
  ...(values.wasi === undefined ? [] : ['--wasi', values.wasi]),
];

/** @typedef {{ args?: string[], env?: Record<string, string>, root?: string, exit_code?: number, stdout?: string, stderr?: string }} Spec */

/**
 * Runs one module; answers what is wrong, undefined where nothing is.
 *
 * @param {string} file
 * @returns {Promise<string | undefined>}
 */
async function runOne(file) {
  const json = file.replace(/\.wasm$/, '.json');
  /** @type {Spec} */
  const spec = existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')) : {};
  const work = mkdtempSync(join(tmpdir(), 'wasi-testsuite-'));
  try {
    if (spec.root !== undefined) cpSync(join(file, '..', spec.root), work, { recursive: true });
    const [program = '', ...args] = await command(file, spec, work);
    return await judge(spec, spawn(program, args));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * The command line of one module.
 *
 * @param {string} file
 * @param {Spec} spec
 * @param {string} work the folder that it gets as /, where it gets one
 */
function command(file, { env = {}, root, args = [] }, work) {
  if (runtime?.kind === 'component') {
    const dirs = root === undefined ? [] : [{ host: work, guest: '/' }];
    return componentCommand(runtime, { module: file, env, dirs, args });
  }
  return [
    ...before,
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...(root === undefined ? [] : ['--dir', `${work}::/`]),
    ...[file, ...args],
  ];
}

/**
 * @param {Spec} spec
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} child
 * @returns {Promise<string | undefined>}
 */
function judge(spec, child) {
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  return new Promise((settle) => {
    child.on('error', (error) => settle(error.message));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      const wanted = spec.exit_code ?? 0;
      if (status !== wanted) {
        settle(`status ${status ?? signal}, not ${wanted}: ${stderr.trim() || '(no stderr)'}`);
      } else if (spec.stdout !== undefined && stdout !== spec.stdout) {
        settle(`stdout is ${JSON.stringify(stdout)}, not ${JSON.stringify(spec.stdout)}`);
      } else if (spec.stderr !== undefined && stderr !== spec.stderr) {
        settle(`stderr is ${JSON.stringify(stderr)}, not ${JSON.stringify(spec.stderr)}`);
      } else {
        settle(undefined);
      }
    });
  });
}

const tests = resolve(values.suite, 'tests');
const files = ['assemblyscript', 'c', 'rust'].flatMap((language) => {
  const folder = join(tests, language, 'testsuite', 'wasm32-wasip1');
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.wasm'))
        .sort()
        .map((name) => join(folder, name))
    : [];
});
const chosen = files.filter(
  (file) => positionals.length === 0 || positionals.some((part) => basename(file).includes(part)),
);
if (chosen.length === 0) {
  console.error(`no test in ${tests}; the branch prod/testsuite-base has the built modules`);
  process.exit(2);
}

let failed = 0;
for (const file of chosen) {
  const wrong = await runOne(file);
  if (wrong !== undefined) failed++;
  if (wrong !== undefined) {
    const lines = wrong.split('\n').filter((line) => !/^\s*$/.test(line));
    console.log(
      `FAIL ${basename(file, '.wasm')}: ${lines.slice(0, values.verbose ? 99 : 3).join(' | ')}`,
    );
  } else if (values.verbose) {
    console.log(`ok   ${basename(file, '.wasm')}`);
  }
}
console.log(`${chosen.length - failed} of ${chosen.length} pass`);
process.exitCode = failed === 0 ? 0 : 1;
