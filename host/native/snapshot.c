/* SPDX-License-Identifier: MIT
 * See snapshot.h. */
#define _GNU_SOURCE
#include "snapshot.h"

#include "turns.h"

void px_snapshot_take(const struct px_host *host, struct px_snapshot *snapshot) {
  /* Nothing but numbers of 64 bits, which the guest's thread writes whole. */
  _Static_assert(sizeof(struct px_counters) % sizeof(uint64_t) == 0, "all counters are uint64_t");
  const uint64_t *from = (const uint64_t *)&host->counters;
  uint64_t *to = (uint64_t *)&snapshot->counters;
  for (size_t i = 0; i < sizeof(struct px_counters) / sizeof *to; i++)
    to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
  uint64_t started = snapshot->counters.turn_started_ns;
  uint64_t now = started == 0 ? 0 : px_now_ns(CLOCK_MONOTONIC);
  snapshot->turn_running_ns = now > started ? now - started : 0;
  /* One that never ends is to be counted too. */
  if (px_turn_is_slow(host, snapshot->turn_running_ns)) snapshot->counters.refused_turn++;
  snapshot->draining = host->draining;
  snapshot->backend = host->ops->name;
  snapshot->descriptors = __atomic_load_n(&host->table.open, __ATOMIC_RELAXED);
}
