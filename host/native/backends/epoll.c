/* SPDX-License-Identifier: MIT
 * epoll(7), level- and edge-triggered: the kernel keeps the interest set. By levels it answers with
 * what is ready. By edges each descriptor is registered once, for both directions, and reported when
 * something about it changes; latch.c keeps what was reported, so that guests see levels. */
#define _GNU_SOURCE
#include "../backend.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EVENTS_MAX = 1024 };

struct px_backend {
  int epoll_fd;
  bool edge;
  bool whole_ms; /* the kernel has no epoll_pwait2 (before 5.11) */
  struct px_counters *counters;
  struct epoll_event events[EVENTS_MAX];
};

static int open_as(bool edge, struct px_backend **out, struct px_counters *counters) {
  struct px_backend *b = calloc(1, sizeof *b);
  if (b == NULL) return -ENOMEM;
  b->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (b->epoll_fd < 0) {
    int error = errno;
    free(b);
    return -error;
  }
  b->edge = edge;
  b->counters = counters;
  *out = b;
  return 0;
}

static int op_open(struct px_backend **out, struct px_counters *counters) {
  return open_as(false, out, counters);
}

static int op_open_edge(struct px_backend **out, struct px_counters *counters) {
  return open_as(true, out, counters);
}

static void op_close(struct px_backend *b) {
  close(b->epoll_fd);
  free(b);
}

static int op_set(struct px_backend *b, int fd, uint64_t token, uint32_t was, uint32_t want) {
  struct epoll_event event = {
      .events = (want & PX_READ ? EPOLLIN : 0) | (want & PX_WRITE ? EPOLLOUT : 0),
      .data = {.u64 = token},
  };
  /* RDHUP: the end of the peer's data is a transition of its own, even behind unread data. */
  if (b->edge) event.events |= EPOLLRDHUP | EPOLLET;
  int op = want == 0 ? EPOLL_CTL_DEL : was == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (was == 0 && want == 0) return 0;
  PX_COUNT(b->counters, epoll_ctl);
  b->counters->fds_to_kernel++;
  b->counters->interest_bytes += sizeof event;
  if (epoll_ctl(b->epoll_fd, op, fd, &event) == 0) return 0;
  /* Whoever forgets a descriptor does not care that the kernel already has. */
  if (want == 0 && (errno == ENOENT || errno == EBADF)) return 0;
  return -errno;
}

static void op_forget(struct px_backend *b, int fd) {
  (void)b;
  (void)fd; /* close(2) of the last reference takes it out of the set. */
}

static int wait_ns(struct px_backend *b, int capacity, int64_t timeout_ns) {
  if (!b->whole_ms && timeout_ns > 0) {
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                               .tv_nsec = (long)(timeout_ns % 1000000000)};
    PX_COUNT(b->counters, epoll_pwait2);
#ifdef SYS_epoll_pwait2
    int n = (int)syscall(SYS_epoll_pwait2, b->epoll_fd, b->events, capacity, &timeout, NULL, 0);
    if (n >= 0 || errno != ENOSYS) return n;
#endif
    b->whole_ms = true;
  }
  /* Rounded up: a wait must not end early, and rounding 0.4 ms down to 0 would make it a spin.
   * A wait past INT_MAX ms wakes early with nothing, and the poller waits again. */
  int64_t ms = timeout_ns < 0 ? -1 : timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);
  PX_COUNT(b->counters, epoll_wait);
  return epoll_wait(b->epoll_fd, b->events, capacity, ms > INT_MAX ? INT_MAX : (int)ms);
}

static int op_wait(struct px_backend *b, struct px_ready *out, int capacity, int64_t timeout_ns) {
  int n = wait_ns(b, capacity < EVENTS_MAX ? capacity : EVENTS_MAX, timeout_ns);
  if (n < 0) return -errno;
  b->counters->fds_scanned += (uint64_t)n;
  b->counters->interest_bytes += (uint64_t)n * sizeof b->events[0];
  for (int i = 0; i < n; i++) {
    uint32_t events = b->events[i].events;
    out[i].token = b->events[i].data.u64;
    out[i].readiness = (events & EPOLLIN ? PX_READ : 0u) | (events & EPOLLOUT ? PX_WRITE : 0u) |
                       (events & EPOLLRDHUP ? PX_READ | PX_END : 0u) |
                       (events & EPOLLHUP ? PX_HANGUP : 0u) | (events & EPOLLERR ? PX_ERROR : 0u);
  }
  return n;
}

static int op_descriptor(struct px_backend *b) { return b->epoll_fd; }

const struct px_backend_ops px_epoll_ops = {
    .name = "epoll",
    .summary = "epoll(7), level-triggered: the kernel keeps the set, a wait costs what is ready",
    .caps = PX_CAP_KERNEL_SET,
    .fd_limit = 0,
    .open = op_open,
    .close = op_close,
    .set = op_set,
    .forget = op_forget,
    .wait = op_wait,
    .descriptor = op_descriptor,
};

const struct px_backend_ops px_epoll_et_ops = {
    .name = "epoll-et",
    .summary = "epoll(7), edge-triggered: registered once for all, a change of interest costs no system call",
    .caps = PX_CAP_KERNEL_SET | PX_CAP_EDGE,
    .fd_limit = 0,
    .open = op_open_edge,
    .close = op_close,
    .set = op_set,
    .forget = op_forget,
    .wait = op_wait,
    .descriptor = op_descriptor,
};
