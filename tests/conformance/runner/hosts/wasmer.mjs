// SPDX-License-Identifier: MIT
// Runs a guest on the package @wasmer/wasi: arguments and statuses as in node-wasi.mjs. Its file system,
// standard input and output are in memory: the last is printed when the guest has ended.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../../../runtimes/', import.meta.url));
const { init, MemFS, WASI } = require('@wasmer/wasi');

const { module, data, args, env } = JSON.parse(process.argv[2] ?? '{}');
await init();
const fs = new MemFS();
if (data !== undefined) {
  fs.createDir('/data');
  for (const entry of readdirSync(data, { withFileTypes: true })) {
    if (entry.isDirectory()) fs.createDir(`/data/${entry.name}`);
    else
      fs.open(`/data/${entry.name}`, { read: true, write: true, create: true }).write(
        readFileSync(join(data, entry.name)),
      );
  }
}
const wasi = new WASI({
  args: ['guest', ...args],
  env,
  fs,
  preopens: data === undefined ? {} : { '/data': '/data' },
});
let status = 135;
try {
  wasi.instantiate(await WebAssembly.compile(readFileSync(module)), {});
  status = wasi.start();
} catch (error) {
  console.error(String(error));
  if (error instanceof WebAssembly.RuntimeError) status = 134;
}
process.stdout.write(wasi.getStdoutString());
process.stderr.write(wasi.getStderrString());
process.exitCode = status;
