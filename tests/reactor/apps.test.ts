// SPDX-License-Identifier: MIT
// The apps of examples/apps, each as somebody would start and use it, under the runtimes that can.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { find } from '../runtimes/index.mjs';
import { testGuest } from '../unit/guest/guests.ts';
import { root } from './support.ts';

let probe: string;
beforeAll(async () => {
  probe = await testGuest('reactor-probe');
});

let app: ChildProcess | undefined;
afterEach(() => app?.kill('SIGKILL'));

/** A running app: what it has said, and how it ends. */
async function start(command: readonly string[], name: string, ...args: string[]) {
  const [file, ...before] = command as [string, ...string[]];
  const child = spawn(file, [...before, `${root}examples/apps/${name}.mjs`, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  app = child;
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const says = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(said);
      if (found !== null) return found[1] ?? found[0];
      const [end] = await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
      if (typeof end !== 'string') throw new Error(`it ended, and said only: ${said}`);
    }
  };
  const end = async () => {
    child.kill('SIGTERM');
    const [status] = await once(child, 'close');
    return { status, said };
  };
  return { says, end };
}

async function open(port: string | number): Promise<Socket> {
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Reads until `text` has come. */
async function reads(socket: Socket, text: string): Promise<string> {
  let got = '';
  while (!got.includes(text)) got += String((await once(socket, 'data'))[0]);
  return got;
}

/** Commands of runtimes; one that is missing skips here, and fails in CI. */
function command(name: string): string[] | string {
  const runtime = find(name);
  return 'missing' in runtime ? runtime.missing : [runtime.command, ...runtime.args];
}

function onEach(names: readonly string[], run: (command: string[]) => Promise<void>): void {
  for (const name of names) {
    const found = command(name);
    if (typeof found === 'string') {
      test.skipIf(process.env.CI !== 'true')(`${name}: ${found}`, () => expect.unreachable(found));
    } else {
      test(`under ${name}`, () => run(found));
    }
  }
}

describe('upgrade: a web server hands connections to a guest', () => {
  onEach(['node-20', 'node-26'], async (command) => {
    const { says, end } = await start(command, 'upgrade');
    const port = await says(/web on 127\.0\.0\.1:(\d+)/);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('Upgrade: chat');
    const upgrade = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n';
    const first = await open(port);
    first.write(upgrade);
    expect(await reads(first, 'hello, guest 1')).toMatch(/^HTTP\/1\.1 101 /);
    const second = await open(port);
    // What came with the request is the guest's too.
    second.write(`${upgrade}good morning\n`);
    expect(await reads(first, 'good morning')).toContain('guest 2: good morning');
    // Clients that read on hear of the end.
    for (const socket of [first, second]) socket.resume();
    const { status, said } = await end();
    expect(said).toContain('drained: true');
    expect(status).toBe(0);
  });
});

describe('route: Fastify with a guest behind a route', () => {
  onEach(['node-20', 'node-26', 'bun', 'deno'], async (command) => {
    const { says, end } = await start(command, 'route');
    const url = await says(/web on (http:\S+)/);
    expect(await (await fetch(`${url}/guest/`)).text()).toBe('hello, world\n');
    expect((await fetch(`${url}/guest/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/`)).status).toBe(200);
    expect((await end()).said).toContain('drained: true');
  });
});

describe('tenants: one guest traps, and the others do not notice', () => {
  onEach(['node-20', 'node-26', 'bun', 'deno'], async (command) => {
    const { says, end } = await start(command, 'tenants', probe);
    const [ada, bob] = [
      await says(/ada listens on .*:(\d+)/),
      await says(/bob listens on .*:(\d+)/),
    ];
    await says(/cyd listens on/); // before it, nobody drains
    const neighbour = await open(bob);
    neighbour.write('before\n');
    await reads(neighbour, 'before\n');
    (await open(ada)).write('trap\n');
    await says(/ada trapped: unreachable/i);
    await says(/ada is started again in 0 ms/);
    const next = await open(ada);
    next.write('next\n');
    await reads(next, 'next\n');
    neighbour.write('after\n');
    await reads(neighbour, 'after\n');
    // One that is busy for too long is ended alone, too; but Bun can't end a thread that makes no call.
    if (command[0]?.includes('bun')) next.destroy();
    else {
      next.write('spin\n');
      await once(next, 'close');
    }
    neighbour.write('still\n');
    await reads(neighbour, 'still\n');
    neighbour.end();
    await once(neighbour, 'close');
    const { status, said } = await end();
    expect(said, `status ${status}`).toContain('drained: true');
  });
});

describe('chat: in the event loop of a web app', () => {
  onEach(['node-20', 'node-26', 'bun', 'deno'], async (command) => {
    const { says, end } = await start(command, 'chat');
    const chat = await says(/chat on 127\.0\.0\.1:(\d+)/);
    const web = await says(/web on 127\.0\.0\.1:(\d+)/);
    const [one, two] = [await open(chat), await open(chat)];
    await reads(two, 'there are 2 of you');
    two.write('good morning\n');
    await reads(one, 'guest 2: good morning\n');
    expect(await (await fetch(`http://127.0.0.1:${web}/`)).text()).toMatch(
      /^2 are here, and 13 bytes/,
    );
    for (const socket of [one, two]) socket.on('end', () => socket.end());
    const { status, said } = await end();
    expect(said).toContain('drained');
    expect(status).toBe(0);
  });
});

const go = `${root}build/tests/foreign/go-http.wasm`;

describe.skipIf(!existsSync(go) && process.env.CI !== 'true')(
  'go-http: an unmodified web server in Go, in the event loop (skipped where no Go guest is built)',
  () => {
    onEach(['node-26', 'deno', 'bun'], async (command) => {
      const { says, end } = await start(command, 'go-http', go);
      const port = await says(/go on 127\.0\.0\.1:(\d+), in mode jspi/);
      const urls = Array.from({ length: 20 }, (_, i) => `http://127.0.0.1:${port}/users/${i}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const answers = await Promise.all(urls.map(async (url) => (await fetch(url)).status));
      expect(new Set(answers).size).toBe(1);
      expect((await end()).said).toMatch(/the app's own timer ran true/);
    });
  },
);
