/* SPDX-License-Identifier: MIT
 * poll_oneoff: level-triggered, exact, one event a subscription, in subscription order.
 *
 * begin compares the subscriptions with the kept ones, wait blocks, finish writes the events.
 * Nothing that begin read from the guest's memory is looked at again. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/ioctl.h>
#include <time.h>

#include "host.h"

#define NS_PER_S UINT64_C(1000000000)

static uint64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

int px_poll_begin(struct px_host *host, struct px_memory memory, uint32_t subscriptions,
                  uint32_t events, uint32_t count, uint32_t nevents) {
  if (px_host_stopped(host)) return PX_STOPPED;
  host->counters.waits++;
  if (count == 0) return WASI_INVAL;
  const uint8_t *records =
      px_at(memory, subscriptions, (uint64_t)count * ABI_SUBSCRIPTION_SIZE);
  if (records == NULL || px_at(memory, events, (uint64_t)count * ABI_EVENT_SIZE) == NULL ||
      px_at(memory, nevents, 4) == NULL)
    return WASI_FAULT;
  int status = px_subscriptions_update(&host->subs, &host->poller, records, count, subscriptions);
  if (status != WASI_SUCCESS) return status;
  px_poller_settle(&host->poller, PX_FOR_ARRAY);
  host->first_mark = PX_NONE;
  host->last_mark = 0;
  host->poll_start_ns = host->subs.first_clock == PX_NONE ? 0 : now_ns(CLOCK_MONOTONIC);
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
    struct px_watch *watch = &poller->watches[poller->immediates[i]];
    watch->readiness = PX_READ | PX_WRITE;
    mark_ready(host, poller->immediates[i]);
  }
}

/* How long the clock of a subscription still takes, in ns; 0: it is due. A clock other than the
 * two is due at once, with an error. A relative timeout runs on the monotonic clock whichever it
 * names: wasi-libc sleeps on the realtime clock and does not mean steps of the wall clock. */
static uint64_t clock_left_ns(const struct px_host *host, const uint8_t *record, uint64_t now) {
  uint32_t id = px_get_uint32_t(record + ABI_SUB_CLOCK_ID);
  uint64_t timeout = px_get_uint64_t(record + ABI_SUB_TIMEOUT);
  if (id > ABI_CLOCK_MONOTONIC) return 0;
  uint64_t at = now;
  if ((px_get_uint16_t(record + ABI_SUB_CLOCK_FLAGS) & ABI_CLOCK_ABSTIME) == 0) {
    uint64_t start = host->poll_start_ns;
    timeout = timeout > UINT64_MAX - start ? UINT64_MAX : start + timeout;
  } else if (id == ABI_CLOCK_REALTIME) {
    at = now_ns(CLOCK_REALTIME);
  }
  return timeout > at ? timeout - at : 0;
}

static uint64_t shortest_clock_ns(const struct px_host *host, uint64_t now) {
  uint64_t shortest = UINT64_MAX;
  for (uint32_t slot = host->subs.first_clock; slot != PX_NONE;
       slot = host->subs.links[slot].next) {
    uint64_t left = clock_left_ns(host, px_subscription(&host->subs, slot), now);
    if (left < shortest) shortest = left;
  }
  return shortest;
}

static void mark_due_clocks(struct px_host *host) {
  uint64_t now = now_ns(CLOCK_MONOTONIC);
  for (uint32_t slot = host->subs.first_clock; slot != PX_NONE;
       slot = host->subs.links[slot].next)
    if (clock_left_ns(host, px_subscription(&host->subs, slot), now) == 0) mark(host, slot);
}

int px_poll_wait(struct px_host *host) {
  struct px_poller *poller = &host->poller;
  bool clocks = host->subs.first_clock != PX_NONE;
  uint64_t now = host->poll_start_ns;
  for (;;) {
    int64_t timeout = -1;
    if (poller->immediate_count > 0 && px_poller_any_immediate(poller)) {
      timeout = 0;
    } else if (clocks) {
      uint64_t left = shortest_clock_ns(host, now);
      timeout = left > INT64_MAX ? INT64_MAX : (int64_t)left;
    }
    bool woken = false;
    int n = px_poller_wait(poller, PX_READY_MAX, timeout, &woken);
    if (px_host_stopped(host)) return PX_STOPPED;
    if (n < 0) return px_wasi_errno(n);
    for (int i = 0; i < n; i++) mark_ready(host, poller->ready_keys[i]);
    mark_immediates(host);
    if (clocks) mark_due_clocks(host);
    if (host->first_mark != PX_NONE) return WASI_SUCCESS;
    if (clocks) now = now_ns(CLOCK_MONOTONIC);
  }
}

/* Bytes to read. A listener answers 1, as Wasmtime does: something is there. So does what the base
 * WASI keeps to itself. */
static uint64_t readable_bytes(struct px_host *host, const struct px_entry *entry) {
  int bytes = 0;
  if (entry == NULL) return 0;
  int host_fd = entry->kind == PX_FILE ? entry->base_fd : entry->host_fd;
  if (entry->kind == PX_LISTENER || host_fd < 0) return 1;
  PX_COUNT(&host->counters, ioctl);
  return ioctl(host_fd, FIONREAD, &bytes) == 0 && bytes > 0 ? (uint64_t)bytes : 0;
}

static void write_event(struct px_host *host, uint32_t slot, uint8_t *event) {
  const uint8_t *record = px_subscription(&host->subs, slot);
  uint8_t tag = record[ABI_SUB_TAG];
  uint16_t error = 0, flags = 0;
  uint64_t nbytes = 0;
  if (tag == ABI_CLOCK) {
    if (px_get_uint32_t(record + ABI_SUB_CLOCK_ID) > ABI_CLOCK_MONOTONIC) error = WASI_INVAL;
  } else {
    uint32_t fd = px_get_uint32_t(record + ABI_SUB_FD);
    uint32_t key = px_poller_key(&host->poller, fd);
    const struct px_watch *watch = &host->poller.watches[key];
    px_poller_mute(&host->poller, key, tag == ABI_FD_READ ? PX_READ : PX_WRITE);
    error = watch->error;
    /* A socket's own error is no error of the subscription: the next call on it tells. */
    if (watch->readiness & (PX_HANGUP | PX_ERROR)) flags = ABI_EVENT_HANGUP;
    if (error == 0 && tag == ABI_FD_READ) {
      bool counts = px_get_uint64_t(record + ABI_SUB_HINT) != ABI_HINT_NO_COUNT;
      nbytes = counts ? readable_bytes(host, px_fd_table_get(&host->table, fd)) : 1;
    }
  }
  px_put_uint64_t(event + ABI_EVENT_USERDATA, px_get_uint64_t(record + ABI_SUB_USERDATA));
  px_put_uint16_t(event + ABI_EVENT_ERROR, error);
  event[ABI_EVENT_TYPE] = tag;
  px_put_uint64_t(event + ABI_EVENT_NBYTES, nbytes);
  px_put_uint16_t(event + ABI_EVENT_FLAGS, flags);
}

int px_poll_finish(struct px_host *host, struct px_memory memory, uint32_t events,
                   uint32_t nevents) {
  struct px_subscriptions *subs = &host->subs;
  uint8_t *out = px_at(memory, events, (uint64_t)subs->count * ABI_EVENT_SIZE);
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
