// SPDX-License-Identifier: MIT
// The SDK's structures against models (the assertions are in the guest), and its timers.

import { expect, test } from 'vitest';
import { testGuest } from './guests.ts';
import { ScriptedHost } from './scripted-host.ts';

test('fd index, tokens, subscriptions, timer heap, output queue and text hold against models', async () => {
  const host = new ScriptedHost();
  expect(host.run(await testGuest('sdk-structures')), host.stderr).toBe('returned');
  expect(host.stdout.trim().split('\n')).toEqual([
    'fd index',
    'tokens',
    'subscriptions',
    'timers',
    'output queue',
    'text',
  ]);
});

test('timers run in order and never early; run returns after the last one', async () => {
  const file = await testGuest('sdk-timers');
  const waits: bigint[] = [];
  const turn = (host: ScriptedHost) => {
    expect(host.waited).toHaveLength(1);
    expect(host.clock?.absolute).toBe(true);
    waits.push((host.clock?.timeout ?? 0n) - 1_000_000_000n);
    return false;
  };
  const host = new ScriptedHost(...Array(10).fill(turn));
  expect(host.run(file)).toBe('returned');
  expect(host.stdout).toBe(
    [
      'first after 10 ms',
      // Armed again with no delay it is due in a later turn, or the loop would never end.
      'first after 10 ms',
      'first after 10 ms',
      'moved after 20 ms',
      'third after 30 ms',
      'run returned\n',
    ].join('\n'),
  );
  expect(waits.slice(-2)).toEqual([20_000_000n, 30_000_000n]);
});
