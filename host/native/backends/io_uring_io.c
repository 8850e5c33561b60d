/* SPDX-License-Identifier: MIT
 * The guest's calls on sockets: accept, read, write, shut down, close. Each answers from what has
 * completed; where nothing has, it looks into the ring before it says EAGAIN, which costs a system call
 * only if the kernel has something. What is not driven through the ring is a plain system call. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "io_uring.h"

/* The count is an int in musl. */
static struct msghdr message_of(const struct iovec *iov, size_t count) {
  struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)iov};
  message.msg_iovlen = (__typeof__(message.msg_iovlen))count;
  return message;
}

static int take_error(struct source *s) {
  int error = s->error;
  s->error = 0;
  return -error;
}

static int io_adopt(struct px_backend *b, int fd, bool listener) {
  struct source *s = source_of(b, fd);
  if (s != NULL && s->kind == SOURCE_STREAM && !listener) return 0; /* accepted here */
  s = source_make(b, fd, listener ? SOURCE_LISTENER : SOURCE_STREAM);
  if (s == NULL) return -ENOMEM;
  /* It may not be connected, or be full from before: the first send or a poll tells. */
  s->full = !listener;
  return 0;
}

static int io_accept(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  if (s->in_count == 0 && s->error == 0 && receives(s)) { /* never once it is shut */
    pump(b);
    s = &b->sources[fd];
  }
  if (s->in_count > 0) {
    int accepted = s->in_first;
    s->in_first = b->sources[accepted].next_accepted;
    s->in_count--;
    if (s->in_state == IN_IDLE) touch(b, fd);
    return accepted;
  }
  if (s->error != 0) {
    touch(b, fd);
    return take_error(s);
  }
  if (s->shut) return -EINVAL;
  if (receives(s)) return -EAGAIN;
  PX_COUNT(b->counters, accept4);
  int accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted < 0) return -errno;
  if (source_make(b, accepted, SOURCE_STREAM) != NULL) return accepted;
  close(accepted);
  return -ENOMEM;
}

/* The last completion of a request tells that it has ended; until then it may accept. Cancelling takes no longer than
 * the enter that submits it, so the rounds are a bound and no wait. */
static void io_stop_accepting(struct px_backend *b, int fd) {
  enum { ROUNDS_MAX = 1000, ROUND_NS = 1000000 };
  b->sources[fd].shut = true;
  for (int round = 0; round < ROUNDS_MAX && receives(&b->sources[fd]); round++) {
    if (!b->sources[fd].cancelling) cancel_input(b, fd);
    drive(b, round == 0 ? 0 : ROUND_NS);
  }
  /* The kernel wakes one of those that wait on a socket. Where that was the request which has now been cancelled, nobody
   * else knows of the connection until the next one comes. */
  int connection;
  do {
    PX_COUNT(b->counters, accept4);
    connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  } while (connection >= 0 && accept_ahead(b, fd, connection));
}

/* ---- receiving ---- */

void input_drop(struct px_backend *b, struct source *s) {
  for (; s->in_count > 0; s->in_count--) {
    int32_t buffer = s->in_first;
    s->in_first = b->next_buffer[buffer];
    uring_buffer_give(&b->ring, (uint32_t)buffer);
  }
  s->in_bytes = 0;
  s->in_offset = 0;
}

/* Copies what was received into the guest's buffers. */
static ssize_t copy_out(struct px_backend *b, struct source *s, const struct iovec *iov,
                        size_t count, bool peek) {
  size_t done = 0, used = 0; /* of the current iovec */
  int32_t buffer = s->in_first;
  uint32_t buffers = s->in_count, offset = s->in_offset;
  while (buffers > 0 && count > 0) {
    size_t left = (size_t)b->buffer_length[buffer] - offset;
    size_t part = iov->iov_len - used < left ? iov->iov_len - used : left;
    if (part > 0)
      memcpy((uint8_t *)iov->iov_base + used, uring_buffer(&b->ring, (uint32_t)buffer) + offset,
             part);
    done += part;
    used += part;
    offset += (uint32_t)part;
    if (used == iov->iov_len) iov++, count--, used = 0;
    if (offset < b->buffer_length[buffer]) continue;
    int32_t next = b->next_buffer[buffer];
    if (!peek) uring_buffer_give(&b->ring, (uint32_t)buffer);
    buffer = next;
    offset = 0;
    buffers--;
  }
  if (peek) return (ssize_t)done;
  s->in_first = buffer;
  s->in_count = buffers;
  s->in_offset = (uint16_t)offset;
  s->in_bytes -= (uint32_t)done;
  return (ssize_t)done;
}

static ssize_t io_receive(struct px_backend *b, int fd, const struct iovec *iov, size_t count,
                          bool peek) {
  struct source *s = &b->sources[fd];
  if (s->in_count == 0 && receives(s)) {
    pump(b);
    s = &b->sources[fd];
  }
  if (s->in_count > 0) {
    ssize_t n = copy_out(b, s, iov, count, peek);
    if (s->in_state == IN_IDLE && s->in_count <= IN_LOW) touch(b, fd);
    return n;
  }
  if (s->error != 0) return take_error(s);
  if (s->ended || s->in_dead) return 0;
  if (receives(s)) return -EAGAIN;
  struct msghdr message = message_of(iov, count);
  PX_COUNT(b->counters, recvmsg);
  ssize_t n = recvmsg(fd, &message, peek ? MSG_PEEK : 0);
  return n < 0 ? -errno : n;
}

