/* SPDX-License-Identifier: MIT
 * One raw ring: submissions, completions, and a pool of buffers that the kernel takes for what it
 * receives. It knows no sockets; io_uring.c and its siblings give the entries a meaning. */
#ifndef PX_IO_URING_RING_H
#define PX_IO_URING_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "../counters.h"
#include "io_uring_abi.h"

enum {
  URING_SQ_ENTRIES = 512,
  URING_CQ_ENTRIES = 4096,
  /* 2 MB, of which only what is used gets pages. One receive takes one buffer. */
  URING_BUFFERS = 512,
  URING_BUFFER_SIZE = 4096,
};

struct uring {
  int fd;
  struct px_counters *counters;
  uint32_t *sq_head, *sq_tail, *sq_flags; /* shared with the kernel */
  uint32_t tail;                          /* of what was written, submitted or not */
  struct uring_sqe *sqes;
  uint32_t *cq_head, *cq_tail;
  struct uring_cqe *cqes;
  struct uring_buf *slots; /* ring of the buffers that the kernel may take */
  uint16_t slots_tail;
  uint32_t free_buffers; /* as far as completions tell */
  uint8_t *buffers;
  void *rings; /* the mapping of both queues */
  int event_fd; /* -1: nobody watches */
  size_t rings_size;
};

/* 0, or -errno: ENOSYS, EPERM (a policy), EINVAL (before Linux 6.1), ENOMEM (RLIMIT_MEMLOCK). */
int uring_open(struct uring *ring, struct px_counters *counters);
/* The kernel cancels what is in flight. */
void uring_close(struct uring *ring);

/* Ends what is in flight, so that the kernel holds no file any more: closing the ring would do that, but
 * a few milliseconds later. Async-signal-safe, also amid another function here. */
void uring_abandon(struct uring *ring);

/* A descriptor that becomes readable with each completion, and with work for the next uring_enter: watching the
 * ring's own would miss the latter. -errno. */
int uring_watch(struct uring *ring);
/* Forgets what that descriptor has told so far. */
void uring_unsignal(struct uring *ring);

/* A cleared entry to fill in, which the next uring_enter submits; NULL: the queue is full. */
struct uring_sqe *uring_next(struct uring *ring);

/* Submits all entries, and waits for a completion unless timeout_ns is 0 (< 0: for ever).
 * 0, also where the time is over; -EINTR, -EBUSY (completions must be taken first), -EAGAIN. */
int uring_enter(struct uring *ring, int64_t timeout_ns);

/* How far the kernel has taken submissions: compare positions by their difference. */
static inline uint32_t uring_submitted(const struct uring *ring) {
  return __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);
}

static inline bool uring_unsubmitted(const struct uring *ring) {
  return ring->tail != uring_submitted(ring);
}

/* The kernel has work that it does in the next uring_enter only. It says so the moment that a socket
 * becomes ready, so without it there is nothing that an enter could find. */
static inline bool uring_has_work(const struct uring *ring) {
  return (__atomic_load_n(ring->sq_flags, __ATOMIC_ACQUIRE) &
          (URING_SQ_TASKRUN | URING_SQ_CQ_OVERFLOW)) != 0;
}

/* Completions did not fit into the queue; the next uring_enter puts them there. */
static inline bool uring_overflowed(const struct uring *ring) {
  return (__atomic_load_n(ring->sq_flags, __ATOMIC_ACQUIRE) & URING_SQ_CQ_OVERFLOW) != 0;
}

/* Copies the oldest completion and takes it off. False: there is none. */
static inline bool uring_take(struct uring *ring, struct uring_cqe *cqe) {
  uint32_t head = *ring->cq_head;
  if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE)) return false;
  *cqe = ring->cqes[head & (URING_CQ_ENTRIES - 1)];
  __atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
  return true;
}

static inline uint8_t *uring_buffer(const struct uring *ring, uint32_t buffer) {
  return ring->buffers + (size_t)buffer * URING_BUFFER_SIZE;
}

/* A completion told that the kernel has filled a buffer. */
static inline void uring_buffer_taken(struct uring *ring) { ring->free_buffers--; }

/* Gives a buffer back to the kernel. */
static inline void uring_buffer_give(struct uring *ring, uint32_t buffer) {
  struct uring_buf *slot = &ring->slots[ring->slots_tail & (URING_BUFFERS - 1)];
  slot->addr = (uint64_t)(uintptr_t)uring_buffer(ring, buffer);
  slot->len = URING_BUFFER_SIZE;
  slot->bid = (uint16_t)buffer;
  ring->slots_tail++;
  ring->free_buffers++;
  __atomic_store_n(&ring->slots[0].tail, ring->slots_tail, __ATOMIC_RELEASE);
}

#endif
