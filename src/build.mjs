// SPDX-License-Identifier: MIT
// Bundles dist/ (the CLI and the package's main export) and emits the types.

import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const packageOf = (path) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
const { version } = packageOf('.');
const { version: assemblyscript } = packageOf('node_modules/assemblyscript');

// Commander needs child_process for subcommands that are programs of their own. Pollux has none, and
// each of its runs would load that module for nothing.
const withoutChildProcess = {
  name: 'without-child-process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('/commander/') ? { path, namespace: 'empty' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    pollux: 'src/cli/main.ts',
    index: 'src/index.ts',
    wasi: 'src/wasi.ts',
    metrics: 'src/metrics.ts',
    worker: 'src/reactor/modes/worker-entry.ts',
    'compare-server': 'src/compare/server-entry.ts',
    'compare-node-net': 'src/compare/node-net-entry.ts',
    'compare-instances': 'src/compare/instances-entry.ts',
    'compare-bench': 'src/compare/bench-entry.ts',
  },
  outdir: 'dist',
  bundle: true,
  // What a run needs is in pollux.js and one shared chunk; tables are loaded where they are shown.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['node-gyp-build', 'prom-client'],
  plugins: [withoutChildProcess],
  define: {
    POLLUX_VERSION: JSON.stringify(version),
    ASSEMBLYSCRIPT_VERSION: JSON.stringify(assemblyscript),
  },
  // Commander is CommonJS and requires Node's own modules, which a bundle of ES modules cannot.
  banner: {
    js: "import { createRequire as polluxRequire } from 'node:module';const require = polluxRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});
// What the page of a comparison does in the browser, and how it looks.
await build({
  absWorkingDir: root,
  entryPoints: ['src/compare/page/client.ts', 'src/compare/page/client.css'],
  outdir: 'dist/page',
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  legalComments: 'inline',
  logLevel: 'warning',
});

// The entry's own first line, `#!/usr/bin/env node`, is kept by esbuild above the banner.
chmodSync(join(dist, 'pollux.js'), 0o755);

// Chunks of earlier builds go last: a pollux that starts meanwhile finds a whole set at any time.
const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const name of readdirSync(dist)) {
  if (name.endsWith('.js') && !made.has(name)) rmSync(join(dist, name));
}

rmSync(join(dist, 'types'), { recursive: true, force: true });
const tsc = join(root, 'node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json')], { stdio: 'inherit' });
