/* SPDX-License-Identifier: MIT
 * Calls of the guest that block on one descriptor, in the ring: whether completions answer for it or the kernel
 * does, the wait for either, and the look that stands for it in an event loop. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>

#include "io_uring.h"

/* A poll of the wake that has completed is not looked at here: makes a new one due. */
void rearm(struct px_backend *b, int wake_fd) {
  struct source *s = source_of(b, wake_fd);
  if (s == NULL || !s->hint) return;
  s->hint = false;
  touch(b, wake_fd);
}

int uring_set_low_mark(struct px_backend *b, int fd, int bytes) {
  bool set = bytes > 1;
  if (set) pump(b);
  const struct source *s = &b->sources[fd];
  b->low_fd = set ? fd : -1;
  b->low_bytes = (uint32_t)bytes;
  /* Where a receive is in flight the kernel's own mark would keep bytes from us. */
  if (set && (s->in_state != IN_IDLE || s->in_count > 0)) return 0;
  if (!set && !b->low_in_kernel) return 0;
  PX_COUNT(b->counters, setsockopt);
  if (setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes) < 0) return -errno;
  b->low_in_kernel = set;
  return 0;
}

/* Which of `events` completions answer for; *left are those that the kernel does. */
static short answer(const struct px_backend *b, int fd, short events, short *left) {
  const struct source *s = source_of(b, fd);
  *left = events;
  if (s == NULL || s->kind == SOURCE_FOREIGN) return 0;
  uint32_t readiness = readiness_of(s);
  short found = 0;
  bool enough = b->low_fd != fd || s->in_bytes >= b->low_bytes || !receives(s) ||
                s->in_count >= IN_MAX;
  if ((events & POLLIN) && (receives(s) || (readiness & PX_READ))) {
    if ((readiness & PX_READ) && enough) found |= POLLIN;
    *left &= (short)~POLLIN;
  }
  if ((events & POLLOUT) && s->driven && !s->full) {
    if (s->out_bytes < OUT_MAX || (readiness & PX_HANGUP)) found |= POLLOUT;
    *left &= (short)~POLLOUT;
  }
  return found;
}

/* Asks the ring to end a wait once `events` hold for a descriptor that it has nothing in flight for. */
static bool await_poll(struct px_backend *b, int fd, short events) {
  struct uring_sqe *sqe = submission(b, fd, OP_AWAIT);
  if (sqe == NULL) return false;
  submission_poll(sqe, events);
  sqe->user_data = AWAIT_DATA;
  b->awaiting = true;
  b->awaited_fd = fd;
  return true;
}

void end_await(struct px_backend *b) {
  cancel_await(b);
  pump(b);
  b->awaiting = false;
}

int uring_poll(struct px_backend *b, struct pollfd fds[2]) {
  int status = 0;
  for (;;) {
    short left;
    pump(b);
    short found = answer(b, fds[0].fd, fds[0].events, &left);
    /* What the ring does not answer for, now; then the wait in the ring, with requests that hold from
     * here on. poll(2) on the ring itself would miss work that is deferred. */
    struct pollfd now[2] = {{.fd = left != 0 ? fds[0].fd : -1, .events = left}, fds[1]};
    PX_COUNT(b->counters, poll);
    if (poll(now, 2, 0) < 0) break;
    fds[0].revents = (short)(now[0].revents | found);
    fds[1].revents = now[1].revents;
    status = (fds[0].revents != 0) + (fds[1].revents != 0);
    if (status != 0) break;
    rearm(b, fds[1].fd);
    if (now[0].fd >= 0 && !b->awaiting && !await_poll(b, now[0].fd, left)) continue;
    status = drive(b, -1);
    if (status < 0 && status != -EBUSY && status != -EAGAIN) {
      errno = -status;
      status = -1;
      break;
    }
  }
  if (b->awaiting) {
    int error = errno;
    end_await(b);
    errno = error;
  }
  return status;
}

int uring_look(struct px_backend *b, struct pollfd *fd) {
  short left;
  if (b->awaiting && b->awaited_fd != fd->fd) end_await(b);
  pump(b);
  /* What comes from here on signals anew. */
  uring_unsignal(&b->ring);
  if (uring_has_work(&b->ring)) pump(b);
  short found = answer(b, fd->fd, fd->events, &left);
  struct pollfd now = {.fd = left != 0 ? fd->fd : -1, .events = left};
  PX_COUNT(b->counters, poll);
  if (poll(&now, 1, 0) < 0) now.revents = 0; /* a signal: the next look tells */
  fd->revents = (short)(now.revents | found);
  if (fd->revents != 0) {
    if (b->awaiting) end_await(b);
    return 1;
  }
  if (now.fd >= 0 && !b->awaiting) await_poll(b, now.fd, left);
  pump(b);
  return 0;
}
