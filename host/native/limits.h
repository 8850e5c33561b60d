/* SPDX-License-Identifier: MIT
 * What a guest may use at most. A limit on connections is not an error that the guest has to deal with: its
 * listeners rest (they are not ready, and accept answers AGAIN), and clients wait in the backlog. */
#ifndef PX_LIMITS_H
#define PX_LIMITS_H

#include "host.h"

/* Before a connection is taken: WASI_SUCCESS, WASI_AGAIN (one limit or the other; the listeners rest), or
 * WASI_MFILE (no descriptor left; they rest too, so that a guest that polls again does not spin). */
int px_limits_before_accept(struct px_host *host);

/* A connection was taken. */
void px_limits_accepted(struct px_host *host);

/* The kernel had no room for a connection: the listeners rest for 100 ms, or until a descriptor is closed. */
void px_limits_no_room(struct px_host *host);

/* A descriptor of the guest was closed. */
void px_limits_closed(struct px_host *host);

/* Sets all listeners' overrides to what holds now: draining, resting, something in the queue (inbox.h), or
 * nothing. */
void px_limits_apply(struct px_host *host);

/* Ends a rest whose time is over; answers the ns that are left of it, UINT64_MAX where nothing rests for a time. */
uint64_t px_limits_look(struct px_host *host);

/* The guest has `bytes` of memory: true where that is too much. The host is stopped then. */
bool px_limits_memory(struct px_host *host, uint64_t bytes);

#endif
