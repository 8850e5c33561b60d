/* SPDX-License-Identifier: MIT
 * The layer above the backends: which guest fds are wanted for what, what the backend has been
 * told, and one wait. It knows guest fds and readiness, not subscriptions and not clocks. */
#ifndef PX_POLLER_H
#define PX_POLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend.h"
#include "fd_table.h"

#define PX_NONE UINT32_MAX

/* Whose interest a wait serves. */
enum {
  PX_FOR_ARRAY = 1, /* the subscriptions of poll_oneoff */
  PX_FOR_SET = 2,   /* the set of /dev/poll */
};

/* What the poller keeps for one guest fd. A watch's key is its index: guest fd + 1, so that key 0
 * can stand for all numbers that no table entry has ever had. */
struct px_watch {
  uint32_t head[2];    /* subscriptions.c: first slot that reads, that writes; PX_NONE */
  uint32_t generation; /* goes up when the guest fd is closed: older reports are stale */
  uint32_t immediate;  /* place in `immediates`, PX_NONE if not there */
  uint32_t reported;   /* number of the last wait that had a report about it */
  uint32_t hit;        /* the last wait with immediates that wrote its key */
  uint32_t member;     /* its member of the set of /dev/poll, PX_NONE */
  uint16_t error;      /* WASI errno that each of its events carries */
  uint8_t want;        /* PX_READ | PX_WRITE, by the subscriptions of the last poll_oneoff */
  uint8_t set_want;    /* the same, by the set of /dev/poll */
  uint8_t muted;       /* --trigger edge: reported, and not yet drained by the guest */
  uint8_t latched;     /* PX_CAP_EDGE: what may still hold of what was reported */
  uint8_t registered;  /* what the backend was told */
  uint8_t readiness;   /* what the last wait found */
  bool dirty;          /* in `dirty`: to be settled before the next wait */
  uint8_t forced;      /* by an override: what it is ready for, whatever the kernel says */
  bool masked;         /* by an override: the kernel is not asked */
  bool candidate;      /* in `candidates` */
  bool suspended;      /* in `suspended` */
};

enum { PX_READY_MAX = 1024 };

struct px_poller {
  const struct px_backend_ops *ops;
  struct px_backend *backend;
  struct px_counters *counters;
  const struct px_fd_table *table;
  int wake_fd;
  bool mutes;         /* --trigger edge */
  bool tracks;        /* somebody wants to know what the guest drained */
  uint32_t awaited;   /* PX_FOR_..., of the last settle */
  uint32_t wait_number;

  struct px_watch *watches;
  uint32_t room; /* of the arrays of keys */
  uint32_t *dirty, dirty_count;
  /* Watches whose events need no wait: files, which are always ready, and bad descriptors. */
  uint32_t *immediates, immediate_count;
  /* Watches whose latch holds what somebody wants; looked at before it is believed. */
  uint32_t *candidates, candidate_count, candidate_next;
  /* Watches that lost a registration because the wait that was reported to was not for them. */
  uint32_t *suspended, suspended_count;

  uint32_t ready_keys[2 * PX_READY_MAX]; /* of the last wait: reports, then latches */
  struct px_ready ready[PX_READY_MAX];
};

/* 0 or -errno: the backend's refusal, or -ENOMEM. `wake_fd` is the end of a pipe of the caller. */
int px_poller_open(struct px_poller *poller, const struct px_backend_ops *ops,
                   const struct px_fd_table *table, int wake_fd, struct px_counters *counters);
void px_poller_close(struct px_poller *poller);

/* The table has numbers that the poller has no watch for yet. */
static inline bool px_poller_must_grow(const struct px_poller *poller) {
  return poller->table->room >= poller->room;
}

/* Makes a watch for every number of the table. Keys of numbers that had none change from 0; the
 * subscriptions follow with the next update. -ENOMEM. */
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

/* From now on the guest fd is ready for `forced` (PX_READ, PX_HANGUP and so on; 0: nothing), without a wait,
 * besides what the kernel says of it; where `masked` is set the kernel is not asked. (0, false) ends that, as
 * does the fd's end. */
void px_poller_override(struct px_poller *poller, uint32_t guest_fd, uint32_t forced, bool masked);

/* Tells the backend what changed. Call it before px_poller_wait. `awaited`: PX_FOR_... */
void px_poller_settle(struct px_poller *poller, uint32_t awaited);

