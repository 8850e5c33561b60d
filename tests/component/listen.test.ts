// SPDX-License-Identifier: MIT
// The listeners of a component: LISTEN in its environment, or built in, and what is wrong with one.

import { beforeAll, expect, test } from 'vitest';
import { file } from '../cli/pollux.ts';
import { printer } from '../cli/wasm.ts';
import { Client } from '../support/client.ts';
import { freePort, type Server } from '../support/server.ts';
import { describeUnder, isJco } from '../transcript/matrix.ts';
import { binaryData } from '../transcript/scenarios.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { BY_NAME, COMPONENTS, example, type Needs, run, runtimeOf, serve } from './runs.ts';

let names = '';
const environ = file('environ.wasm', printer('environ'));
beforeAll(async () => {
  names = await testGuest('sdk-names');
});

/** Entries that have not the form of one; with a host that is slow to start, one of them will do. */
const MISTAKES = [
  '6666',
  'web',
  '=127.0.0.1:80',
  '127.0.0.1:',
  '127.0.0.1:65536',
  '127.0.0.1:-1',
  '[::1:80',
  '::1:80',
  'unix:/run/x',
  '127.0.0.1:0,backlog=5',
  '127.0.0.1:0,',
];
const FORM = 'write \\[NAME=\\]HOST:PORT, \\[NAME=\\]\\[V6\\]:PORT or \\[NAME=\\]:PORT';

/** What a server tells each client before it ends the connection. */
async function told(port: number, host = '127.0.0.1'): Promise<string> {
  const client = await Client.connect(port, { host });
  const text = String(await client.readToEnd());
  client.close();
  return text;
}

/** The variables that a guest finds. */
async function variables(runtime: string, needs: Needs): Promise<string[]> {
  const { stdout, stderr, status } = await run(runtime, environ, needs);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\0').slice(0, -1).sort();
}

/** Starts, uses and stops a server. */
async function using(server: Promise<Server>, use: (server: Server) => Promise<unknown>) {
  const running = await server;
  await use(running).finally(() => running.stop());
}

for (const runtime of COMPONENTS) {
  describeUnder(runtime, runtime, () => {
    test('several, with names, in both families', async () => {
      const [admin, six] = [await freePort(), await freePort()];
      const listen = (port: number) => [
        ...[`127.0.0.1:${port}`, `admin=127.0.0.1:${admin}`],
        `web=[::1]:${six}`,
      ];
      const server = serve(runtime, names, (port) => ({ listen: listen(port) }));
      await using(server, async ({ port }) => {
        for (let round = 0; round < 2; round++) {
          expect(await told(port)).toBe('first');
          expect(await told(admin)).toBe('admin');
          expect(await told(six, '::1')).toBe('web');
        }
      });
    });

    test('by the name of a host', async () => {
      const needs = (port: number) => ({ listen: [`localhost:${port}`], flags: BY_NAME });
      await using(serve(runtime, example('echo'), needs), binaryData);
    });

    test('on all addresses, where none is given', async () => {
      await using(
        serve(runtime, example('echo'), (port) => ({ listen: [`:${port}`] })),
        binaryData,
      );
    });

    // A component of its own for each port.
    if (!isJco(runtime))
      test('built in, and overridden by the environment', async () => {
        const builtIn = (port: number) => ({ settings: { listen: [`127.0.0.1:${port}`] } });
        await using(serve(runtime, example('echo'), builtIn), binaryData);
        const other = await freePort();
        const both = (port: number) => ({ ...builtIn(other), listen: [`127.0.0.1:${port}`] });
        await using(serve(runtime, example('echo'), both), async (server) => {
          await binaryData(server);
          await expect(Client.connect(other)).rejects.toThrow('ECONNREFUSED');
        });
      });

    test('as the guest finds them in its environment, beside its own variables', async () => {
      const env = { A: 'b=c' };
      expect(await variables(runtime, { env })).toEqual(['A=b=c']);
      const listen = ['web=127.0.0.1:0', '127.0.0.1:0'];
      const found = ['LISTEN_FDNAMES=web:unknown', 'LISTEN_FDS=2'];
      expect(await variables(runtime, { env, settings: { listen } })).toEqual(['A=b=c', ...found]);
      const given = await variables(runtime, { env, listen });
      expect(given).toEqual(expect.arrayContaining(['A=b=c', ...found]));
      const none = await variables(runtime, { env: { LISTEN: '' }, settings: { listen } });
      expect(none.filter((one) => one.startsWith('LISTEN_'))).toEqual([]);
    });

    test.each([
      ...(isJco(runtime) ? MISTAKES.slice(0, 1) : MISTAKES).map((entry) => [entry, FORM]),
      ['192.0.2.1:0', 'this machine has no such address'],
      ['no-such-host.invalid:0', 'the name (has no address|cannot be resolved now)'],
    ])('%s is told, and ends it before the guest starts', async (entry, reason) => {
      const found = await run(runtime, environ, { env: { LISTEN: entry }, flags: BY_NAME });
      const culprit = entry.split(',').at(-1)?.replace(/[[\]]/g, '\\$&');
      expect(found.stderr).toMatch(new RegExp(`^LISTEN: cannot use '${culprit}': ${reason}\\n$`));
      expect(found).toMatchObject({ status: 1, stdout: '' });
    });

    test('an address that is in use is told', async () => {
      await using(serve(runtime, example('echo')), async ({ port }) => {
        const { stderr, status } = await run(runtime, environ, { listen: [`127.0.0.1:${port}`] });
        expect(stderr).toBe(`LISTEN: cannot use '127.0.0.1:${port}': the address is in use\n`);
        expect(status).toBe(1);
      });
    });

    if (!isJco(runtime))
      test('without -S inherit-network it is told to give it', async () => {
        const given = runtimeOf(runtime);
        const without = given.args.join(' ').replace(' -S inherit-network', '').split(' ');
        const strict = { ...given, args: without };
        const { stderr, status } = await run(strict, environ, { listen: ['127.0.0.1:0'] });
        expect(stderr).toMatch(
          /^LISTEN: cannot use '127\.0\.0\.1:0': access denied; .*-S inherit-network/,
        );
        expect(status).toBe(1);
      });
  });
}
