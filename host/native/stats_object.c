/* SPDX-License-Identifier: MIT
 * See stats_object.h. */
#include "stats_object.h"

static const char *const syscall_names[] = {
#define PX_NAME(name) #name,
    PX_SYSCALLS(PX_NAME)
#undef PX_NAME
};

static napi_value histogram(napi_env env, const uint64_t *buckets) {
  napi_value array, count;
  TRY(napi_create_array_with_length(env, PX_TURN_BUCKETS, &array));
  for (uint32_t i = 0; i < PX_TURN_BUCKETS; i++) {
    TRY(napi_create_double(env, (double)buckets[i], &count));
    TRY(napi_set_element(env, array, i, count));
  }
  return array;
}

static napi_value refused(napi_env env, const struct px_counters *c) {
  napi_value object;
  TRY(napi_create_object(env, &object));
  TRY(put_number(env, object, "connections", (double)c->refused_connections));
  TRY(put_number(env, object, "descriptors", (double)c->refused_descriptors));
  TRY(put_number(env, object, "acceptRate", (double)c->refused_accept_rate));
  TRY(put_number(env, object, "memory", (double)c->refused_memory));
  TRY(put_number(env, object, "turn", (double)c->refused_turn));
  return object;
}

napi_value px_stats_object(napi_env env, const struct px_snapshot *snapshot) {
  const struct px_counters *c = &snapshot->counters;
  napi_value stats, syscalls, turns, limits, draining;
  const struct {
    const char *name;
    uint64_t value;
  } numbers[] = {
      {"waits", c->waits},
      {"wakeups", c->wakeups},
      {"events", c->events},
      {"fdsToKernel", c->fds_to_kernel},
      {"fdsScanned", c->fds_scanned},
      {"interestBytes", c->interest_bytes},
      {"accepts", c->accepts},
      {"bytesRead", c->bytes_read},
      {"bytesWritten", c->bytes_written},
      {"openConnections", c->open_connections},
      {"descriptors", snapshot->descriptors},
      {"acceptPauses", c->accept_pauses},
      {"turns", c->turns},
      {"turnNsTotal", c->turn_ns_total},
      {"longestTurnNs", c->longest_turn_ns},
      {"lastSlowTurnNs", c->last_slow_turn_ns},
      {"turnRunningNs", snapshot->turn_running_ns},
  };
  TRY(napi_create_object(env, &stats));
  TRY(put_string(env, stats, "backend", snapshot->backend));
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    TRY(put_number(env, stats, numbers[i].name, (double)numbers[i].value));
  turns = histogram(env, c->turn_ns);
  limits = turns == NULL ? NULL : refused(env, c);
  if (limits == NULL) return NULL;
  TRY(napi_get_boolean(env, snapshot->draining, &draining));
  TRY(put(env, stats, "draining", draining));
  TRY(put(env, stats, "turnNs", turns));
  TRY(put(env, stats, "refusedByLimit", limits));
  TRY(napi_create_object(env, &syscalls));
  for (int i = 0; i < PX_SYS_COUNT; i++)
    if (c->syscalls[i] > 0) TRY(put_number(env, syscalls, syscall_names[i], (double)c->syscalls[i]));
  TRY(put(env, stats, "syscalls", syscalls));
  return stats;
}
