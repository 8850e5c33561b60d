// SPDX-License-Identifier: MIT
// Runs a guest on the package wasi-js: arguments and statuses as in node-wasi.mjs.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../runtimes/', import.meta.url));
const { default: WASI } = require('wasi-js');
const { default: bindings } = require('wasi-js/dist/bindings/node');

const { module, data, args, env } = JSON.parse(process.argv[2] ?? '{}');
const wasi = new WASI({
  args: ['guest', ...args],
  env,
  bindings: { ...bindings, exit: (/** @type {number} */ status) => process.exit(status) },
  preopens: data === undefined ? {} : { '/data': data },
});
try {
  const compiled = new WebAssembly.Module(readFileSync(module));
  wasi.start(new WebAssembly.Instance(compiled, wasi.getImports(compiled)));
} catch (error) {
  console.error(String(error));
  process.exitCode = error instanceof WebAssembly.RuntimeError ? 134 : 135;
}
