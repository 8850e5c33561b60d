/* SPDX-License-Identifier: MIT
 * See poller.h. Interest flows down lazily, reports flow up exactly: a report reaches the caller
 * only if a subscription of the current call asked for it. */
#include "poller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errno_map.h"
#include "latch.h"

#define WAKE_TOKEN UINT64_MAX

static uint64_t token_of(const struct px_poller *p, uint32_t key) {
  return (uint64_t)p->watches[key].generation << 32 | key;
}

int px_poller_open(struct px_poller *p, const struct px_backend_ops *ops,
                   const struct px_fd_table *table, int wake_fd, struct px_counters *counters) {
  memset(p, 0, sizeof *p);
  int status = ops->open(&p->backend, counters);
  if (status < 0) return status;
  p->ops = ops;
  p->table = table;
  p->counters = counters;
  p->wake_fd = wake_fd;
  p->awaited = PX_FOR_ARRAY;
  p->tracks = (ops->caps & PX_CAP_EDGE) != 0;
  status = ops->set(p->backend, wake_fd, WAKE_TOKEN, 0, PX_READ);
  if (status == 0) status = px_poller_reserve(p);
  if (status < 0) px_poller_close(p);
  return status;
}

void px_poller_close(struct px_poller *p) {
  if (p->backend != NULL) p->ops->close(p->backend);
  free(p->watches);
  free(p->dirty);
  free(p->immediates);
  free(p->candidates);
  free(p->suspended);
  memset(p, 0, sizeof *p);
}

static bool make_room(uint32_t **keys, uint32_t room) {
  uint32_t *moved = realloc(*keys, room * sizeof **keys);
  if (moved != NULL) *keys = moved;
  return moved != NULL;
}

int px_poller_reserve(struct px_poller *p) {
  uint32_t room = p->table->room + 1;
  if (room <= p->room) return 0;
  struct px_watch *watches = realloc(p->watches, room * sizeof *watches);
  if (watches == NULL) return -ENOMEM;
  p->watches = watches;
  if (!make_room(&p->dirty, room) || !make_room(&p->immediates, room) ||
      !make_room(&p->candidates, room) || !make_room(&p->suspended, room))
    return -ENOMEM;
  for (uint32_t key = p->room; key < room; key++)
    p->watches[key] = (struct px_watch){.head = {PX_NONE, PX_NONE}, .immediate = PX_NONE,
                                        .member = PX_NONE};
  p->room = room;
  return 0;
}

void px_poller_touch(struct px_poller *p, uint32_t key) {
  struct px_watch *watch = &p->watches[key];
  if (watch->dirty) return;
  watch->dirty = true;
  p->dirty[p->dirty_count++] = key;
}

void px_poller_forget(struct px_poller *p, uint32_t guest_fd, bool closes) {
  uint32_t key = px_poller_key(p, guest_fd);
  if (key == 0 || key >= p->room) return;
  struct px_watch *watch = &p->watches[key];
  const struct px_entry *entry = px_fd_table_get(p->table, guest_fd);
  if (watch->registered != 0 && entry != NULL) {
    if (closes)
      p->ops->forget(p->backend, entry->host_fd);
    else
      p->ops->set(p->backend, entry->host_fd, token_of(p, key), watch->registered, 0);
  }
  watch->registered = 0;
  watch->readiness = 0;
  watch->latched = 0;
  watch->muted = 0;
  watch->forced = 0;
  watch->masked = false;
  watch->generation++;
  px_poller_touch(p, key);
}

void px_poller_override(struct px_poller *p, uint32_t guest_fd, uint32_t forced, bool masked) {
  /* A fresh number may have no watch yet. Without memory for one nobody can wait for it either. */
  if (px_poller_must_grow(p) && px_poller_reserve(p) < 0) return;
  uint32_t key = px_poller_key(p, guest_fd);
  if (key == 0) return;
  struct px_watch *watch = &p->watches[key];
  watch->forced = (uint8_t)forced;
  watch->masked = masked;
  px_poller_touch(p, key);
}

static void set_immediate(struct px_poller *p, uint32_t key, bool immediate, int error) {
  struct px_watch *watch = &p->watches[key];
  watch->error = (uint16_t)error;
  if (immediate == (watch->immediate != PX_NONE)) return;
  if (immediate) {
    watch->immediate = p->immediate_count;
    p->immediates[p->immediate_count++] = key;
  } else {
    uint32_t last = p->immediates[--p->immediate_count];
    p->immediates[watch->immediate] = last;
    p->watches[last].immediate = watch->immediate;
    watch->immediate = PX_NONE;
  }
}

