// SPDX-License-Identifier: MIT
// The benchmark's own tests: that the load generator counts and verifies right, and that the
// runner makes its table. No time and no rate is asserted.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { nativeProgram } from '../../src/compare/programs.ts';
import { ratio, targets } from './statistics.mjs';

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Serves on a free port until the test ends. */
function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // The load generator ends its connections by a reset.
    socket.on('error', () => {});
    onSocket(socket);
  });
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return new Promise((done) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 511 }, () => {
      const address = server.address();
      done(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runProgram(file: string, args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(file, args, { timeout: 30_000 }, (_, stdout, stderr) => {
      done({ status: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

async function load(port: number, options: string): Promise<Ended & { report: LoadReport }> {
  const args = `--connect 127.0.0.1:${port} --seconds 0.3 --warmup 0 --json ${options}`.split(' ');
  const ended = await runProgram(nativeProgram('pollux-load'), args);
  return { ...ended, report: ended.stdout ? JSON.parse(ended.stdout) : {} };
}

interface LoadReport {
  readonly requests: number;
  readonly idle: number;
  readonly errors: number;
  readonly lost: number;
  readonly mismatched: number;
  readonly unanswered: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

describe('load generator', () => {
  test('counts each request once, as the server does', async () => {
    let bytes = 0;
    let connections = 0;
    const port = await serve((socket) => {
      connections += 1;
      socket.on('data', (data) => {
        bytes += data.length;
        socket.write(data);
      });
    });
    const { report, status } = await load(port, '--active 5 --idle 20 --size 100');
    expect(status).toBe(0);
    expect(report.errors).toBe(0);
    expect(connections).toBe(25);
    expect(report.requests).toBeGreaterThan(0);
    // One byte for each connection, to know that it is served.
    expect(bytes).toBe(report.requests * 100 + 25);
    expect(report.p50Us).toBeLessThanOrEqual(report.p99Us);
  });

  test('verifies messages larger than the buffers of the kernel', async () => {
    const port = await serve((socket) => socket.pipe(socket));
    const { report, status } = await load(port, '--active 2 --size 1048576');
    expect(status).toBe(0);
    expect(report.requests).toBeGreaterThan(0);
  });

  test('reports wrong bytes as errors and does not count them', async () => {
    const port = await serve((socket) => {
      socket.on('data', (data) => {
        // The one byte that opens a connection is echoed right.
        if (data.length > 1) data[data.length - 1] = (data[data.length - 1] as number) ^ 1;
        socket.write(data);
      });
    });
    const { report, status } = await load(port, '--active 3');
    expect(status).toBe(1);
    expect(report.requests).toBe(0);
    expect(report.mismatched).toBeGreaterThan(0);
    expect(report.errors).toBe(report.mismatched);
  });

  test('reports an echo of the wrong connection as an error', async () => {
    let other: Socket | undefined;
    const port = await serve((socket) => {
      other ??= socket;
      const first = other;
      let opened = false;
      socket.on('data', (data) => {
        if (!opened || first === socket) socket.write(data);
        else first.write(data);
        opened = true;
      });
    });
    const { report, status } = await load(port, '--active 2');
    expect(status).toBe(1);
    expect(report.errors).toBeGreaterThan(0);
  });

  test('reports connections that the server ends, and answers that do not come', async () => {
    let count = 0;
    const port = await serve((socket) => {
      const silent = count++ % 2 === 0;
      socket.on('data', (data) => {
        if (data.length === 1) socket.write(data);
        else if (!silent) socket.destroy();
      });
    });
    const { report, status } = await load(port, '--active 4');
    expect(status).toBe(1);
    expect(report).toMatchObject({ requests: 0, lost: 2, unanswered: 2, errors: 4 });
  });

  test('says what is wrong when nobody listens', async () => {
    const port = await serve(() => {});
    for (const close of closers.splice(0)) close();
    const { status, stderr } = await load(port, '--active 2');
    expect(status).toBe(2);
    expect(stderr).toContain('Connection refused');
  });

  test('says how many descriptors it needs where the limit is too low', async () => {
    const script = `ulimit -n 64; exec ${nativeProgram('pollux-load')} --connect 127.0.0.1:9 --idle 100`;
    const { status, stderr } = await runProgram('/bin/sh', ['-c', script]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/166 descriptors are needed and the hard limit is 64/);
  });
});

describe('runner', () => {
  const run = fileURLToPath(new URL('./run.mjs', import.meta.url));
  const tiny = '--seconds 0.05 --warmup 0.02 --repeat 1 --startups 0'.split(' ');

  test('makes a table, JSON and Markdown of a tiny run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const files = ['--json', join(folder, 'a.json'), '--markdown', join(folder, 'a.md')];
    const which = '--quick --servers c-epoll,node-net --active 4 --idle 0,20'.split(' ');
    const { status, stdout, stderr } = await runProgram(process.execPath, [
      run,
      ...which,
      ...tiny,
      ...files,
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    for (const text of ['4 active, 0 idle', '4 active, 20 idle', 'c-epoll', 'node-net', 'targets'])
      expect(stdout).toContain(text);
    const { cells } = JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'));
    expect(cells).toHaveLength(4);
    for (const cell of cells) {
      expect(cell.samples).toHaveLength(1);
      expect(cell.samples[0].errors).toBe(0);
      expect(cell.samples[0].requests).toBeGreaterThan(0);
    }
    expect(readFileSync(join(folder, 'a.md'), 'utf8')).toMatch(/^\| server \|.*\n\| --- \|/);
  }, 60_000);

  test('names the servers that there are when one is unknown', async () => {
    const { status, stderr } = await runProgram(process.execPath, [run, '--servers', 'nginx']);
    expect(status).toBe(1);
    expect(stderr).toContain('there are c-epoll, node-net');
  });

  test('leaves out what is missing and says how to install it', async () => {
    const which = '--servers c-epoll,bun-listen --active 1 --runtime bun=/nowhere/bun'.split(' ');
    const { status, stdout, stderr } = await runProgram(process.execPath, [run, ...which, ...tiny]);
    expect(status).toBe(0);
    expect(stderr).toContain('bun-listen is left out: no /nowhere/bun');
    expect(stdout).toContain('bun-listen was left out');
  }, 60_000);
});

describe('statistics', () => {
  const sample = (rate: number) => ({ rate, cpuUs: 1, idleBytes: 100 }) as never;
  const cell = (server: string, rates: (number | null)[], scenario = { active: 50, idle: 0 }) => ({
    server,
    scenario,
    samples: rates.map((rate) => (rate === null ? null : sample(rate))),
  });

  test('a ratio pairs what was measured in the same repetition', () => {
    // The machine halved its speed after the first repetition; the ratio does not see it.
    expect(ratio(cell('a', [100, 50, null]), cell('b', [200, 100, 400]))).toBe(0.5);
    expect(ratio(undefined, cell('b', [1]))).toBeNaN();
  });

  test('targets are met, not met, or not measured', () => {
    const cells = [cell('c-epoll', [100]), cell('node-net', [90]), cell('pollux-epoll', [98])];
    const verdicts = targets(cells, { nodeMs: 1, polluxMs: 1, ratio: 1.2, times: 3 });
    const components = [null, null, null];
    expect(verdicts.map(({ met }) => met)).toEqual([true, false, null, null, true, ...components]);
  });

  test('of components the better one counts', () => {
    const idle = { active: 50, idle: 1000 };
    const cells = [
      ...[cell('wasmtime-46', [100]), cell('wasmtime-49-wasi-0.2', [50])],
      cell('wasmtime-49-wasi-0.3', [70]),
      ...[cell('wasmtime-46', [10], idle), cell('wasmtime-49-wasi-0.2', [29], idle)],
    ];
    const verdicts = targets(cells, null).slice(-3);
    expect(verdicts.map(({ value, met }) => [value, met])).toEqual([
      ['0.70', true],
      ['2.90', false],
      ['not measured', null],
    ]);
  });
});