/* Waits once for at most `capacity` ready watches (2 * PX_READY_MAX: as many as there are);
 * timeout_ns as in backend.h. Answers how many keys it wrote to `ready_keys`, whose watches hold the
 * readiness; 0 also after a spurious report, a signal or a wake; else -errno. `*woken` is set where
 * the wake_fd was written to; it is then drained. */
int px_poller_wait(struct px_poller *poller, int capacity, int64_t timeout_ns, bool *woken);

/* All interest in a watch, but for muted directions. */
static inline uint32_t px_interest(const struct px_watch *watch) {
  return (uint32_t)((watch->want | watch->set_want) & ~watch->muted);
}

/* The part of it that the current wait serves. */
static inline uint32_t px_wanted(const struct px_poller *poller, const struct px_watch *watch) {
  uint32_t want = (poller->awaited & PX_FOR_ARRAY ? watch->want : 0u) |
                  (poller->awaited & PX_FOR_SET ? watch->set_want : 0u);
  return want & ~(uint32_t)watch->muted;
}

/* What readiness means to an interest: a hangup or an error wakes whoever wants anything, as the
 * next call on the descriptor tells it. */
static inline uint32_t px_useful(uint32_t readiness, uint32_t want) {
  return readiness & (PX_HANGUP | PX_ERROR) ? want : readiness & want;
}

/* What a watch without a wait of its own is ready for. A connection that could not be made has hung up:
 * the next call on it tells why. */
static inline uint8_t px_immediate_readiness(const struct px_poller *poller, uint32_t key) {
  if (poller->watches[key].forced != 0) return poller->watches[key].forced;
  const struct px_entry *entry = key == 0 ? NULL : px_fd_table_get(poller->table, key - 1);
  bool failed = entry != NULL && entry->kind == PX_STREAM && entry->host_fd == PX_ALWAYS_READY;
  return PX_READ | PX_WRITE | (failed ? PX_HANGUP | PX_ERROR : 0);
}

/* The last wait did not write the key of an immediate watch: its readiness is the immediate one. True also for
 * one that the kernel has nothing to say about. */
static inline bool px_immediate_alone(struct px_poller *poller, uint32_t key) {
  struct px_watch *watch = &poller->watches[key];
  if (watch->hit == poller->wait_number) return false;
  watch->readiness = px_immediate_readiness(poller, key);
  return true;
}

/* A watch without a wait of its own is ready for the current call. */
bool px_poller_any_immediate(const struct px_poller *poller);

/* --trigger edge: from now on a direction once reported is quiet until the guest has drained it. */
static inline void px_poller_trigger_edge(struct px_poller *poller) {
  poller->mutes = true;
  poller->tracks = true;
}

/* The guest used a descriptor of which nobody learns whether that drained it: ends its silence. */
void px_poller_unmute(struct px_poller *poller, uint32_t guest_fd);

void px_poller_note_drained(struct px_poller *poller, uint32_t guest_fd, uint32_t direction);

/* The guest's own call on the fd met EAGAIN or moved less than it could have: the direction is not
 * ready any more, and it is the guest that knows. */
static inline void px_poller_drained(struct px_poller *poller, uint32_t guest_fd,
                                     uint32_t direction) {
  if (poller->tracks) px_poller_note_drained(poller, guest_fd, direction);
}

void px_poller_note_act(struct px_poller *poller, uint32_t guest_fd);

/* The guest's own call made the fd ready, as shutdown does: of that no backend of hints hears. */
static inline void px_poller_acted(struct px_poller *poller, uint32_t guest_fd) {
  if (poller->ops->caps & PX_CAP_HINT) px_poller_note_act(poller, guest_fd);
}

void px_poller_note_wrote(struct px_poller *poller, uint32_t guest_fd);

/* The guest's own call wrote all that it was given: to a full socket that may be few bytes for which there
 * was room, and by it the kernel forgets that somebody waits for more (tcp_sendmsg takes the flag back that
 * poll(2) has set). No signal comes then. */
static inline void px_poller_wrote(struct px_poller *poller, uint32_t guest_fd) {
  if (poller->ops->caps & PX_CAP_HINT) px_poller_note_wrote(poller, guest_fd);
}

/* --trigger edge: the direction was reported and stays quiet until the guest has drained it. What
 * needs no wait (a file, a bad descriptor) is never drained, and so never muted; a channel is. */
static inline void px_poller_mute(struct px_poller *poller, uint32_t key, uint32_t direction) {
  struct px_watch *watch = &poller->watches[key];
  bool drains = watch->registered != 0 || (watch->forced != 0 && !watch->masked);
  if (poller->mutes && drains) watch->muted |= (uint8_t)direction;
}

#endif
