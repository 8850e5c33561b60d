/* SPDX-License-Identifier: MIT
 * poll_oneoff: level-triggered, exact, one event a subscription, in subscription order.
 *
 * begin compares the subscriptions with the kept ones, wait blocks, finish writes the events.
 * Nothing that begin read from the guest's memory is looked at again. */
#define _GNU_SOURCE
#include "connect.h"
#include "host.h"
#include "limits.h"
#include "poll_event.h"
#include "requests.h"
#include "turns.h"

/* What the subscriptions want of /dev/poll. */
static uint32_t set_interest(const struct px_host *host) {
  if (!host->set.open) return 0;
  return host->poller.watches[px_poller_key(&host->poller, host->set.fd)].want;
}

int px_poll_begin(struct px_host *host, struct px_memory memory, uint32_t subscriptions,
                  uint32_t events, uint32_t count, uint32_t nevents) {
  if (px_host_stopped(host)) return PX_STOPPED;
  if (host->closed) return WASI_BADF;
  host->counters.waits++;
  if (count == 0) return WASI_INVAL;
  const uint8_t *records =
      px_at(memory, subscriptions, (uint64_t)count * ABI_SUBSCRIPTION_SIZE);
  if (records == NULL || px_at(memory, events, (uint64_t)count * ABI_EVENT_SIZE) == NULL ||
      px_at(memory, nevents, 4) == NULL)
    return WASI_FAULT;
  int status = px_subscriptions_update(&host->subs, &host->poller, records, count, subscriptions);
  if (status != WASI_SUCCESS) return status;
  px_connects_collect(host);
  px_requests_look(host);
  px_poller_settle(&host->poller,
                   set_interest(host) & PX_READ ? PX_FOR_ARRAY | PX_FOR_SET : PX_FOR_ARRAY);
  host->first_mark = PX_NONE;
  host->last_mark = 0;
  host->poll_start_ns = host->subs.first_clock == PX_NONE ? 0 : px_now_ns(CLOCK_MONOTONIC);
  return WASI_SUCCESS;
}

static void mark(struct px_host *host, uint32_t slot) {
  px_subscriptions_mark(&host->subs, slot);
  uint32_t word = slot / 64;
  if (word < host->first_mark) host->first_mark = word;
  if (word > host->last_mark) host->last_mark = word;
}

static void mark_chain(struct px_host *host, uint32_t slot) {
  for (; slot != PX_NONE; slot = host->subs.links[slot].next) mark(host, slot);
}

static void mark_ready(struct px_host *host, uint32_t key) {
  const struct px_watch *watch = &host->poller.watches[key];
  uint32_t useful = px_useful(watch->readiness, px_wanted(&host->poller, watch));
  if (useful & PX_READ) mark_chain(host, watch->head[0]);
  if (useful & PX_WRITE) mark_chain(host, watch->head[1]);
}

static void mark_immediates(struct px_host *host) {
  struct px_poller *poller = &host->poller;
  for (uint32_t i = 0; i < poller->immediate_count; i++) {
    if (px_immediate_alone(poller, poller->immediates[i])) mark_ready(host, poller->immediates[i]);
  }
}

/* /dev/poll is readable when its set has an event, and always writable. */
static void mark_set(struct px_host *host, int hits) {
  uint32_t want = set_interest(host), key = px_poller_key(&host->poller, host->set.fd);
  struct px_watch *watch = &host->poller.watches[key];
  watch->readiness = PX_WRITE;
  if ((want & PX_READ) && px_poll_set_ready(host, hits)) watch->readiness |= PX_READ;
  mark_ready(host, key);
}

static uint64_t shortest_clock_ns(const struct px_host *host, uint64_t now) {
  uint64_t shortest = UINT64_MAX;
  for (uint32_t slot = host->subs.first_clock; slot != PX_NONE;
       slot = host->subs.links[slot].next) {
    uint64_t left = px_clock_left_ns(px_subscription(&host->subs, slot), host->poll_start_ns, now);
    if (left < shortest) shortest = left;
  }
  return shortest;
}

static void mark_due_clocks(struct px_host *host) {
  uint64_t now = px_now_ns(CLOCK_MONOTONIC);
  for (uint32_t slot = host->subs.first_clock; slot != PX_NONE;
       slot = host->subs.links[slot].next)
    if (px_clock_left_ns(px_subscription(&host->subs, slot), host->poll_start_ns, now) == 0) mark(host, slot);
}

