// SPDX-License-Identifier: MIT
// One sample: a fresh server, one load, and all counters before and after the window.

import { type HostStats, PolluxError } from '../../host/index.ts';
import type { Entry } from './contenders.ts';
import { coreBusyS, type ProcessCounters, processCounters, residentBytes } from './kernel.ts';
import { type LoadReport, type LoadStep, runLoad } from './load.ts';
import type { HostCounters, Sample, Scenario } from './result.ts';
import { startServer } from './server.ts';

/** Where and how long. */
export interface Settings {
  readonly guest: string;
  readonly serverCore: number;
  readonly loadCore: number;
  /** Bytes a message. */
  readonly size: number;
  /** Length of the window, and of the same load before it, s. */
  readonly seconds: number;
  readonly warmup: number;
}

/** From which share of a core taken by other programs a sample is worth little. */
export const DISTURBED = 0.1;

interface Seen {
  readonly atS: number;
  readonly memory: number;
  readonly process: ProcessCounters;
  /** Busy time of the two cores, s. */
  readonly cores: readonly [number, number];
  readonly host: HostStats | undefined;
}

/**
 * Measures once.
 *
 * @throws PolluxError ERR_COMPARE where the server does not start, or does not answer.
 */
export async function measure(
  entry: Entry,
  scenario: Scenario,
  settings: Settings,
): Promise<Sample> {
  const { guest, serverCore, loadCore, size, seconds, warmup } = settings;
  const server = await startServer(entry, guest, serverCore);
  const seen: Partial<Record<LoadStep, Seen>> = {};
  const look = async (step: LoadStep) => {
    seen[step] = {
      host: step === 'start' || step === 'end' ? await server.stats() : undefined,
      atS: performance.now() / 1000,
      memory: step === 'start' ? 0 : residentBytes(server.pid),
      process: processCounters(server.pid),
      cores: [coreBusyS(serverCore), coreBusyS(loadCore)],
    };
  };
  try {
    const report = await runLoad(
      loadCore,
      {
        ...{ port: server.port, size, seconds, warmup, ...scenario },
        prime: scenario.idle > 0 ? 64 : 0,
      },
      look,
    );
    if (report.requests === 0 && report.errors > 0)
      throw new PolluxError(
        'ERR_COMPARE',
        `${entry.name} sent no message back as it came: is the guest an echo server?`,
      );
    return sample(report, seen as Record<LoadStep, Seen>, scenario);
  } catch (error) {
    const ended = await server.failure();
    throw ended === undefined ? error : new PolluxError('ERR_COMPARE', ended, { cause: error });
  } finally {
    await server.stop();
  }
}

/** A sample that nothing disturbed; else it is taken anew, so often, and the calmest one counts. */
export async function calmest(
  entry: Entry,
  scenario: Scenario,
  settings: Settings,
  retries = 1,
): Promise<Sample> {
  let best = await measure(entry, scenario, settings);
  for (let i = 0; i < retries && best.foreign > DISTURBED; i++) {
    const again = await measure(entry, scenario, settings);
    if (again.foreign < best.foreign) best = again;
  }
  return best;
}

function sample(report: LoadReport, seen: Record<LoadStep, Seen>, scenario: Scenario): Sample {
  const { start, end } = seen;
  const delta = (name: keyof ProcessCounters) => end.process[name] - start.process[name];
  const requests = Math.max(report.requests, 1);
  const windowS = end.atS - start.atS;
  const serverS = delta('cpuNs') / 1e9;
  const ownS = [serverS, report.loadBusy * report.seconds];
  const foreign = ownS.map(
    (own, i) => ((end.cores[i] ?? 0) - (start.cores[i] ?? 0) - own) / windowS,
  );
  const ticks = delta('userS') + delta('systemS');
  const userShare = ticks > 0 ? delta('userS') / ticks : 0;
  const cpuUs = delta('cpuNs') / 1000 / requests;
  const grown = seen.idle.memory - seen.baseline.memory;
  return {
    requests: report.requests,
    rate: report.rate,
    p50Us: report.p50Us,
    p99Us: report.p99Us,
    errors: report.errors,
    cpuUs,
    userUs: cpuUs * userShare,
    systemUs: cpuUs * (1 - userShare),
    serverBusy: serverS / report.seconds,
    loadBusy: report.loadBusy,
    foreign: Math.max(0, ...foreign),
    voluntary: (delta('voluntary') * 1000) / requests,
    involuntary: (delta('involuntary') * 1000) / requests,
    memoryBytes: end.memory,
    idleBytes: scenario.idle > 0 ? grown / scenario.idle : null,
    ...(start.host && end.host ? { host: difference(start.host, end.host) } : {}),
  };
}

function difference(before: HostStats, after: HostStats): HostCounters {
  const kinds = Object.entries(after.syscalls).map(
    ([kind, count]) => [kind, count - (before.syscalls[kind] ?? 0)] as const,
  );
  return {
    waits: after.waits - before.waits,
    events: after.events - before.events,
    fdsToKernel: after.fdsToKernel - before.fdsToKernel,
    fdsScanned: after.fdsScanned - before.fdsScanned,
    interestBytes: after.interestBytes - before.interestBytes,
    bytesRead: after.bytesRead - before.bytesRead,
    bytesWritten: after.bytesWritten - before.bytesWritten,
    syscalls: Object.fromEntries(kinds.filter(([, count]) => count > 0)),
  };
}
