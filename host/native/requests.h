/* SPDX-License-Identifier: MIT
 * What other threads and signal handlers ask of a guest's thread, besides the stop: a flag and a write to
 * the wake pipe, and the thread itself does it when it next looks. */
#ifndef PX_REQUESTS_H
#define PX_REQUESTS_H

#include "host.h"

enum {
  PX_REQUEST_DRAIN = 1, /* listeners hang up and give no more */
  PX_REQUEST_ENDING = 2, /* with DRAIN: a signal asked for it, which the embedder is told (`called`) */
  PX_REQUEST_HANGUP = 4, /* SIGHUP came, which the embedder is told */
  PX_REQUEST_INBOX = 8,  /* look at what the app has given (inbox.h) */
};

/* Any thread, and async-signal-safe: the request is served once, before the guest's next wait returns or
 * begins. One that has not been served yet wakes nobody a second time. */
void px_host_request(struct px_host *host, uint32_t request);

/* For px_requests_look. */
void px_requests_serve(struct px_host *host);

/* The guest's thread: serves what is asked. */
static inline void px_requests_look(struct px_host *host) {
  if (atomic_load_explicit(&host->requests, memory_order_relaxed) != 0) px_requests_serve(host);
}

#endif
