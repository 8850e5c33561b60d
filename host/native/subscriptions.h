/* SPDX-License-Identifier: MIT
 * The subscription array of the last poll_oneoff, kept so that the next one costs its changes.
 *
 * Slots are in the order of the guest's array. Its leading clocks end at slot PX_LEADING_CLOCKS, and all
 * behind them begins there, so that a guest which puts a clock before its descriptors in some calls and
 * not in others (Go, twice a turn) does not move them. Each slot is in one chain: the readers or the
 * writers of one watch, or the clocks. Marked slots are those that will get an event. */
#ifndef PX_SUBSCRIPTIONS_H
#define PX_SUBSCRIPTIONS_H

#include <stdint.h>

#include "guest_abi.h"
#include "poller.h"

/* So many clocks have slots of their own; a guest with more of them moves its descriptors by the rest. */
enum { PX_LEADING_CLOCKS = 8 };

struct px_link {
  uint32_t next, previous; /* PX_NONE ends a chain */
};

struct px_subscriptions {
  uint8_t *records; /* the copy, 48 bytes each */
  struct px_link *links;
  uint64_t *marks; /* one bit a slot */
  uint32_t first, end, room; /* slots [first, end) hold records */
  uint32_t first_clock;      /* head of the clocks' chain */
  /* What the array was when all of it was last known to be equal; edition 0: not stamped. */
  uint32_t address, edition;
  uint32_t keys;     /* the poller's room when the slots were linked: more of their numbers have a watch now */
  uint64_t relinked; /* slots that were put into a chain: what all changes so far have cost */
};

void px_subscriptions_init(struct px_subscriptions *subs);
void px_subscriptions_destroy(struct px_subscriptions *subs);

/* Makes the kept array equal to `count` (> 0) records at `records`, which the guest calls `address`,
 * and touches the watches that changed. WASI_SUCCESS; WASI_INVAL: a tag or a flag that the witx does
 * not know; WASI_NOMEM. After a failure the kept array is consistent, but partly the old one. */
int px_subscriptions_update(struct px_subscriptions *subs, struct px_poller *poller,
                            const uint8_t *records, uint32_t count, uint32_t address);

static inline const uint8_t *px_subscription(const struct px_subscriptions *subs, uint32_t slot) {
  return subs->records + (size_t)slot * ABI_SUBSCRIPTION_SIZE;
}

static inline uint32_t px_subscriptions_count(const struct px_subscriptions *subs) {
  return subs->end - subs->first;
}

static inline void px_subscriptions_mark(struct px_subscriptions *subs, uint32_t slot) {
  subs->marks[slot / 64] |= UINT64_C(1) << (slot % 64);
}

#endif
