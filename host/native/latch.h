/* SPDX-License-Identifier: MIT
 * Level semantics over a backend that reports transitions (PX_CAP_EDGE): what was reported is
 * latched until the guest has drained it. Called by poller.c alone.
 *
 * A latch may outlive its cause: a guest that reads exactly what was there meets no EAGAIN. So a latch
 * that somebody wants (a candidate) and that is not of this very wait is looked at with one poll(2)
 * over all candidates, which does not wait, before it is reported. A guest that drains, as
 * most do, never causes that call. */
#ifndef PX_LATCH_H
#define PX_LATCH_H

#include "poller.h"

/* The latch of a descriptor of which nothing is known, but that something happened. */
enum { PX_UNKNOWN = PX_READ | PX_WRITE | PX_END };

/* Makes the watch a candidate where its latch holds something of the interest in it. */
void px_latch_nominate(struct px_poller *poller, uint32_t key);

/* Takes over a report; false where it is a hint only, to be looked at. */
bool px_latch_report(struct px_poller *poller, uint32_t key, uint32_t readiness);

/* Before a wait: drops candidates that are none any more, and answers how many the wait is for. */
uint32_t px_latch_prepare(struct px_poller *poller);

/* After it: looks at the candidates that it did not report, and adds those that are ready to
 * ready_keys, which holds `hits`, `capacity` of them at most. Those that find no room come first the
 * next time. Answers the new number of hits, or -errno. */
int px_latch_check(struct px_poller *poller, int hits, int capacity);

#endif
