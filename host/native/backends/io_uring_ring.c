/* SPDX-License-Identifier: MIT
 * See io_uring_ring.h. */
#define _GNU_SOURCE
#include "io_uring_ring.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS_SIZE = URING_BUFFERS * sizeof(struct uring_buf) };

static void *map(size_t size, int fd, int flags, off_t offset) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, offset);
  if (memory == MAP_FAILED) return NULL;
  /* A forked child would share the queues, and its copy-on-write would part ours from the pages that
   * the kernel holds. */
  madvise(memory, size, MADV_DONTFORK);
  return memory;
}

static int map_rings(struct uring *ring, const struct uring_params *params) {
  size_t sq = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
  size_t cq = params->cq_off.cqes + params->cq_entries * sizeof(struct uring_cqe);
  ring->rings_size = sq > cq ? sq : cq;
  ring->rings = map(ring->rings_size, ring->fd, MAP_SHARED | MAP_POPULATE, 0);
  ring->sqes = map(URING_SQ_ENTRIES * sizeof(struct uring_sqe), ring->fd,
                   MAP_SHARED | MAP_POPULATE, URING_OFF_SQES);
  if (ring->rings == NULL || ring->sqes == NULL) return -errno;
  uint8_t *at = ring->rings;
  ring->sq_head = (uint32_t *)(void *)(at + params->sq_off.head);
  ring->sq_tail = (uint32_t *)(void *)(at + params->sq_off.tail);
  ring->sq_flags = (uint32_t *)(void *)(at + params->sq_off.flags);
  ring->cq_head = (uint32_t *)(void *)(at + params->cq_off.head);
  ring->cq_tail = (uint32_t *)(void *)(at + params->cq_off.tail);
  ring->cqes = (struct uring_cqe *)(void *)(at + params->cq_off.cqes);
  /* Entries are submitted in the order of their places, so the indirection is set once. */
  uint32_t *array = (uint32_t *)(void *)(at + params->sq_off.array);
  for (uint32_t i = 0; i < URING_SQ_ENTRIES; i++) array[i] = i;
  return 0;
}

static int provide_buffers(struct uring *ring) {
  ring->slots = map(SLOTS_SIZE, -1, MAP_PRIVATE | MAP_ANONYMOUS, 0);
  ring->buffers = map((size_t)URING_BUFFERS * URING_BUFFER_SIZE, -1, MAP_PRIVATE | MAP_ANONYMOUS, 0);
  if (ring->slots == NULL || ring->buffers == NULL) return -errno;
  struct uring_buf_reg reg = {.ring_addr = (uint64_t)(uintptr_t)ring->slots,
                              .ring_entries = URING_BUFFERS};
  if (syscall(SYS_io_uring_register, ring->fd, URING_REGISTER_PBUF_RING, &reg, 1) < 0)
    return -errno;
  for (uint32_t i = 0; i < URING_BUFFERS; i++) uring_buffer_give(ring, i);
  return 0;
}

int uring_open(struct uring *ring, struct px_counters *counters) {
  memset(ring, 0, sizeof *ring);
  ring->counters = counters;
  ring->event_fd = -1;
  /* With DEFER_TASKRUN nothing happens to a completion but in our own enter, so that what was found
   * there is what holds; TASKRUN_FLAG then tells without a call whether there is more. */
  struct uring_params params = {
      .flags = URING_SETUP_CQSIZE | URING_SETUP_SUBMIT_ALL | URING_SETUP_TASKRUN_FLAG |
               URING_SETUP_SINGLE_ISSUER | URING_SETUP_DEFER_TASKRUN,
      .cq_entries = URING_CQ_ENTRIES,
  };
  ring->fd = (int)syscall(SYS_io_uring_setup, URING_SQ_ENTRIES, &params);
  if (ring->fd < 0) return -errno;
  const uint32_t needed = URING_FEAT_SINGLE_MMAP | URING_FEAT_NODROP | URING_FEAT_EXT_ARG;
  int status = (params.features & needed) == needed ? map_rings(ring, &params) : -EINVAL;
  if (status == 0) status = provide_buffers(ring);
  /* A policy may allow to make a ring and forbid to use it. */
  if (status == 0) status = uring_enter(ring, 0);
  if (status < 0) uring_close(ring);
  return status;
}

static void unmap(void *memory, size_t size) {
  if (memory != NULL) munmap(memory, size);
}

void uring_close(struct uring *ring) {
  if (ring->event_fd >= 0) close(ring->event_fd);
  close(ring->fd);
  unmap(ring->rings, ring->rings_size);
  unmap(ring->sqes, URING_SQ_ENTRIES * sizeof(struct uring_sqe));
  unmap(ring->slots, SLOTS_SIZE);
  unmap(ring->buffers, (size_t)URING_BUFFERS * URING_BUFFER_SIZE);
}

int uring_watch(struct uring *ring) {
  if (ring->event_fd >= 0) return ring->event_fd;
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) return -errno;
  if (syscall(SYS_io_uring_register, ring->fd, URING_REGISTER_EVENTFD, &fd, 1) < 0) {
    int error = errno;
    close(fd);
    return -error;
  }
  return ring->event_fd = fd;
}

void uring_unsignal(struct uring *ring) {
  uint64_t count;
  ssize_t ignored = read(ring->event_fd, &count, sizeof count);
  (void)ignored;
}

struct uring_sqe *uring_next(struct uring *ring) {
  if (ring->tail - uring_submitted(ring) >= URING_SQ_ENTRIES) return NULL;
  struct uring_sqe *sqe = &ring->sqes[ring->tail++ & (URING_SQ_ENTRIES - 1)];
  memset(sqe, 0, sizeof *sqe);
  return sqe;
}

int uring_enter(struct uring *ring, int64_t timeout_ns) {
  struct uring_timespec timeout = {.tv_sec = timeout_ns / 1000000000,
                                   .tv_nsec = timeout_ns % 1000000000};
  struct uring_wait wait = {.timespec = (uint64_t)(uintptr_t)&timeout};
  bool timed = timeout_ns > 0;
  unsigned flags = URING_ENTER_GETEVENTS | (timed ? URING_ENTER_EXT_ARG : 0);
  __atomic_store_n(ring->sq_tail, ring->tail, __ATOMIC_RELEASE);
  PX_COUNT(ring->counters, io_uring_enter);
  long n = syscall(SYS_io_uring_enter, ring->fd, ring->tail - uring_submitted(ring),
                   timeout_ns != 0 ? 1 : 0, flags, timed ? &wait : NULL, timed ? sizeof wait : 0);
  return n >= 0 || errno == ETIME ? 0 : -errno;
}

void uring_abandon(struct uring *ring) {
  enum { ROUNDS_MAX = 4096 };
  struct uring_sync_cancel all = {
      .fd = -1,
      .flags = URING_ASYNC_CANCEL_ANY | URING_ASYNC_CANCEL_ALL,
      .timeout = {.tv_nsec = 100000000},
  };
  syscall(SYS_io_uring_register, ring->fd, URING_REGISTER_SYNC_CANCEL, &all, 1);
  /* The cancelled requests end here, and none is submitted. */
  for (int round = 0; round < ROUNDS_MAX; round++) {
    syscall(SYS_io_uring_enter, ring->fd, 0, 0, URING_ENTER_GETEVENTS, NULL, 0);
    if ((__atomic_load_n(ring->sq_flags, __ATOMIC_ACQUIRE) & URING_SQ_TASKRUN) == 0) return;
  }
}
