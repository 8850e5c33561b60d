// SPDX-License-Identifier: MIT
// The package as others get it: packed by npm, and installed into an empty folder on a machine that has Node, npm
// and a shell, and neither compiler nor Python.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const echo = join(root, 'build/examples/echo.wasm');
export const echoReactor = join(root, 'build/examples/echo.reactor.wasm');

const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** A temporary folder with the tarball, the tools, and a project that has installed it. */
export interface Installed {
  readonly folder: string;
  readonly tarball: string;
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs one of the tools; answers stdout, and throws what went wrong with stderr. */
  run(program: string, args: readonly string[], cwd?: string): string;
  /** `npm install` of these packages beside what package.json lists. */
  install(packages: readonly string[], cwd?: string): void;
  remove(): void;
}

function which(program: string): string {
  return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
}

/** Packs what `npm run build` has built, with addons of the present sources, and installs it. */
export function installTarball(): Installed {
  execFileSync(process.execPath, [join(root, 'host/native/prebuild.mjs')], { stdio: 'pipe' });
  const folder = mkdtempSync(join(tmpdir(), 'pollux-package-'));
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const name = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim();
  const tarball = join(folder, name.split('\n').at(-1) as string);
  const tools = join(folder, 'bin');
  mkdirSync(tools);
  for (const program of ['node', 'npm', 'npx', 'sh', 'env', 'taskset']) {
    symlinkSync(program === 'node' ? process.execPath : which(program), join(tools, program));
  }
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  const env = { ...process.env, PATH: tools };
  const run = (program: string, args: readonly string[], cwd = project) => {
    const options = { cwd, env, encoding: 'utf8' as const };
    const { status, stdout, stderr } = spawnSync(join(tools, program), args, options);
    if (status === 0) return stdout;
    throw new Error(`${program} ${args.join(' ')}: status ${status}\n${stderr}${stdout}`);
  };
  const install = (packages: readonly string[], cwd = project) => {
    run('npm', ['install', ...QUIET, ...packages], cwd);
  };
  install([tarball]);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { folder, tarball, project, env, run, install, remove };
}

/** Starts a server, sends it `text` and the end, and answers what came back until its own. */
export async function talkTo(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  text = 'hello',
): Promise<string> {
  const [program, ...args] = command;
  const server = spawn(program as string, args, {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    // npx and npm have children of their own.
    detached: true,
  });
  try {
    let said = '';
    for await (const chunk of server.stderr) {
      said += chunk;
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port === undefined) continue;
      const socket = connect(Number(port), '127.0.0.1').end(text);
      let back = '';
      for await (const piece of socket) back += piece;
      return back;
    }
    throw new Error(`it ended without listening: ${said}`);
  } finally {
    if (server.exitCode === null && server.signalCode === null) {
      process.kill(-(server.pid as number), 'SIGKILL');
      await once(server, 'exit');
    }
  }
}
