/* SPDX-License-Identifier: MIT
 * poll(2): the whole array goes to the kernel and is scanned, there and here, on each wait. */
#define _GNU_SOURCE
#include "../backend.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct px_backend {
  struct pollfd *fds; /* dense, in no order */
  uint64_t *tokens;   /* beside fds */
  uint32_t used, room;
  int *place; /* host descriptor -> index in fds, -1: none */
  uint32_t places;
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
  free(b->fds);
  free(b->tokens);
  free(b->place);
  free(b);
}

static int grow(struct px_backend *b, int fd) {
  if ((uint32_t)fd >= b->places) {
    uint32_t places = (uint32_t)fd + 1 + (uint32_t)fd / 2 + 64;
    int *place = realloc(b->place, places * sizeof *place);
    if (place == NULL) return -ENOMEM;
    for (uint32_t i = b->places; i < places; i++) place[i] = -1;
    b->place = place;
    b->places = places;
  }
  if (b->used == b->room) {
    uint32_t room = b->room * 2 + 64;
    struct pollfd *fds = realloc(b->fds, room * sizeof *fds);
    if (fds == NULL) return -ENOMEM;
    b->fds = fds;
    uint64_t *tokens = realloc(b->tokens, room * sizeof *tokens);
    if (tokens == NULL) return -ENOMEM;
    b->tokens = tokens;
    b->room = room;
  }
  return 0;
}

static void op_forget(struct px_backend *b, int fd) {
  if ((uint32_t)fd >= b->places || b->place[fd] < 0) return;
  uint32_t hole = (uint32_t)b->place[fd], last = --b->used;
  b->place[fd] = -1;
  if (hole == last) return;
  b->fds[hole] = b->fds[last];
  b->tokens[hole] = b->tokens[last];
  b->place[b->fds[hole].fd] = (int)hole;
}

static int op_set(struct px_backend *b, int fd, uint64_t token, uint32_t was, uint32_t want) {
  (void)was; /* `place` knows. */
  if (want == 0) {
    op_forget(b, fd);
    return 0;
  }
  int status = grow(b, fd);
  if (status < 0) return status;
  if (b->place[fd] < 0) b->place[fd] = (int)b->used++;
  int at = b->place[fd];
  b->fds[at] = (struct pollfd){
      .fd = fd,
      .events = (short)((want & PX_READ ? POLLIN : 0) | (want & PX_WRITE ? POLLOUT : 0)),
  };
  b->tokens[at] = token;
  return 0;
}

static int op_wait(struct px_backend *b, struct px_ready *out, int capacity, int64_t timeout_ns) {
  struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                             .tv_nsec = (long)(timeout_ns % 1000000000)};
  PX_COUNT(b->counters, ppoll);
  b->counters->fds_to_kernel += b->used;
  int left = ppoll(b->fds, b->used, timeout_ns < 0 ? NULL : &timeout, NULL);
  if (left < 0) return -errno;

  /* The scan begins where the last one ended, so that a full `out` starves nobody. */
  uint32_t at = b->next < b->used ? b->next : 0;
  int n = 0;
  for (uint32_t seen = 0; seen < b->used && left > 0 && n < capacity; seen++) {
    short events = b->fds[at].revents;
    if (events != 0) {
      left--;
      out[n].token = b->tokens[at];
      out[n].readiness = (events & POLLIN ? PX_READ : 0u) | (events & POLLOUT ? PX_WRITE : 0u) |
                         (events & POLLHUP ? PX_HANGUP : 0u) |
                         (events & (POLLERR | POLLNVAL) ? PX_ERROR : 0u);
      if (out[n].readiness != 0) n++;
    }
    if (++at == b->used) at = 0;
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
