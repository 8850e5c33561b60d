// SPDX-License-Identifier: MIT
// The counters that the host keeps for one guest.

/**
 * What one guest's host did since it was made. All are totals.
 *
 * `waits` counts calls of poll_oneoff; `wakeups` returns of the backend's own wait; `events` the
 * event records given to the guest; `fdsToKernel` the descriptors handed to the kernel (for select
 * and poll the whole set on each wait, for epoll the registrations that changed).
 */
export interface HostStats {
  readonly backend: string;
  readonly waits: number;
  readonly wakeups: number;
  readonly events: number;
  readonly fdsToKernel: number;
  readonly accepts: number;
  readonly openConnections: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** System calls by kind, made on the guest's behalf by the native layer: `{ recv: 12, … }`. */
  readonly syscalls: Readonly<Record<string, number>>;
}
