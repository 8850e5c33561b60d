// SPDX-License-Identifier: MIT
// What the tests of the embedding API share. They use the built package, as worker threads do.

import { fileURLToPath } from 'node:url';
import type { Reactor as ReactorClass } from '../../src/index.ts';
import type { Client } from '../support/client.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export const { Reactor } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as unknown as { Reactor: typeof ReactorClass };

/** All events of that name from now on. */
export function eventsOf<T>(reactor: ReactorClass, name: string): T[] {
  const events: T[] = [];
  (reactor.on as (name: string, listener: (event: T) => void) => unknown).call(
    reactor,
    name,
    (event) => {
      events.push(event);
    },
  );
  return events;
}

/** Sends a line and reads one of the same length back. */
export async function line(client: Client, text: string): Promise<string> {
  await client.send(`${text}\n`);
  return String(await client.read(text.length + 1)).trim();
}

/** Waits until the server has closed or reset the connection; drops what came before. */
export async function gone(client: Client): Promise<void> {
  await client.readToEnd().catch(() => {});
}
