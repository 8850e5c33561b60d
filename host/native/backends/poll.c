/* SPDX-License-Identifier: MIT
 * poll(2): the whole array goes to the kernel and is scanned, there and here, on each wait. */
#define _GNU_SOURCE
#include "../backend.h"
#include "descriptors.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

struct px_backend {
  struct px_descriptors set;
  uint32_t next; /* where the next scan begins */
  struct px_counters *counters;
};

static int op_open(struct px_backend **out, struct px_counters *counters) {
  struct px_backend *b = calloc(1, sizeof *b);
  if (b == NULL) return -ENOMEM;
  b->counters = counters;
  *out = b;
  return 0;
}

static void op_close(struct px_backend *b) {
  px_descriptors_free(&b->set);
  free(b);
}

static void op_forget(struct px_backend *b, int fd) {
  if (px_descriptors_has(&b->set, fd)) px_descriptors_remove(&b->set, fd);
}

static int op_set(struct px_backend *b, int fd, uint64_t token, uint32_t was, uint32_t want) {
  (void)was; /* the set knows. */
  if (want == 0) {
    op_forget(b, fd);
    return 0;
  }
  if (!px_descriptors_has(&b->set, fd)) {
    int status = px_descriptors_reserve(&b->set, fd);
    if (status < 0) return status;
    px_descriptors_add(&b->set, fd);
  }
  int at = b->set.place[fd];
  b->set.fds[at].events = (short)((want & PX_READ ? POLLIN : 0) | (want & PX_WRITE ? POLLOUT : 0));
  b->set.tokens[at] = token;
  return 0;
}

static int op_wait(struct px_backend *b, struct px_ready *out, int capacity, int64_t timeout_ns) {
  struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                             .tv_nsec = (long)(timeout_ns % 1000000000)};
  PX_COUNT(b->counters, ppoll);
  b->counters->fds_to_kernel += b->set.used;
  b->counters->fds_scanned += b->set.used;
  /* The array goes in, and `revents` of each come back. */
  b->counters->interest_bytes += b->set.used * (sizeof(struct pollfd) + sizeof(short));
  int left = ppoll(b->set.fds, b->set.used, timeout_ns < 0 ? NULL : &timeout, NULL);
  if (left < 0) return -errno;

  /* The scan begins where the last one ended, so that a full `out` starves nobody. */
  uint32_t at = b->next < b->set.used ? b->next : 0;
  int n = 0;
  for (uint32_t seen = 0; seen < b->set.used && left > 0 && n < capacity; seen++) {
    short events = b->set.fds[at].revents;
    if (events != 0) {
      left--;
      out[n].token = b->set.tokens[at];
      out[n].readiness = (events & POLLIN ? PX_READ : 0u) | (events & POLLOUT ? PX_WRITE : 0u) |
                         (events & POLLHUP ? PX_HANGUP : 0u) |
                         (events & (POLLERR | POLLNVAL) ? PX_ERROR : 0u);
      if (out[n].readiness != 0) n++;
    }
    if (++at == b->set.used) at = 0;
  }
  b->next = left > 0 ? at : 0;
  return n;
}

const struct px_backend_ops px_poll_ops = {
    .name = "poll",
    .summary = "poll(2): the whole array is copied and scanned on each wait",
    .caps = 0,
    .fd_limit = 0,
    .open = op_open,
    .close = op_close,
    .set = op_set,
    .forget = op_forget,
    .wait = op_wait,
};
