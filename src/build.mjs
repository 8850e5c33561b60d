// SPDX-License-Identifier: MIT
// Bundles dist/ (the CLI and the package's main export) and emits the types.

import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { pollux: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  bundle: true,
  // What a run needs is in pollux.js and one shared chunk; tables are loaded where they are shown.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['node-gyp-build'],
  define: { POLLUX_VERSION: JSON.stringify(version) },
  banner: {
    js: "import { createRequire as polluxRequire } from 'node:module';const require = polluxRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
const cli = `${root}dist/pollux.js`;
const { writeFileSync } = await import('node:fs');
writeFileSync(cli, `#!/usr/bin/env node\n${readFileSync(cli, 'utf8')}`);
chmodSync(cli, 0o755);
execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.json`],
  {
    stdio: 'inherit',
  },
);