/* Makes the backend's registration of a watch `target`. */
static int tell(struct px_poller *p, uint32_t key, int host_fd, uint32_t target) {
  struct px_watch *watch = &p->watches[key];
  int status = p->ops->set(p->backend, host_fd, token_of(p, key), watch->registered, target);
  if (status == 0) watch->registered = (uint8_t)target;
  return status;
}

/* What the backend has to be told for an interest: all of it, or nothing new. */
static uint32_t target_of(const struct px_poller *p, const struct px_watch *watch,
                          uint32_t interest) {
  if (p->ops->caps & PX_CAP_EDGE)
    return interest != 0 ? PX_READ | PX_WRITE : watch->registered;
  bool lazy = (p->ops->caps & PX_CAP_KERNEL_SET) != 0;
  return lazy && (interest & ~(uint32_t)watch->registered) == 0 ? watch->registered : interest;
}

/* True: try again before the next wait, as the kernel was short of something. */
static bool settle(struct px_poller *p, uint32_t key) {
  struct px_watch *watch = &p->watches[key];
  const struct px_entry *entry = key == 0 ? NULL : px_fd_table_get(p->table, key - 1);
  uint32_t interest = px_interest(watch);

  if (interest != 0 && entry == NULL) {
    set_immediate(p, key, true, WASI_BADF);
    return false;
  }
  bool forced = px_useful(watch->forced, interest) != 0;
  if (watch->masked) {
    if (watch->registered != 0) tell(p, key, entry->host_fd, 0);
    watch->latched = 0;
    set_immediate(p, key, forced, 0);
    return false;
  }
  if (interest != 0 && (entry->host_fd < 0 || entry->waitless)) {
    set_immediate(p, key, forced || entry->host_fd != PX_NEVER_READY, 0);
    return false;
  }
  int status = 0;
  uint32_t target = target_of(p, watch, interest);
  if (target != watch->registered) {
    status = tell(p, key, entry->host_fd, target);
    /* Whatever held before the registration sends no hint. */
    if (status == 0 && (p->ops->caps & PX_CAP_HINT)) watch->latched = PX_UNKNOWN;
  }
  px_latch_nominate(p, key);
  /* Nobody can wait for a regular file: it is always ready. */
  bool file = status == -EPERM;
  set_immediate(p, key, status < 0 || forced, status < 0 && !file ? px_wasi_errno(status) : 0);
  return status < 0 && !file;
}

void px_poller_settle(struct px_poller *p, uint32_t awaited) {
  if (awaited != p->awaited) {
    p->awaited = awaited;
    for (uint32_t i = 0; i < p->suspended_count; i++) {
      p->watches[p->suspended[i]].suspended = false;
      px_poller_touch(p, p->suspended[i]);
    }
    p->suspended_count = 0;
  }
  uint32_t again = 0;
  for (uint32_t i = 0; i < p->dirty_count; i++) {
    uint32_t key = p->dirty[i];
    if (settle(p, key))
      p->dirty[again++] = key;
    else
      p->watches[key].dirty = false;
  }
  p->dirty_count = again;
}

/* The kernel reported what nobody waits for now: make its set what is wanted now. */
static void shrink(struct px_poller *p, uint32_t key) {
  struct px_watch *watch = &p->watches[key];
  const struct px_entry *entry = px_fd_table_get(p->table, key - 1);
  uint32_t wanted = px_wanted(p, watch);
  if (entry == NULL || entry->host_fd < 0 || wanted == watch->registered) return;
  if (tell(p, key, entry->host_fd, wanted) == 0 && wanted != px_interest(watch) &&
      !watch->suspended) {
    watch->suspended = true;
    p->suspended[p->suspended_count++] = key;
  }
}

bool px_poller_any_immediate(const struct px_poller *p) {
  for (uint32_t i = 0; i < p->immediate_count; i++) {
    uint32_t key = p->immediates[i];
    if (px_useful(px_immediate_readiness(p, key), px_wanted(p, &p->watches[key])) != 0) return true;
  }
  return false;
}

void px_poller_unmute(struct px_poller *p, uint32_t guest_fd) {
  uint32_t key = px_poller_key(p, guest_fd);
  if (key == 0 || key >= p->room || p->watches[key].muted == 0) return;
  p->watches[key].muted = 0;
  px_poller_touch(p, key);
}

