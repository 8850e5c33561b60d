// SPDX-License-Identifier: MIT
// A host that keeps what it knows of an array of subscriptions is not misled: random walks of a guest against its own model.
// See tests/guests/interest-walk.ts.

import { beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/server.ts';
import { describeUnder, isJco } from '../transcript/matrix.ts';
import { testGuest } from '../unit/guest/guests.ts';
import { COMPONENTS, linesOf } from './runtimes.ts';

const ROUNDS = 200;
const SEEDS = ['1', '2', '3'];

/** More than what a component asks its host for at once, and fewer than wait in a listener's backlog. */
const DIALED = 400;

let module = '';
let dialer = '';
beforeAll(async () => {
  module = await testGuest('interest-walk');
  dialer = await testGuest('dial-many');
});

function walks(runtime: string): void {
  test.each(SEEDS)(
    'tells what is ready, and nothing else, on walk %s',
    async (seed) => {
      const address = `127.0.0.1:${await freePort()}`;
      const args = [seed, `${ROUNDS}`];
      const given = { module, args, listen: [address], connect: [`self=${address}`] };
      expect(await linesOf(runtime, given)).toEqual([`${ROUNDS} rounds, events`]);
    },
    60_000,
  );

  test(`asks for both directions of ${DIALED} connections that it dials`, async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const given = {
      module: dialer,
      args: [`${DIALED}`],
      listen: [address],
      connect: [`self=${address}`],
    };
    expect(await linesOf(runtime, given)).toEqual([`${DIALED} connected`]);
  });
}

walks('node');
for (const runtime of COMPONENTS.filter((name) => !isJco(name))) {
  describeUnder(runtime, runtime, () => walks(runtime));
}
