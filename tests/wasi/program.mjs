// SPDX-License-Identifier: MIT
// A program as Node's documentation has it, for one guest: `program.mjs CLASS OPTIONS WASM [HOW]`. CLASS
// is node:wasi or our module, OPTIONS are JSON, HOW is how it starts the guest. It prints the status.

import { readFile } from 'node:fs/promises';

const [specifier, options, file, how = 'import object'] = process.argv.slice(2);
const { WASI } = await import(specifier);
const module = await WebAssembly.compile(await readFile(file));
const wasi = new WASI({ version: 'preview1', ...JSON.parse(options) });

/** @type {WebAssembly.Imports} */
let imports = wasi.getImportObject?.();
// The form of the documentation before getImportObject.
if (how === 'wasiImport') imports = { wasi_snapshot_preview1: wasi.wasiImport };
if (how === 'replaced') {
  wasi.wasiImport.proc_exit = () => {
    throw new Error('proc_exit was replaced');
  };
}

const instance = await WebAssembly.instantiate(module, imports);
try {
  if (how === 'twice') wasi.finalizeBindings(instance);
  if (how === 'reactor') console.log('initialized', wasi.initialize(instance));
  else console.log('status', wasi.start(instance));
} catch (error) {
  console.log('threw', error instanceof WebAssembly.RuntimeError, error.code, error.message);
}