void px_poller_note_drained(struct px_poller *p, uint32_t guest_fd, uint32_t direction) {
  uint32_t key = px_poller_key(p, guest_fd);
  if (key == 0 || key >= p->room) return;
  struct px_watch *watch = &p->watches[key];
  /* Behind the last bytes the end still waits, and no transition will tell of it. */
  if (direction != PX_READ || (watch->latched & PX_END) == 0) watch->latched &= (uint8_t)~direction;
  if ((watch->muted & direction) == 0) return;
  watch->muted &= (uint8_t)~direction;
  px_poller_touch(p, key);
}

/* Takes one report: true where it is something that the current wait is for. */
static bool take(struct px_poller *p, const struct px_ready *report, uint32_t *key, bool *woken) {
  if (report->token == WAKE_TOKEN) {
    char wakes[64];
    *woken = read(p->wake_fd, wakes, sizeof wakes) > 0 || *woken;
    return false;
  }
  *key = (uint32_t)report->token;
  struct px_watch *watch = &p->watches[*key];
  if (watch->generation != (uint32_t)(report->token >> 32)) return false;
  watch->readiness = (uint8_t)report->readiness;
  bool useful = px_useful(report->readiness, px_wanted(p, watch)) != 0;
  if (p->ops->caps & PX_CAP_EDGE) return px_latch_report(p, *key, report->readiness) && useful;
  if (!useful) shrink(p, *key);
  return useful;
}

void px_poller_note_act(struct px_poller *p, uint32_t guest_fd) {
  uint32_t key = px_poller_key(p, guest_fd);
  if (key == 0 || key >= p->room || p->watches[key].registered == 0) return;
  p->watches[key].latched |= PX_UNKNOWN;
  px_latch_nominate(p, key);
}

void px_poller_note_wrote(struct px_poller *p, uint32_t guest_fd) {
  uint32_t key = px_poller_key(p, guest_fd);
  if (key == 0 || key >= p->room || p->watches[key].registered == 0) return;
  p->watches[key].latched |= PX_WRITE;
  px_latch_nominate(p, key);
}

/* One wait of the backend. Answers the number of its reports, or -errno; adds to `*hits` and ready_keys
 * those that somebody waits for. */
static int wait_once(struct px_poller *p, int reports, int64_t timeout_ns, int *hits, bool *woken) {
  int n = p->ops->wait(p->backend, p->ready, reports, timeout_ns);
  p->counters->wakeups++;
  for (int i = 0; i < n; i++) {
    uint32_t key;
    if (take(p, &p->ready[i], &key, woken)) p->ready_keys[(*hits)++] = key;
  }
  return n;
}

/* What the kernel reported and what an override says of the same descriptor are one report. */
static int merge_forced(struct px_poller *p, int hits) {
  for (int i = 0; i < hits; i++) {
    struct px_watch *watch = &p->watches[p->ready_keys[i]];
    watch->readiness |= watch->forced;
    watch->hit = p->wait_number;
  }
  return hits;
}

static int wait_and_look(struct px_poller *p, int capacity, int64_t timeout_ns, bool *woken) {
  uint32_t latches = p->candidate_count == 0 ? 0 : px_latch_prepare(p);
  int reports = capacity > PX_READY_MAX ? PX_READY_MAX : capacity;
  /* Room for latches too, so that what is reported anew does not starve them. */
  if (latches > 0 && reports > 1 && capacity <= PX_READY_MAX) reports -= reports / 2;
  p->wait_number++;
  bool skip = latches > 0 && reports == 1 && p->wait_number % 2 == 0;
  int hits = 0, n = skip ? 0 : wait_once(p, reports, latches > 0 ? 0 : timeout_ns, &hits, woken);
  /* All the room was taken by what nobody waits for now, each report of which is made once: what is
   * wanted may be behind it. */
  for (uint32_t again = 0; n == reports && hits == 0 && again < p->room; again++)
    n = wait_once(p, reports, 0, &hits, woken);
  if (n < 0 && n != -EINTR) return n;
  if (p->candidate_count > 0) hits = px_latch_check(p, hits, capacity);
  /* The latches whose turn it was held nothing: what is reported anew is not to wait for the next call. */
  return skip && hits == 0 ? px_poller_wait(p, capacity, timeout_ns, woken) : hits;
}

int px_poller_wait(struct px_poller *p, int capacity, int64_t timeout_ns, bool *woken) {
  int hits = wait_and_look(p, capacity, timeout_ns, woken);
  return p->immediate_count == 0 ? hits : merge_forced(p, hits);
}
