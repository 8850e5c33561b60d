/* SPDX-License-Identifier: MIT
 * See latch.h. */
#define _GNU_SOURCE /* POLLRDHUP */
#include "latch.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>

void px_latch_nominate(struct px_poller *p, uint32_t key) {
  struct px_watch *watch = &p->watches[key];
  if (watch->candidate || px_useful(watch->latched, px_interest(watch)) == 0) return;
  watch->candidate = true;
  p->candidates[p->candidate_count++] = key;
}

bool px_latch_report(struct px_poller *p, uint32_t key, uint32_t readiness) {
  struct px_watch *watch = &p->watches[key];
  bool hint = (p->ops->caps & PX_CAP_HINT) != 0;
  /* A report that is no hint is all that holds now. Of a hint not even the direction counts: the
   * hangup of a pipe comes as data to its reader, who may wait to write. */
  watch->latched = (uint8_t)(hint ? watch->latched | PX_UNKNOWN : readiness);
  if (!hint) watch->reported = p->wait_number;
  px_latch_nominate(p, key);
  return !hint;
}

uint32_t px_latch_prepare(struct px_poller *p) {
  uint32_t kept = 0, wanted = 0;
  for (uint32_t i = 0; i < p->candidate_count; i++) {
    uint32_t key = p->candidates[i];
    struct px_watch *watch = &p->watches[key];
    watch->candidate = px_useful(watch->latched, px_interest(watch)) != 0;
    if (!watch->candidate) continue;
    p->candidates[kept++] = key;
    if (px_useful(watch->latched, px_wanted(p, watch)) != 0) wanted++;
  }
  p->candidate_count = kept;
  return wanted;
}

static short events_of(uint32_t want) {
  return (short)((want & PX_READ ? POLLIN | POLLRDHUP : 0) | (want & PX_WRITE ? POLLOUT : 0));
}

static uint32_t readiness_of(short events) {
  return (events & POLLIN ? PX_READ : 0u) | (events & POLLRDHUP ? PX_READ | PX_END : 0u) |
         (events & POLLOUT ? PX_WRITE : 0u) |
         (events & POLLHUP ? PX_HANGUP : 0u) | (events & (POLLERR | POLLNVAL) ? PX_ERROR : 0u);
}

/* Collects the candidates to look at, beginning where the last call ended, so that more of them
 * than fit starve nobody. */
static nfds_t collect(struct px_poller *p, struct pollfd *fds, uint32_t *places) {
  nfds_t n = 0;
  uint32_t at = p->candidate_next < p->candidate_count ? p->candidate_next : 0;
  for (uint32_t seen = 0; seen < p->candidate_count && n < PX_READY_MAX; seen++) {
    uint32_t place = at, key = p->candidates[place];
    if (++at == p->candidate_count) at = 0;
    const struct px_watch *watch = &p->watches[key];
    const struct px_entry *entry = px_fd_table_get(p->table, key - 1);
    uint32_t want = px_wanted(p, watch);
    if (watch->reported == p->wait_number || entry == NULL || entry->host_fd < 0) continue;
    if (px_useful(watch->latched, want) == 0) continue;
    fds[n] = (struct pollfd){.fd = entry->host_fd, .events = events_of(want)};
    places[n++] = place;
  }
  p->candidate_next = at;
  return n;
}

int px_latch_check(struct px_poller *p, int hits, int capacity) {
  struct pollfd fds[PX_READY_MAX];
  uint32_t places[PX_READY_MAX];
  bool full = false;
  nfds_t n = collect(p, fds, places);
  if (n == 0) return hits;
  PX_COUNT(p->counters, poll);
  if (poll(fds, n, 0) < 0) return errno == EINTR ? hits : -errno;
  for (nfds_t i = 0; i < n; i++) {
    uint32_t key = p->candidates[places[i]];
    struct px_watch *watch = &p->watches[key];
    uint32_t want = px_wanted(p, watch), readiness = readiness_of(fds[i].revents);
    /* Of a direction that was not looked at the latch stays as it is. */
    uint32_t kept = (want & PX_READ ? 0u : PX_READ | PX_END) | (want & PX_WRITE ? 0u : PX_WRITE);
    watch->latched = (uint8_t)((watch->latched & kept) | readiness);
    watch->readiness = (uint8_t)readiness;
    if (px_useful(readiness, want) == 0) continue;
    if (hits < capacity) {
      p->ready_keys[hits++] = key;
    } else if (!full) {
      full = true;
      p->candidate_next = places[i];
    }
  }
  return hits;
}
