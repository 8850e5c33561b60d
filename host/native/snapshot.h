/* SPDX-License-Identifier: MIT
 * The counters of a host at one moment, taken by any thread. */
#ifndef PX_SNAPSHOT_H
#define PX_SNAPSHOT_H

#include "host.h"

struct px_snapshot {
  const char *backend;
  struct px_counters counters;
  bool draining;        /* its listeners give no more */
  uint64_t descriptors; /* open entries of the guest's table */
  uint64_t turn_running_ns; /* how long the present turn has taken; 0: the guest waits */
};

/* From another thread each number is whole, but one may be older than the next. */
void px_snapshot_take(const struct px_host *host, struct px_snapshot *snapshot);

#endif
