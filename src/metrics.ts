// SPDX-License-Identifier: MIT
// `pollux/metrics`: the counters of reactors as Prometheus metrics, in a registry of prom-client.

import { type MetricValue, Registry } from 'prom-client';
import type { Reactor } from './reactor/reactor.ts';
import type { ReactorStats } from './reactor/stats.ts';

/** What a metric is, and how it is read off the counters: values by labels. */
interface Metric {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly read: (
    stats: ReactorStats,
  ) => number | readonly (readonly [Record<string, string>, number])[];
}

const METRICS: Readonly<Record<string, Metric>> = {
  pollux_instances: {
    type: 'gauge',
    help: 'Instances of the guest that run now, those that drain included.',
    read: ({ instances }) => instances,
  },
  pollux_restarts_total: {
    type: 'counter',
    help: 'Instances that were started in the place of one that ended.',
    read: ({ restarts }) => restarts,
  },
  pollux_reloads_total: {
    type: 'counter',
    help: 'Modules that took the place of another one.',
    read: ({ reloads }) => reloads,
  },
  pollux_waits_total: {
    type: 'counter',
    help: 'Calls of poll_oneoff, and reads of /dev/poll.',
    read: ({ waits }) => waits,
  },
  pollux_wakeups_total: {
    type: 'counter',
    help: "Returns of the backend's own wait.",
    read: ({ wakeups }) => wakeups,
  },
  pollux_events_total: {
    type: 'counter',
    help: 'Events given to the guest.',
    read: ({ events }) => events,
  },
  pollux_fds_to_kernel_total: {
    type: 'counter',
    help: 'Descriptors handed to the kernel as interest: the whole set at each wait by select and poll, changes by epoll.',
    read: ({ fdsToKernel }) => fdsToKernel,
  },
  pollux_fds_scanned_total: {
    type: 'counter',
    help: 'Descriptors that the kernel looked at in waits: the whole set by select and poll, what is ready by epoll.',
    read: ({ fdsScanned }) => fdsScanned,
  },
  pollux_interest_bytes_total: {
    type: 'counter',
    help: 'Bytes of interest sets and event lists that were copied into the kernel and back.',
    read: ({ interestBytes }) => interestBytes,
  },
  pollux_syscalls_total: {
    type: 'counter',
    help: "System calls made on the guest's behalf, by kind.",
    read: ({ syscalls }) =>
      Object.entries(syscalls).map(([syscall, n]) => [{ syscall }, n] as const),
  },
  pollux_bytes_total: {
    type: 'counter',
    help: 'Bytes that went through connections.',
    read: ({ bytesRead, bytesWritten }) => [
      [{ direction: 'read' }, bytesRead],
      [{ direction: 'written' }, bytesWritten],
    ],
  },
  pollux_accepts_total: {
    type: 'counter',
    help: 'Connections accepted.',
    read: ({ accepts }) => accepts,
  },
  pollux_open_connections: {
    type: 'gauge',
    help: 'Connections that are open now.',
    read: ({ openConnections }) => openConnections,
  },
  pollux_descriptors: {
    type: 'gauge',
    help: 'Descriptors of the guest that are open now.',
    read: ({ descriptors }) => descriptors,
  },
  pollux_refused_by_limit_total: {
    type: 'counter',
    help: 'What a limit refused or put off, by limit.',
    read: ({ refusedByLimit }) =>
      Object.entries(refusedByLimit).map(([limit, n]) => [{ limit }, n] as const),
  },
  pollux_accept_pauses_total: {
    type: 'counter',
    help: 'Times that accepting paused as the system had no room for a connection (EMFILE and its like).',
    read: ({ acceptPauses }) => acceptPauses,
  },
};

/** Exponent of the first bucket of `turnNs`: 2^10 ns, about a microsecond. */
const FIRST_BUCKET = 10;

type Watched = Map<string, Reactor>;
const registries = new WeakMap<Registry, Watched>();

/**
 * Puts the metrics of a reactor into a registry, a new one by default, and answers that. Each has the label
 * `reactor` with `name`, so that one registry may hold several. They are read when the registry is asked:
 * nothing is counted twice. A reactor that has ended leaves the registry.
 *
 * ```ts
 * const registry = collectMetrics(reactor, { name: 'echo' });
 * http.createServer(async (_, res) => res.end(await registry.metrics())).listen(9090);
 * ```
 *
 * @throws Error where the registry has a reactor of that name already.
 */
export function collectMetrics(
  reactor: Reactor,
  { registry = new Registry(), name = 'pollux' }: { registry?: Registry; name?: string } = {},
): Registry {
  const watched = registries.get(registry) ?? register(registry);
  if (watched.has(name)) throw new Error(`the registry has metrics of a reactor '${name}' already`);
  watched.set(name, reactor);
  void reactor.ended.then(() => watched.delete(name));
  return registry;
}

function register(registry: Registry): Watched {
  const watched: Watched = new Map();
  registries.set(registry, watched);
  const all = () =>
    [...watched].map(
      ([reactor, { stats }]) => [reactor, stats.call(watched.get(reactor))] as const,
    );
  for (const [name, { type, help, read }] of Object.entries(METRICS)) {
    const values = () =>
      all().flatMap(([reactor, stats]) => {
        const value = read(stats);
        return typeof value === 'number'
          ? [{ value, labels: { reactor } }]
          : value.map(([labels, each]) => ({ value: each, labels: { reactor, ...labels } }));
      });
    add(registry, name, help, type, values);
  }
  add(registry, 'pollux_turn_seconds', 'From one wait of the guest to the next.', 'histogram', () =>
    all().flatMap(([reactor, { turnNs, turnNsTotal }]) => histogram(reactor, turnNs, turnNsTotal)),
  );
  return watched;
}

/** prom-client's histograms count for themselves; ours are counted by the host, so this is a metric by hand. */
function add(
  registry: Registry,
  name: string,
  help: string,
  type: 'counter' | 'gauge' | 'histogram',
  read: () => readonly (MetricValue<string> & { metricName?: string })[],
): void {
  const get = async () => ({ name, help, type, values: read(), aggregator: 'sum' });
  registry.registerMetric({ name, help, type, get, reset() {} } as never);
}

/** Cumulative buckets in seconds, as Prometheus has them. */
function histogram(reactor: string, turnNs: readonly number[], totalNs: number) {
  const metricName = (suffix: string) => `pollux_turn_seconds_${suffix}`;
  let count = 0;
  const buckets = turnNs.map((turns, at) => {
    count += turns;
    const le = 2 ** (FIRST_BUCKET + at + 1) / 1e9;
    return { metricName: metricName('bucket'), labels: { le, reactor }, value: count };
  });
  return [
    ...buckets,
    { metricName: metricName('bucket'), labels: { le: '+Inf', reactor }, value: count },
    { metricName: metricName('sum'), labels: { reactor }, value: totalNs / 1e9 },
    { metricName: metricName('count'), labels: { reactor }, value: count },
  ];
}
