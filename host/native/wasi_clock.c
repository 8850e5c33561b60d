/* SPDX-License-Identifier: MIT
 * The clock_* functions of preview 1, on the clocks that poll_oneoff waits by: a deadline is made from
 * what clock_time_get told. */
#define _GNU_SOURCE
#include <errno.h>
#include <time.h>

#include "host.h"

#define NS_PER_S UINT64_C(1000000000)

/* clockid of the witx, in its order. */
static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
                                   CLOCK_THREAD_CPUTIME_ID};

static int get(struct px_host *host, struct px_memory memory, uint32_t id, uint32_t at,
               int (*ask)(clockid_t clock, struct timespec *time)) {
  struct timespec time;
  if (px_host_stopped(host)) return PX_STOPPED;
  if (id >= sizeof clocks / sizeof clocks[0]) return WASI_INVAL;
  uint8_t *out = px_at(memory, at, 8);
  if (out == NULL) return WASI_FAULT;
  if (ask(clocks[id], &time) < 0) return px_wasi_errno(errno);
  px_put_uint64_t(out, (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec);
  return WASI_SUCCESS;
}

int px_clock_res_get(struct px_host *host, struct px_memory memory, uint32_t id,
                     uint32_t resolution) {
  return get(host, memory, id, resolution, clock_getres);
}

int px_clock_time_get(struct px_host *host, struct px_memory memory, uint32_t id,
                      uint64_t precision, uint32_t time) {
  (void)precision; /* the clock is as precise as it is, whatever lag the guest would put up with */
  return get(host, memory, id, time, clock_gettime);
}
