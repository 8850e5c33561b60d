/* SPDX-License-Identifier: MIT
 * How long a guest takes from one wait to the next: its turns. Taken only where somebody wants to know, as a
 * look at the clock costs 20 ns. */
#ifndef PX_TURNS_H
#define PX_TURNS_H

#include "host.h"
#include "poll_event.h"

/* A counter that another thread reads. */
#define PX_STORE(counter, value) __atomic_store_n(&(counter), (value), __ATOMIC_RELAXED)

/* Bucket k counts turns of 2^(PX_TURN_FIRST + k) ns up to twice that; the first one also shorter ones, the
 * last one also longer ones. */
static inline uint32_t px_turn_bucket(uint64_t ns) {
  uint32_t log = ns == 0 ? 0 : 63u - (uint32_t)__builtin_clzll(ns);
  if (log < PX_TURN_FIRST) return 0;
  return log - PX_TURN_FIRST < PX_TURN_BUCKETS ? log - PX_TURN_FIRST : PX_TURN_BUCKETS - 1;
}

static inline bool px_turn_is_slow(const struct px_host *host, uint64_t ns) {
  return host->limits.turn_ns != 0 && ns > host->limits.turn_ns;
}

/* Begins and ends a turn, whoever says what one is. */
static inline void px_turn_start(struct px_host *host) {
  if (host->timed) PX_STORE(host->counters.turn_started_ns, px_now_ns(CLOCK_MONOTONIC));
}

static inline void px_turn_finish(struct px_host *host) {
  struct px_counters *counters = &host->counters;
  if (counters->turn_started_ns == 0) return;
  uint64_t took = px_now_ns(CLOCK_MONOTONIC) - counters->turn_started_ns;
  counters->turns++;
  counters->turn_ns_total += took;
  counters->turn_ns[px_turn_bucket(took)]++;
  if (took > counters->longest_turn_ns) counters->longest_turn_ns = took;
  if (px_turn_is_slow(host, took)) {
    PX_STORE(counters->last_slow_turn_ns, took);
    PX_STORE(counters->refused_turn, counters->refused_turn + 1);
  }
  PX_STORE(counters->turn_started_ns, 0);
}

/* A wait returns to the guest. Where an event loop calls the guest's turns, a look within one is none. */
static inline void px_turn_begin(struct px_host *host) {
  if (!host->turns_by_loop) px_turn_start(host);
}

/* The guest waits. */
static inline void px_turn_end(struct px_host *host) {
  if (!host->turns_by_loop) px_turn_finish(host);
}

#endif
