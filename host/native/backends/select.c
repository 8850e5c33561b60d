/* SPDX-License-Identifier: MIT
 * select(2): two bit sets of FD_SETSIZE (1,024) descriptors, copied in and out on each wait.
 *
 * The limit is kept on purpose: it is one of the things that people come to see. Descriptors
 * beyond it are refused by number before they get near FD_SET, whose behaviour past FD_SETSIZE
 * is undefined. */
#define _GNU_SOURCE
#include "../backend.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

struct px_backend {
  fd_set read_set, write_set;
  uint64_t tokens[FD_SETSIZE];
  int highest; /* highest descriptor in either set, -1: none */
  int members; /* descriptors in either set */
  int writers; /* of them, in write_set alone */
  int next;    /* where the next scan begins */
  struct px_counters *counters;
};

static int op_open(struct px_backend **out, struct px_counters *counters) {
  struct px_backend *b = calloc(1, sizeof *b);
  if (b == NULL) return -ENOMEM;
  FD_ZERO(&b->read_set);
  FD_ZERO(&b->write_set);
  b->highest = -1;
  b->counters = counters;
  *out = b;
  return 0;
}

static void op_close(struct px_backend *b) { free(b); }

static int contains(const struct px_backend *b, int fd) {
  return FD_ISSET(fd, &b->read_set) || FD_ISSET(fd, &b->write_set);
}

static int only_writes(const struct px_backend *b, int fd) {
  return !FD_ISSET(fd, &b->read_set) && FD_ISSET(fd, &b->write_set);
}

static int op_set(struct px_backend *b, int fd, uint64_t token, uint32_t was, uint32_t want) {
  (void)was; /* The sets know. */
  if (fd < 0 || fd >= FD_SETSIZE) return want == 0 ? 0 : -ERANGE;
  b->members += (want != 0) - contains(b, fd);
  b->writers += (want == PX_WRITE) - only_writes(b, fd);
  if (want & PX_READ)
    FD_SET(fd, &b->read_set);
  else
    FD_CLR(fd, &b->read_set);
  if (want & PX_WRITE)
    FD_SET(fd, &b->write_set);
  else
    FD_CLR(fd, &b->write_set);
  b->tokens[fd] = token;
  if (want != 0 && fd > b->highest) b->highest = fd;
  while (b->highest >= 0 && !contains(b, b->highest)) b->highest--;
  return 0;
}

static void op_forget(struct px_backend *b, int fd) { op_set(b, fd, 0, 0, 0); }

/* poll(2) reads an array of pollfd, and writes their `revents` back. */
static void count_poll(struct px_counters *counters, uint64_t fds) {
  PX_COUNT(counters, poll);
  counters->fds_scanned += fds;
  counters->interest_bytes += fds * (sizeof(struct pollfd) + sizeof(short));
}

/* pselect(2) reads and writes two sets up to the highest descriptor, in whole words, and looks at each
 * member. */
static void count_select(struct px_backend *b) {
  uint64_t words = ((uint64_t)b->highest + 64) / 64;
  PX_COUNT(b->counters, pselect6);
  b->counters->fds_to_kernel += (uint64_t)b->members;
  b->counters->fds_scanned += (uint64_t)b->members;
  b->counters->interest_bytes += 2 * 2 * words * sizeof(uint64_t);
}

/* select can't tell a hangup from data: it sets the same bit for both. One poll(2) that does
 * not wait, over the ready descriptors alone, tells. */
static void find_hangups(struct px_backend *b, struct px_ready *out, struct pollfd *ready, int n) {
  count_poll(b->counters, (uint64_t)n);
  if (poll(ready, (nfds_t)n, 0) <= 0) return;
  for (int i = 0; i < n; i++) {
    if (ready[i].revents & POLLHUP) out[i].readiness |= PX_HANGUP;
    if (ready[i].revents & POLLERR) out[i].readiness |= PX_ERROR;
  }
}

/* A hangup is readable to select, and not writable: who only waits to write would never learn of one where
 * there is no room (a pipe, a Unix socket). One poll(2) that does not wait tells. */
static bool any_writer_hung_up(struct px_backend *b, fd_set *hung_up) {
  struct pollfd writers[FD_SETSIZE];
  nfds_t n = 0;
  bool any = false;
  for (int fd = 0; fd <= b->highest && n < (nfds_t)b->writers; fd++)
    if (only_writes(b, fd)) writers[n++] = (struct pollfd){.fd = fd, .events = 0};
  count_poll(b->counters, n);
  if (poll(writers, n, 0) <= 0) return false;
  FD_ZERO(hung_up);
  for (nfds_t i = 0; i < n; i++) {
    if ((writers[i].revents & POLLHUP) == 0) continue;
    FD_SET(writers[i].fd, hung_up);
    any = true;
  }
  return any;
}

static int op_wait(struct px_backend *b, struct px_ready *out, int capacity, int64_t timeout_ns) {
  fd_set readable = b->read_set, writable = b->write_set, hung_up;
  bool hangups = b->writers > 0 && any_writer_hung_up(b, &hung_up);
  if (hangups) timeout_ns = 0;
  struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                             .tv_nsec = (long)(timeout_ns % 1000000000)};
  count_select(b);
  int left = pselect(b->highest + 1, &readable, &writable, NULL, timeout_ns < 0 ? NULL : &timeout,
                     NULL);
  if (left < 0) return -errno;
  for (int fd = 0; hangups && fd <= b->highest; fd++)
    if (FD_ISSET(fd, &hung_up) && !FD_ISSET(fd, &writable)) {
      FD_SET(fd, &writable); /* find_hangups tells what it is */
      left++;
    }

  struct pollfd ready[FD_SETSIZE];
  int at = b->next <= b->highest ? b->next : 0, n = 0;
  for (int seen = 0; seen <= b->highest && left > 0 && n < capacity; seen++) {
    uint32_t readiness = (FD_ISSET(at, &readable) ? PX_READ : 0u) |
                         (FD_ISSET(at, &writable) ? PX_WRITE : 0u);
    if (readiness != 0) {
      left -= (readiness & PX_READ ? 1 : 0) + (readiness & PX_WRITE ? 1 : 0);
      out[n] = (struct px_ready){.token = b->tokens[at], .readiness = readiness};
      ready[n++] = (struct pollfd){.fd = at, .events = 0};
    }
    if (++at > b->highest) at = 0;
  }
  b->next = left > 0 ? at : 0;
  if (n > 0) find_hangups(b, out, ready, n);
  return n;
}

const struct px_backend_ops px_select_ops = {
    .name = "select",
    .summary = "select(2): sets of at most 1,024 descriptors, copied and scanned on each wait",
    .caps = 0,
    .fd_limit = FD_SETSIZE,
    .open = op_open,
    .close = op_close,
    .set = op_set,
    .forget = op_forget,
    .wait = op_wait,
};
