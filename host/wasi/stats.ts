// SPDX-License-Identifier: MIT
// The counters that the host keeps for one guest.

/**
 * What one guest's host did since it was made: totals, but for what says "now".
 *
 * `waits` counts calls of poll_oneoff and reads of /dev/poll; `wakeups` returns of the backend's own wait;
 * `events` the event records given to the guest; `fdsToKernel` the descriptors handed to the kernel (for
 * select and poll the whole set on each wait, for epoll the registrations that changed); `fdsScanned` those
 * that the kernel looked at in waits (the whole set, or what was ready); `interestBytes` the bytes of interest
 * sets and event lists that were copied into the kernel and back (0 for io_uring, which shares memory).
 */
export interface HostStats {
  readonly backend: string;
  readonly waits: number;
  readonly wakeups: number;
  readonly events: number;
  readonly fdsToKernel: number;
  readonly fdsScanned: number;
  readonly interestBytes: number;
  readonly accepts: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Connections that are open now, accepted and made. */
  readonly openConnections: number;
  /** Descriptors of the guest that are open now, whatever they are. */
  readonly descriptors: number;
  /** Whether its listeners give no more, as it is being drained. */
  readonly draining: boolean;
  /** Times that a limit was met. */
  readonly refusedByLimit: {
    readonly connections: number;
    readonly descriptors: number;
    readonly acceptRate: number;
    readonly memory: number;
    readonly turn: number;
  };
  /** Times that accepting paused, as the system or a limit had no descriptor or memory for a connection. */
  readonly acceptPauses: number;
  /** From one wait to the next; this and what follows is 0 where turns are not timed. */
  readonly turns: number;
  readonly turnNsTotal: number;
  readonly longestTurnNs: number;
  /** The last turn that took longer than it may; 0: there was none. */
  readonly lastSlowTurnNs: number;
  /** How long the turn that runs now has taken; 0 while the guest waits. */
  readonly turnRunningNs: number;
  /** Turns by length: element k counts those from 2^(10 + k) ns up to twice that, the first one all shorter ones too. */
  readonly turnNs: readonly number[];
  /** System calls by kind, made on the guest's behalf by the native layer: `{ recv: 12, … }`. */
  readonly syscalls: Readonly<Record<string, number>>;
}
