/* SPDX-License-Identifier: MIT
 * What poll_oneoff and /dev/poll share: clocks of subscriptions, and the record of an event. */
#ifndef PX_POLL_EVENT_H
#define PX_POLL_EVENT_H

#include <time.h>

#include "host.h"

static inline uint64_t px_now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* How long the clock of a subscription still takes at `now`, in ns; 0: it is due. `start_ns`: when a
 * relative timeout began. A clock other than the two is due at once, with an error. A relative
 * timeout runs on the monotonic clock whichever it names: wasi-libc sleeps on the realtime clock and
 * does not mean steps of the wall clock. */
uint64_t px_clock_left_ns(const uint8_t *record, uint64_t start_ns, uint64_t now_ns);

/* Writes the event of a clock. */
void px_event_of_clock(const uint8_t *record, uint8_t *event);

/* Writes the event of a watch's direction, READ or WRITE, and mutes it under --trigger edge.
 * `counts`: nbytes is to be exact, which costs a system call. */
void px_event_of_fd(struct px_host *host, uint32_t key, uint32_t direction, uint64_t userdata,
                    bool counts, uint8_t *event);

static inline void px_event_write(uint8_t *event, uint64_t userdata, uint16_t error, uint8_t type,
                                  uint64_t nbytes, uint16_t flags) {
  px_put_uint64_t(event + ABI_EVENT_USERDATA, userdata);
  px_put_uint16_t(event + ABI_EVENT_ERROR, error);
  event[ABI_EVENT_TYPE] = type;
  px_put_uint64_t(event + ABI_EVENT_NBYTES, nbytes);
  px_put_uint16_t(event + ABI_EVENT_FLAGS, flags);
}

#endif
