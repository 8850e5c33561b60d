// SPDX-License-Identifier: MIT
// Builds the addon with node-gyp, unless it is newer than its sources; with --or-prebuilt unless the package
// brought one that loads here. Run by `npm install` and `npm run build`; prints nothing but a failure.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { folder, isFresh, PROGRAMS } from './sources.mjs';

const compiler = process.env.CC || 'cc';
const built = ['pollux.node', ...PROGRAMS].map((name) => join(folder, 'build', 'Release', name));

/** node-gyp of this package, else the one that npm brings along. */
function nodeGyp() {
  try {
    return createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  } catch {
    return process.env.npm_config_node_gyp;
  }
}

/**
 * The headers that came with this Node, so that nothing is downloaded. The addon uses Node-API
 * alone: those of any Node do.
 */
function nodedir() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

/** Whether the package brought a binary that loads here. */
function isPrebuilt() {
  try {
    createRequire(import.meta.url)('node-gyp-build')(folder);
    return true;
  } catch {
    return false;
  }
}

/** What of the tools that node-gyp calls is not on this machine. */
function missingTools() {
  const tools = {
    'Python 3': process.env.PYTHON ?? 'python3',
    make: process.env.MAKE ?? 'make',
    'a C compiler': compiler,
  };
  const isThere = (tool) =>
    spawnSync(tool.split(' ')[0], ['--version'], { stdio: 'ignore' }).error === undefined;
  return Object.keys(tools).filter((name) => !isThere(tools[name]));
}

function advice() {
  if (process.platform !== 'linux')
    return 'pollux runs on Linux alone: its backends are system calls of Linux';
  const missing = missingTools();
  return missing.length === 0
    ? 'all tools that it needs are there, so please report what stands above'
    : `there is no prebuilt binary for ${process.platform}-${process.arch} with this C library, and to build it this machine lacks ${missing.join(', ')}; install that (Debian: apt install python3 make gcc libc6-dev; Alpine: apk add python3 make gcc musl-dev) and run npm rebuild pollux`;
}

/** What make is told beside binding.gyp. */
function variables() {
  const { LINK, CFLAGS = '' } = process.env;
  const isCheckout = existsSync(join(folder, '../../tests'));
  return {
    // gyp would link with g++, which a program in C does not need.
    LINK: LINK || compiler,
    // What a compiler of tomorrow warns of is no reason not to install.
    CFLAGS: isCheckout ? CFLAGS : `${CFLAGS} -Wno-error`,
  };
}

// `npm install` of the package takes the binary that it brings; work on the sources never does.
const takesPrebuilt = process.argv.includes('--or-prebuilt') && isPrebuilt();
if (!takesPrebuilt && !built.every((file) => isFresh(file))) {
  const gyp = nodeGyp();
  if (gyp === undefined) {
    console.error("pollux: node-gyp is missing; run 'npm install' in pollux's folder");
    process.exit(1);
  }
  const result = spawnSync(
    process.execPath,
    [gyp, 'rebuild', '--loglevel=error', '--directory', folder, ...nodedir()],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...variables() },
    },
  );
  if (result.status !== 0 || !built.every((file) => existsSync(file))) {
    console.error(`${result.stdout}${result.stderr}`);
    console.error(`pollux: the native addon could not be built: ${advice()}`);
    process.exit(1);
  }
}