static int64_t io_readable(struct px_backend *b, int fd) {
  const struct source *s = &b->sources[fd];
  int bytes = 0;
  /* Whatever the kernel had by the last wait has been received, or was too much. */
  if (receives(s) || s->ended || s->in_dead) return s->in_bytes;
  PX_COUNT(b->counters, ioctl);
  if (ioctl(fd, FIONREAD, &bytes) < 0 || bytes < 0) bytes = 0;
  return (int64_t)s->in_bytes + bytes;
}

/* ---- sending ---- */

static ssize_t io_send(struct px_backend *b, int fd, const struct iovec *iov, size_t count) {
  struct source *s = &b->sources[fd];
  if (s->error == 0 && s->out_bytes >= OUT_MAX) {
    pump(b);
    s = &b->sources[fd];
  }
  if (s->error != 0) return take_error(s);
  if (s->out_dead || s->write_shut) return -EPIPE;
  if (s->out_bytes == 0 && (!s->driven || s->full || s->direct)) {
    struct msghdr message = message_of(iov, count);
    PX_COUNT(b->counters, sendmsg);
    ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) return -errno;
    if (n > 0 && s->driven && s->full) {
      /* A few bytes had room; whether more have, poll(2) tells. It must be asked: tcp_sendmsg has taken back the mark
       * by which the kernel would wake the poll that is in flight. */
      s->hint = true;
      make_ready(b, fd);
    } else {
      s->full = n < 0;
    }
    return n < 0 ? -EAGAIN : n;
  }
  if (s->out_bytes >= OUT_MAX) return -EAGAIN;
  ssize_t done = 0;
  for (; count > 0 && s->out_bytes < OUT_MAX; iov++, count--) {
    size_t room = OUT_MAX - s->out_bytes, length = iov->iov_len < room ? iov->iov_len : room;
    uint32_t n = output_append(b, s, iov->iov_base, length);
    done += n;
    if (n < length) break;
  }
  if (done == 0) return -ENOMEM;
  touch(b, fd);
  return done;
}

static int io_shutdown(struct px_backend *b, int fd, int how) {
  if (b->sources[fd].out_bytes > 0) pump(b);
  struct source *s = &b->sources[fd];
  bool later = how != SHUT_RD && s->out_bytes > 0;
  if (how != SHUT_RD) s->write_shut = true;
  s->shut_when_sent = s->shut_when_sent || later;
  if (s->want != 0) make_ready(b, fd);
  if (later && how == SHUT_WR) return 0;
  PX_COUNT(b->counters, shutdown);
  if (shutdown(fd, later ? SHUT_RD : how) == 0) return 0;
  int error = errno;
  s->write_shut = s->shut_when_sent;
  return -error;
}

/* ---- closing ---- */

void source_close(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  input_drop(b, s);
  if (s->out_state != OUT_SEND) output_drop(b, s);
  if (s->closed) b->lingering--;
  s->closed = false;
  source_retire(b, fd);
  PX_COUNT(b->counters, close);
  close(fd);
}

static void close_listener(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  if (s->in_state != IN_IDLE) {
    cancel_input(b, fd);
    pump(b);
    s = &b->sources[fd];
  }
  while (s->in_count > 0) {
    int accepted = s->in_first;
    s->in_first = b->sources[accepted].next_accepted;
    s->in_count--;
    source_close(b, accepted);
  }
  source_close(b, fd);
}

static void io_close(struct px_backend *b, int fd) {
  struct source *s = source_of(b, fd);
  if (s == NULL) { /* it could not be adopted */
    PX_COUNT(b->counters, close);
    close(fd);
    return;
  }
  s->want = 0;
  if (b->awaiting && b->awaited_fd == fd) end_await(b); /* of a suspended call that something else ended */
  if (s->kind == SOURCE_LISTENER) {
    close_listener(b, fd);
    return;
  }
  /* What is in flight keeps the connection open: it has to go before close(2) means anything. */
  bool held = s->in_state != IN_IDLE || s->out_state != OUT_IDLE;
  if (s->in_state != IN_IDLE && !s->cancelling) cancel_input(b, fd);
  if (s->out_state == OUT_POLL) cancel(b, fd, OP_POLL_OUT);
  if (held || s->out_bytes > 0) pump(b);
  s = &b->sources[fd];
  if (s->in_count > 0) {
    /* As in the kernel: to close on unread data resets, and what is not sent is lost. */
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    PX_COUNT(b->counters, setsockopt);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    if (s->out_state == OUT_SEND) {
      cancel(b, fd, OP_SEND);
      pump(b);
      s = &b->sources[fd];
    }
  }
  if (s->out_bytes == 0 || (s->in_count > 0 && s->out_state != OUT_SEND)) {
    source_close(b, fd);
    return;
  }
  s->closed = true;
  b->lingering++;
}

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void io_flush(struct px_backend *b, int wake_fd, int64_t limit_ns) {
  uint64_t end = now_ns() + (uint64_t)limit_ns;
  pump(b);
  for (uint64_t now = now_ns(); b->lingering > 0 && now < end; now = now_ns()) {
    rearm(b, wake_fd);
    if (drive(b, (int64_t)(end - now)) < 0) return;
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    PX_COUNT(b->counters, poll);
    if (poll(&wake, 1, 0) != 0) return;
  }
}

static void io_abandon(void *backend) {
  struct px_backend *b = backend;
  uring_abandon(&b->ring);
}

const struct px_backend_io uring_io = {
    .adopt = io_adopt,
    .accept = io_accept,
    .stop_accepting = io_stop_accepting,
    .receive = io_receive,
    .send = io_send,
    .shutdown = io_shutdown,
    .close = io_close,
    .readable = io_readable,
    .set_low_mark = uring_set_low_mark,
    .poll = uring_poll,
    .look = uring_look,
    .flush = io_flush,
    .abandon = io_abandon,
};
