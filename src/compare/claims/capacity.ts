// SPDX-License-Identifier: MIT
// Claims 3 and 6: how many descriptors fit, and whether one is left behind.

import { PolluxError } from '../../../host/index.ts';
import { claimEntry } from '../contenders.ts';
import { exampleGuest, script } from '../programs.ts';
import { spawnPinned } from '../server.ts';
import { holdConnections } from './clients.ts';
import type { ClaimContext, ClaimTest } from './context.ts';
import { bars, nice, verdictOf } from './say.ts';

const CONNECTIONS = 1200;
const SET_SIZE = 1024;
export const INSTANCES = 10_000;

export const limitOfSelect: ClaimTest = {
  number: 3,
  title: 'select stops at 1,024 descriptors.',
  costS: 10,
  async measure(context) {
    const names = context.backends('select', 'poll', 'epoll', 'io-uring');
    const served: number[] = [];
    for (const name of names)
      served.push(await holdConnections(claimEntry('echo', name), context.serverCore, CONNECTIONS));
    const select = served[names.indexOf('select')] ?? 0;
    const others = names
      .filter((name) => name !== 'select')
      .every((name) => served[names.indexOf(name)] === CONNECTIONS);
    const stops = select > 0 && select < SET_SIZE;
    return {
      verdict: verdictOf(stops, others),
      figure: `Of ${nice(CONNECTIONS)} connections at a time were answered: ${names.map((name, i) => `${name} ${served[i]}`).join(', ')}.`,
      why: 'An fd_set is an array of 1,024 bits, FD_SETSIZE, and the number of the descriptor is the place; what the process has open besides takes places too. The rest waits until a client leaves.',
      chart: bars('Connections that were answered', ['backend', `of ${CONNECTIONS}`], names, {
        answered: served,
      }),
    };
  },
};

/** Open descriptors before and after so many instances, in a process of its own. */
async function countLeaks(core: number): Promise<{ before: number; after: number }> {
  const argv = [script('compare-instances.js'), exampleGuest('echo.reactor'), 'epoll'];
  const child = spawnPinned(core, [process.execPath, ...argv, String(INSTANCES)]);
  let [output, complaint] = ['', ''];
  child.stdout?.on('data', (data) => {
    output += data;
  });
  child.stderr?.on('data', (data) => {
    complaint += data;
  });
  const status = await new Promise((done) => child.once('close', done));
  if (status === 0) return JSON.parse(output);
  throw new PolluxError('ERR_COMPARE', `the instances failed: ${complaint.trim()}`);
}

export const noLeak: ClaimTest = {
  number: 6,
  title: `An epoll descriptor must be closed: none leaks here over ${nice(INSTANCES)} instances.`,
  costS: 20,
  async measure(context: ClaimContext) {
    const { before, after } = await countLeaks(context.serverCore);
    const count = nice(INSTANCES);
    return {
      verdict: verdictOf(after <= before),
      figure: `The process had ${before} descriptors open before ${count} instances, each with a listener and an epoll descriptor of its own, and ${after} after them.`,
      why: 'An epoll descriptor is a file like any other: it stays until it is closed. The host closes it with the instance, whichever way that ends.',
    };
  },
};