/* How long the next wait of the backend may take; 0 where something is ready without it. */
static uint64_t left_ns(struct px_host *host, uint64_t now) {
  struct px_poller *poller = &host->poller;
  uint32_t of_set = set_interest(host);
  uint64_t left = host->subs.first_clock == PX_NONE ? UINT64_MAX : shortest_clock_ns(host, now);
  if (of_set != 0) {
    uint64_t set_left = of_set & PX_WRITE ? 0 : px_poll_set_left_ns(host);
    if (set_left < left) left = set_left;
  }
  if (host->limits.rest_until_ns != 0) {
    uint64_t rest_left = px_limits_look(host);
    if (rest_left < left) left = rest_left;
    px_poller_settle(poller, poller->awaited);
  }
  return poller->immediate_count > 0 && px_poller_any_immediate(poller) ? 0 : left;
}

int px_poll_wait(struct px_host *host) {
  struct px_poller *poller = &host->poller;
  px_host_waits(host);
  px_turn_end(host);
  bool clocks = host->subs.first_clock != PX_NONE;
  uint64_t now = host->resuming && clocks ? px_now_ns(CLOCK_MONOTONIC) : host->poll_start_ns;
  uint32_t of_set = set_interest(host);
  for (;;) {
    uint64_t left = left_ns(host, now);
    if (host->suspends && !host->resuming && !(clocks && shortest_clock_ns(host, now) == 0))
      return px_host_suspend(host, left);
    if (host->suspends) left = 0;
    int64_t timeout = left == UINT64_MAX ? -1 : left > INT64_MAX ? INT64_MAX : (int64_t)left;
    bool woken = false;
    int n = px_poller_wait(poller, 2 * PX_READY_MAX, timeout, &woken);
    if (px_host_stopped(host)) return PX_STOPPED;
    if (n < 0) return px_wasi_errno(n);
    if (woken) {
      px_connects_collect(host);
      px_requests_look(host);
      px_poller_settle(poller, poller->awaited);
    }
    for (int i = 0; i < n; i++) mark_ready(host, poller->ready_keys[i]);
    mark_immediates(host);
    if (of_set != 0) mark_set(host, n);
    if (clocks) mark_due_clocks(host);
    if (host->first_mark != PX_NONE) {
      px_turn_begin(host);
      return WASI_SUCCESS;
    }
    if (clocks) now = px_now_ns(CLOCK_MONOTONIC);
    if (host->suspends) return px_host_suspend(host, left_ns(host, now));
  }
}

static void write_event(struct px_host *host, uint32_t slot, uint8_t *event) {
  const uint8_t *record = px_subscription(&host->subs, slot);
  uint8_t tag = record[ABI_SUB_TAG];
  if (tag == ABI_CLOCK) {
    px_event_of_clock(record, event);
    return;
  }
  px_event_of_fd(host, px_poller_key(&host->poller, px_get_uint32_t(record + ABI_SUB_FD)),
                 tag == ABI_FD_READ ? PX_READ : PX_WRITE,
                 px_get_uint64_t(record + ABI_SUB_USERDATA),
                 px_get_uint64_t(record + ABI_SUB_HINT) != ABI_HINT_NO_COUNT, event);
}

int px_poll_finish(struct px_host *host, struct px_memory memory, uint32_t events,
                   uint32_t nevents) {
  struct px_subscriptions *subs = &host->subs;
  uint8_t *out = px_at(memory, events, (uint64_t)px_subscriptions_count(subs) * ABI_EVENT_SIZE);
  uint8_t *total = px_at(memory, nevents, 4);
  uint32_t written = 0;
  for (uint32_t word = host->first_mark; word <= host->last_mark; word++) {
    uint64_t bits = subs->marks[word];
    subs->marks[word] = 0;
    for (; bits != 0; bits &= bits - 1) {
      if (out == NULL) continue;
      uint32_t slot = word * 64 + (uint32_t)__builtin_ctzll(bits);
      write_event(host, slot, out + (size_t)written++ * ABI_EVENT_SIZE);
    }
  }
  if (out == NULL || total == NULL) return WASI_FAULT;
  px_put_uint32_t(total, written);
  host->counters.events += written;
  return WASI_SUCCESS;
}
