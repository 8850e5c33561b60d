/* SPDX-License-Identifier: MIT
 * See poller.h. Interest flows down lazily, reports flow up exactly: a report reaches the caller
 * only if a subscription of the current call asked for it. */
#include "poller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errno_map.h"

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
  memset(p, 0, sizeof *p);
}

int px_poller_reserve(struct px_poller *p) {
  uint32_t room = p->table->room + 1;
  if (room <= p->room) return 0;
  struct px_watch *watches = realloc(p->watches, room * sizeof *watches);
  if (watches == NULL) return -ENOMEM;
  p->watches = watches;
  uint32_t *dirty = realloc(p->dirty, room * sizeof *dirty);
  if (dirty == NULL) return -ENOMEM;
  p->dirty = dirty;
  uint32_t *immediates = realloc(p->immediates, room * sizeof *immediates);
  if (immediates == NULL) return -ENOMEM;
  p->immediates = immediates;
  for (uint32_t key = p->room; key < room; key++)
    p->watches[key] = (struct px_watch){.head = {PX_NONE, PX_NONE}, .immediate = PX_NONE};
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
  watch->generation++;
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

/* True: try again before the next wait, as the kernel was short of something. */
static bool settle(struct px_poller *p, uint32_t key) {
  struct px_watch *watch = &p->watches[key];
  const struct px_entry *entry = key == 0 ? NULL : px_fd_table_get(p->table, key - 1);
  bool exact = (p->ops->caps & PX_CAP_KERNEL_SET) == 0;

  if (watch->want != 0 && entry == NULL) {
    set_immediate(p, key, true, WASI_BADF);
    return false;
  }
  if (watch->want != 0 && entry->host_fd < 0) {
    set_immediate(p, key, true, 0);
    return false;
  }
  int status = 0;
  if ((watch->want & ~watch->registered) != 0 || (exact && watch->want != watch->registered)) {
    status = p->ops->set(p->backend, entry->host_fd, token_of(p, key), watch->registered,
                         watch->want);
    if (status == 0) watch->registered = watch->want;
  }
  /* Nobody can wait for a regular file: it is always ready. */
  bool file = status == -EPERM;
  set_immediate(p, key, status < 0, status < 0 && !file ? px_wasi_errno(status) : 0);
  return status < 0 && !file;
}

void px_poller_settle(struct px_poller *p) {
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

/* The kernel reported what nobody wants any more: make its set what is wanted now. */
static void shrink(struct px_poller *p, uint32_t key) {
  struct px_watch *watch = &p->watches[key];
  const struct px_entry *entry = px_fd_table_get(p->table, key - 1);
  if (entry == NULL || entry->host_fd < 0 || watch->want == watch->registered) return;
  if (p->ops->set(p->backend, entry->host_fd, token_of(p, key), watch->registered, watch->want) == 0)
    watch->registered = watch->want;
}

int px_poller_wait(struct px_poller *p, int64_t timeout_ns, bool *woken) {
  int n = p->ops->wait(p->backend, p->ready, PX_READY_MAX, timeout_ns);
  p->counters->wakeups++;
  if (n < 0) return n == -EINTR ? 0 : n;
  int hits = 0;
  for (int i = 0; i < n; i++) {
    if (p->ready[i].token == WAKE_TOKEN) {
      uint64_t count;
      *woken = read(p->wake_fd, &count, sizeof count) == sizeof count || *woken;
      continue;
    }
    uint32_t key = (uint32_t)p->ready[i].token;
    struct px_watch *watch = &p->watches[key];
    if (watch->generation != (uint32_t)(p->ready[i].token >> 32)) continue;
    uint32_t readiness = p->ready[i].readiness;
    /* A hangup or an error wakes whoever wants anything: the next call on the fd tells it. */
    bool useful = readiness & (PX_HANGUP | PX_ERROR) ? watch->want != 0
                                                     : (readiness & watch->want) != 0;
    if (useful) {
      watch->readiness = (uint8_t)readiness;
      p->ready_keys[hits++] = key;
    } else {
      shrink(p, key);
    }
  }
  return hits;
}
