/* SPDX-License-Identifier: MIT
 * The contract of a backend: one multiplexing mechanism of the kernel behind five functions.
 *
 * poller.c is the only caller, on one thread, never nested. A backend knows neither guests nor
 * subscriptions: it maps host descriptors to opaque tokens. Whatever two backends would both do
 * (deadlines, EINTR, stale events, merging of directions) belongs into poller.c.
 * CONTRIBUTING.md tells how to add one. */
#ifndef PX_BACKEND_H
#define PX_BACKEND_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "counters.h"

/* Interest is a set of the first two; readiness may have all. HANGUP: nothing more will
 * come or go (both directions are closed, or the peer reset). ERROR: the next call on the
 * descriptor tells which. Both wake whoever is interested in anything. END, only with READ and from
 * PX_CAP_EDGE: the peer has ended its data, so that reading what is there does not drain. */
enum { PX_READ = 1, PX_WRITE = 2, PX_HANGUP = 4, PX_ERROR = 8, PX_END = 16 };

/* Properties that the poller has to know. */
enum {
  /* The kernel keeps the set, so that a change costs a system call: the poller then drops
   * interest only once it proves useless (the descriptor is reported and nobody wanted it). */
  PX_CAP_KERNEL_SET = 1,
  /* Reports transitions, of both directions whatever the interest: `set` is called once with both
   * (want: READ | WRITE) and again only to remove. The poller latches what was reported until the
   * guest has drained it, and looks again before it reports a latch that is not fresh (latch.h). */
  PX_CAP_EDGE = 2,
  /* With PX_CAP_EDGE: a report says that something happened, and not what holds now, and `set`
   * reports nothing of what held before. The poller looks at the descriptor before it believes. */
  PX_CAP_HINT = 4,
  /* Taken where it is named, never by `auto`. */
  PX_CAP_BY_NAME = 8,
};

/* One report of a wait. `token` is what `set` was given last for that descriptor. */
struct px_ready {
  uint64_t token;
  uint32_t readiness; /* never empty */
};

struct px_backend; /* each backend defines its own */

/* The sockets' own calls, for a backend that does more than wait: whose kernel side accepts, receives
 * and sends by itself. Most backends have none, and the sockets are used by plain system calls. They
 * mean what those calls mean on a non-blocking socket, and answer -errno in place of -1. */
struct px_backend_io {
  /* The socket, a listener or a stream that may still connect, is the backend's from now on: every other
   * function is for such descriptors. One that `accept` gave is its own already. -ENOMEM. */
  int (*adopt)(struct px_backend *backend, int fd, bool listener);
  /* A connection: non-blocking, close-on-exec. */
  int (*accept)(struct px_backend *backend, int fd);
  /* The guest drains: nothing more is accepted for this listener. What has been is still given by `accept`, which
   * answers -EINVAL then. Never fails. */
  void (*stop_accepting)(struct px_backend *backend, int fd);
  ssize_t (*receive)(struct px_backend *backend, int fd, const struct iovec *iov, size_t count,
                     bool peek);
  /* The bytes are taken over, in order, and may go out later: what is wrong with them is then the
   * answer of the next call, and a hangup. */
  ssize_t (*send)(struct px_backend *backend, int fd, const struct iovec *iov, size_t count);
  int (*shutdown)(struct px_backend *backend, int fd, int how);
  /* Never fails. What was sent still goes out. */
  void (*close)(struct px_backend *backend, int fd);
  /* What FIONREAD says, and what has been received already. */
  int64_t (*readable)(struct px_backend *backend, int fd);
  /* As SO_RCVLOWAT, for `poll`; 1 ends it. */
  int (*set_low_mark)(struct px_backend *backend, int fd, int bytes);
  /* As poll(2) without a timeout on two descriptors, of which the first may be such a socket, any
   * other, or -1. Answers -1 with errno. */
  int (*poll)(struct px_backend *backend, struct pollfd fds[2]);
  /* The same of one descriptor without waiting. Where it answers 0, the backend's `descriptor` becomes readable once
   * there is a reason to look again, and what was written is on its way. */
  int (*look)(struct px_backend *backend, struct pollfd *fd);
  /* Waits until what closed sockets have still to send is sent, `wake_fd` becomes readable, or the
   * limit is over. */
  void (*flush)(struct px_backend *backend, int wake_fd, int64_t limit_ns);
  /* A signal is about to end the process: lets go of the sockets, as the kernel does for a process that
   * ends. Async-signal-safe, on the backend's thread; no other call comes after it. */
  void (*abandon)(void *backend);
};

/* Every int answers >= 0, or -errno. No function aborts or logs. `wait` does not allocate. */
struct px_backend_ops {
  const char *name;    /* as --backend spells it */
  const char *summary; /* one sentence for `pollux backends` */
  uint32_t caps;

  /* Descriptors must be below this number; 0: no limit. `accept` refuses what is beyond. */
  int fd_limit;

  /* -ENOSYS and the like: this kernel or its policy refuses the mechanism. */
  int (*open)(struct px_backend **out, struct px_counters *counters);
  void (*close)(struct px_backend *backend);

  /* Makes the interest in `fd` exactly `want`, reported as `token`. `was` is the interest that
   * the last successful call left, 0 for none, so that epoll picks ADD, MOD or DEL without a
   * look-up. -EPERM: the kernel can't wait on such a descriptor (a regular file: always ready).
   * -ERANGE: beyond fd_limit. -ENOMEM, -ENOSPC: out of memory or watches; nothing changed. */
  int (*set)(struct px_backend *backend, int fd, uint64_t token, uint32_t was, uint32_t want);

  /* `fd` is about to be closed, which takes it out of any set that the kernel keeps: drop what
   * user space keeps. Never fails. */
  void (*forget)(struct px_backend *backend, int fd);

  /* Waits once and answers how many reports it wrote to `out`, at most `capacity`, one a
   * descriptor. Where more are ready, later calls must get to the others (rotation).
   * timeout_ns: < 0 for ever, 0 only looks; it may return late, never early with nothing.
   * -EINTR goes up: the poller owns the deadline. */
  int (*wait)(struct px_backend *backend, struct px_ready *out, int capacity, int64_t timeout_ns);

  /* A descriptor that becomes readable when something in the set is ready, for an event loop to watch in
   * place of `wait`, or -errno. NULL: the backend can only wait. */
  int (*descriptor)(struct px_backend *backend);

  /* The descriptor is about to be watched: what would reach the kernel with the next `wait` goes there now.
   * True where something is ready that the descriptor does not tell. NULL: it always tells, and nothing is
   * held back. */
  bool (*watched)(struct px_backend *backend);

  /* Both may be NULL. Why `open` failed with `error`, where the errno's own words do not say it. */
  const char *(*explain)(int error);
  const struct px_backend_io *io;
};

/* All backends, best first, ended by NULL. */
extern const struct px_backend_ops *const px_backends[];

/* The backend of that name, NULL if there is none. */
const struct px_backend_ops *px_backend_find(const char *name);

/* Opens and closes the backend once. 0, or the -errno with which this machine refuses it. */
int px_backend_probe(const struct px_backend_ops *ops);

/* Why `open` or the probe answered `status` < 0, in words. */
const char *px_backend_reason(const struct px_backend_ops *ops, int status);

#endif
