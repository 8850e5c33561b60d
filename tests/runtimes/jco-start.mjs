// SPDX-License-Identifier: MIT
// Starts what jco has made of a component, from a copy of this file beside it, as `jco run --sandbox` does: with the
// variables and directories of the first argument and no others. The further ones are the guest's.

import { _setArgs, _setCwd, _setEnv } from '@bytecodealliance/preview2-shim/cli';
import { _addPreopen, _setPreopens } from '@bytecodealliance/preview2-shim/filesystem';

const [given = '', ...args] = process.argv.slice(2);
const { name, env, dirs } = JSON.parse(given);
_setArgs([name, ...args]);
_setCwd(undefined);
_setEnv(env);
_setPreopens({});
for (const { host, guest } of dirs) _addPreopen(guest, host);
const { run } = await import(`./${name}.js`);
try {
  await run.run();
  // The end of what it wrote to stdout.
  await new Promise((resolve) => setTimeout(resolve));
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
