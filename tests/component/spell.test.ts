// SPDX-License-Identifier: MIT
// Addresses as the adapter of components spells them, against those of URLs.

import { expect, test } from 'vitest';
import { testGuest } from '../unit/guest/guests.ts';
import { linesOf } from './runtimes.ts';

test('addresses of IPv6 are spelled as in URLs, which is RFC 5952, and those of IPv4 in bytes', async () => {
  // Every pattern of zeros, and words of every length.
  const words = [0x1, 0x2a, 0x345, 0x6789, 0xffff, 0x10, 0xabc, 0xdef0];
  const v6 = Array.from({ length: 256 }, (_, zeros) =>
    words.map((word, i) => ((zeros >> i) & 1 ? 0 : word)),
  );
  const v4 = [
    [127, 0, 0, 1],
    [255, 10, 9, 100],
  ];
  const module = await testGuest('spell-probe');
  const args = [...v6, ...v4].map((parts) => parts.join(','));
  const hosts = [
    ...v6.map(
      (parts) => new URL(`http://[${parts.map((p) => p.toString(16)).join(':')}]`).hostname,
    ),
    ...v4.map((parts) => parts.join('.')),
  ];
  expect(await linesOf('node', { module, args })).toEqual(hosts.map((host) => `${host}:80`));
});
