// SPDX-License-Identifier: MIT
// The host is out of descriptors: new connections wait in the backlog until others close, as on a native server. c-poll
// ends where accept has an error that it does not know.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { componentCommand } from '../runtimes/components.mjs';
import { Client } from '../support/client.ts';
import { launch, onFreePort, root } from '../support/server.ts';
import { describeUnder, isJco } from '../transcript/matrix.ts';
import { COMPONENTS, example, runtimeOf } from './runs.ts';

/** More than a host needs for itself, and fewer than there are clients. */
const DESCRIPTORS = 60;
const CLIENTS = 100;

// jco's host is Node, which closes what it has no descriptor for.
for (const runtime of COMPONENTS.filter((name) => !isJco(name))) {
  describeUnder(runtime, runtime, () => {
    const modules = {
      echo: example('echo'),
      'c-poll': join(root, 'build/tests/foreign/c-poll.wasm'),
    };
    test.each(Object.entries(modules))(
      `${CLIENTS} clients of a host with ${DESCRIPTORS} descriptors: %s serves all`,
      async (_, module) => {
        const server = await onFreePort((port) =>
          launch(async () => {
            const given = { module, listen: [`127.0.0.1:${port}`] };
            const command = await componentCommand(runtimeOf(runtime), given);
            return ['sh', '-c', `ulimit -n ${DESCRIPTORS} && exec "$@"`, 'sh', ...command];
          }, port),
        );
        const clients: Client[] = [];
        for (let i = 0; i < CLIENTS; i++) {
          const client = await Client.connect(server.port);
          await client.send(`client ${i}\n`);
          clients.push(client);
        }
        for (const [i, client] of clients.entries()) {
          expect(await client.readText(`client ${i}\n`.length)).toBe(`client ${i}\n`);
          client.end();
          await client.readToEnd();
        }
        expect(server.isAlive()).toBe(true);
        await server.stop();
      },
    );
  });
}
