// SPDX-License-Identifier: MIT
// Runs a guest on node:wasi: `node-wasi.mjs '{"module","data","args","env"}'`. Status 134 is a trap of the
// guest, 135 an exception of the host.

import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const { module, data, args, env } = JSON.parse(process.argv[2] ?? '{}');
const wasi = new WASI({
  version: 'preview1',
  args: ['guest', ...args],
  env,
  preopens: data === undefined ? {} : { '/data': data },
});
try {
  const { instance } = await WebAssembly.instantiate(readFileSync(module), {
    wasi_snapshot_preview1: wasi.wasiImport,
  });
  process.exitCode = wasi.start(instance);
} catch (error) {
  console.error(String(error));
  process.exitCode = error instanceof WebAssembly.RuntimeError ? 134 : 135;
}
