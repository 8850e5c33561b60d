/* SPDX-License-Identifier: MIT
 * The layer above the backends: which guest fds are wanted for what, what the backend has been
 * told, and one wait. It knows guest fds and readiness, not subscriptions and not clocks. */
#ifndef PX_POLLER_H
#define PX_POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "backend.h"
#include "fd_table.h"

#define PX_NONE UINT32_MAX

/* What the poller keeps for one guest fd. A watch's key is its index: guest fd + 1, so that key 0
 * can stand for all numbers that no table entry has ever had. */
struct px_watch {
  uint32_t head[2];    /* subscriptions.c: first slot that reads, that writes; PX_NONE */
  uint32_t generation; /* goes up when the guest fd is closed: older reports are stale */
  uint32_t immediate;  /* place in `immediates`, PX_NONE if not there */
  uint16_t error;      /* WASI errno that each of its events carries */
  uint8_t want;        /* PX_READ | PX_WRITE, by the subscriptions of the current call */
  uint8_t registered;  /* what the backend was told */
  uint8_t readiness;   /* what the last wait reported */
  bool dirty;          /* in `dirty`: to be settled before the next wait */
};

enum { PX_READY_MAX = 1024 };

struct px_poller {
  const struct px_backend_ops *ops;
  struct px_backend *backend;
  struct px_counters *counters;
  const struct px_fd_table *table;
  int wake_fd;

  struct px_watch *watches;
  uint32_t room; /* of the three arrays */
  uint32_t *dirty, dirty_count;
  /* Watches whose events need no wait: files, which are always ready, and bad descriptors. */
  uint32_t *immediates, immediate_count;

  uint32_t ready_keys[PX_READY_MAX]; /* of the last wait */
  struct px_ready ready[PX_READY_MAX];
};

/* 0 or -errno: the backend's refusal, or -ENOMEM. `wake_fd` is an eventfd of the caller. */
int px_poller_open(struct px_poller *poller, const struct px_backend_ops *ops,
                   const struct px_fd_table *table, int wake_fd, struct px_counters *counters);
void px_poller_close(struct px_poller *poller);

/* The table has numbers that the poller has no watch for yet. */
static inline bool px_poller_must_grow(const struct px_poller *poller) {
  return poller->table->room >= poller->room;
}

/* Makes a watch for every number of the table. Keys of numbers that had none change from 0, so
 * key 0 must be free of subscriptions. -ENOMEM. */
int px_poller_reserve(struct px_poller *poller);

/* The key of a guest fd; 0 for a number without a watch. */
static inline uint32_t px_poller_key(const struct px_poller *poller, uint32_t guest_fd) {
  return guest_fd < poller->room - 1 ? guest_fd + 1 : 0;
}

/* The interest in a watch, or what is behind its guest fd, may have changed. */
void px_poller_touch(struct px_poller *poller, uint32_t key);

/* The guest fd is about to be closed or given to something else: no report about what it was
 * will be passed on. Call it while the host descriptor is still open. `closes`: its last
 * descriptor is about to be closed, so that the kernel clears its own set by itself. */
void px_poller_forget(struct px_poller *poller, uint32_t guest_fd, bool closes);

/* Tells the backend what changed. Call it before px_poller_wait. */
void px_poller_settle(struct px_poller *poller);

/* Waits once; timeout_ns as in backend.h. Answers how many keys it wrote to `ready_keys`, whose
 * watches hold the readiness; 0 also after a spurious report, a signal or a wake; else -errno.
 * `*woken` is set where the wake_fd was written to; it is then drained. */
int px_poller_wait(struct px_poller *poller, int64_t timeout_ns, bool *woken);

#endif
