/* SPDX-License-Identifier: MIT
 * See limits.h. */
#define _GNU_SOURCE
#include "limits.h"

#include "poll_event.h"

#define SECOND_NS UINT64_C(1000000000)
#define NO_ROOM_NS UINT64_C(100000000)

static bool full(const struct px_host *host) {
  uint32_t most = host->limits.connections;
  return most != 0 && host->counters.open_connections >= most;
}

static bool out_of_descriptors(const struct px_host *host) {
  uint32_t most = host->limits.descriptors;
  return most != 0 && host->table.open >= most;
}

void px_limits_apply(struct px_host *host) {
  bool rests = host->limits.full || host->limits.rest_until_ns != 0;
  for (uint32_t fd = 0; fd < host->listeners_end; fd++) {
    const struct px_entry *entry = px_fd_table_get(&host->table, fd);
    if (entry == NULL || entry->kind != PX_LISTENER) continue;
    /* What the app has given is accepted first; a drained listener hangs up behind it. */
    bool queued = !px_inbox_is_empty(host, fd);
    uint32_t forced = host->draining ? PX_READ | (queued ? 0u : PX_HANGUP) : queued && !rests ? PX_READ : 0u;
    px_poller_override(&host->poller, fd, forced, host->draining || rests);
  }
}

static void rest(struct px_host *host, uint64_t until_ns) {
  host->limits.rest_until_ns = until_ns;
  px_limits_apply(host);
}

/* The generic cell rate algorithm: each connection moves a theoretical time on by its share of a second, and
 * that may be at most a second ahead, which is the burst. */
static bool too_fast(struct px_host *host) {
  struct px_limits *limits = &host->limits;
  if (limits->accepts_per_second == 0) return false;
  uint64_t now = px_now_ns(CLOCK_MONOTONIC), share = SECOND_NS / limits->accepts_per_second;
  if (limits->theoretical_ns < now) limits->theoretical_ns = now;
  uint64_t ahead = limits->theoretical_ns - now;
  if (ahead + share <= SECOND_NS) return false;
  if (limits->rest_until_ns == 0) host->counters.refused_accept_rate++;
  rest(host, now + ahead + share - SECOND_NS);
  return true;
}

int px_limits_before_accept(struct px_host *host) {
  if (host->limits.connections == 0 && host->limits.descriptors == 0 &&
      host->limits.accepts_per_second == 0)
    return WASI_SUCCESS;
  if (full(host) || too_fast(host)) return WASI_AGAIN;
  if (!out_of_descriptors(host)) return WASI_SUCCESS;
  host->counters.refused_descriptors++;
  px_limits_no_room(host);
  return WASI_MFILE;
}

void px_limits_accepted(struct px_host *host) {
  struct px_limits *limits = &host->limits;
  if (limits->accepts_per_second != 0)
    limits->theoretical_ns += SECOND_NS / limits->accepts_per_second;
  if (limits->full || !full(host)) return;
  limits->full = true;
  host->counters.refused_connections++;
  px_limits_apply(host);
}

void px_limits_no_room(struct px_host *host) {
  host->counters.accept_pauses++;
  host->limits.rests_for_room = true;
  rest(host, px_now_ns(CLOCK_MONOTONIC) + NO_ROOM_NS);
}

void px_limits_closed(struct px_host *host) {
  struct px_limits *limits = &host->limits;
  if (!limits->full && !limits->rests_for_room) return;
  limits->full = full(host);
  if (limits->rests_for_room) limits->rest_until_ns = 0;
  limits->rests_for_room = false;
  px_limits_apply(host);
}

uint64_t px_limits_look(struct px_host *host) {
  struct px_limits *limits = &host->limits;
  if (limits->rest_until_ns == 0) return UINT64_MAX;
  uint64_t now = px_now_ns(CLOCK_MONOTONIC);
  if (now < limits->rest_until_ns) return limits->rest_until_ns - now;
  limits->rests_for_room = false;
  rest(host, 0);
  return UINT64_MAX;
}

bool px_limits_memory(struct px_host *host, uint64_t bytes) {
  if (host->limits.memory_bytes == 0 || bytes <= host->limits.memory_bytes) return false;
  if (!host->limits.over_memory) host->counters.refused_memory++;
  host->limits.over_memory = true;
  px_host_stop(host);
  return true;
}
