/* SPDX-License-Identifier: MIT
 * Signal-driven IO, fcntl(2) and signal(7): each descriptor sends a real-time signal to the waiting
 * thread when something happens, and a wait takes signals from the queue.
 *
 * The signal stays blocked in that thread and is taken by sigtimedwait(2); other threads never see it. Each
 * backend of a thread has a signal of its own. When the queue is full (RLIMIT_SIGPENDING) the kernel
 * sends a plain SIGIO in the place of what it drops: one poll(2) over all then finds what was lost. A
 * descriptor whose driver sends no signals (an eventfd) is waited for by ppoll(2) beside them. */
#define _GNU_SOURCE
#include "../backend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { CAUGHT_MAX = 64, SIGNALS_KEPT_FREE = 6 };

/* A descriptor that has been registered. `silent`: its driver sends no signals. */
struct source {
  uint64_t token;
  bool silent;
};

struct px_backend {
  int signal;
  pid_t thread;
  sigset_t signals, mask_before;
  struct pollfd *fds; /* dense, for sweeps */
  struct source *sources; /* beside fds */
  uint32_t used, room, silent;
  int *place; /* host descriptor -> index in fds, -1: none */
  uint32_t places;
  uint32_t sweep; /* where the sweep goes on; `used` or more: there is none */
  uint32_t epoch; /* of `overflows` that it has swept for */
  struct px_counters *counters;
};

/* Signals of this thread that a backend has, by distance from SIGRTMIN. */
static _Thread_local uint64_t taken;
/* SIGIOs that this thread has seen: each is for all of its backends. */
static _Thread_local uint32_t overflows;
/* What the handler saw during ppoll(2), the only time when the signals are not blocked. */
static _Thread_local int caught[CAUGHT_MAX];
static _Thread_local volatile sig_atomic_t caught_count;

static void on_signal(int signal, siginfo_t *info, void *context) {
  (void)context;
  if (signal == SIGIO || caught_count == CAUGHT_MAX)
    overflows++;
  else
    caught[caught_count++] = info->si_fd;
}

static int take_signal(void) {
  /* The first ones are left to the C library and to programs that count from SIGRTMIN. */
  for (int at = SIGNALS_KEPT_FREE; SIGRTMIN + at <= SIGRTMAX && at < 64; at++) {
    if (taken & (UINT64_C(1) << at)) continue;
    taken |= UINT64_C(1) << at;
    return SIGRTMIN + at;
  }
  return -EAGAIN;
}

static int op_open(struct px_backend **out, struct px_counters *counters) {
  int signal = take_signal();
  if (signal < 0) return signal;
  struct px_backend *b = calloc(1, sizeof *b);
  if (b == NULL) {
    taken &= ~(UINT64_C(1) << (signal - SIGRTMIN));
    return -ENOMEM;
  }
  b->signal = signal;
  b->thread = (pid_t)syscall(SYS_gettid);
  b->epoch = overflows;
  b->counters = counters;
  /* What is still in the queue when the mask is restored must not end the process. */
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART}, before;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, NULL);
  if (sigaction(SIGIO, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
    sigaction(SIGIO, &action, NULL);
  sigemptyset(&b->signals);
  sigaddset(&b->signals, signal);
  sigaddset(&b->signals, SIGIO);
  pthread_sigmask(SIG_BLOCK, &b->signals, &b->mask_before);
  *out = b;
  return 0;
}

static void stop_signals(struct px_backend *b, int fd) {
  int flags = fcntl(fd, F_GETFL);
  PX_COUNT(b->counters, fcntl);
  PX_COUNT(b->counters, fcntl);
  if (flags >= 0) fcntl(fd, F_SETFL, flags & ~O_ASYNC);
}

static void op_close(struct px_backend *b) {
  for (uint32_t i = 0; i < b->used; i++)
    if (!b->sources[i].silent) stop_signals(b, b->fds[i].fd);
  /* Taken out of the queue, so that a later backend with this signal does not find them. */
  struct timespec zero = {0, 0};
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, b->signal);
  while (sigtimedwait(&own, NULL, &zero) > 0) continue;
  taken &= ~(UINT64_C(1) << (b->signal - SIGRTMIN));
  /* SIGIO stays blocked while another backend of the thread may get it. */
  if (taken == 0 && !sigismember(&b->mask_before, SIGIO)) sigaddset(&own, SIGIO);
  if (sigismember(&b->mask_before, b->signal)) sigdelset(&own, b->signal);
  pthread_sigmask(SIG_UNBLOCK, &own, NULL);
  free(b->fds);
  free(b->sources);
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
    struct source *sources = realloc(b->sources, room * sizeof *sources);
    if (sources == NULL) return -ENOMEM;
    b->sources = sources;
    b->room = room;
  }
  return 0;
}

static void op_forget(struct px_backend *b, int fd) {
  if ((uint32_t)fd >= b->places || b->place[fd] < 0) return;
  uint32_t hole = (uint32_t)b->place[fd], last = --b->used;
  if (b->sources[hole].silent) b->silent--;
  b->place[fd] = -1;
  if (hole == last) return;
  b->fds[hole] = b->fds[last];
  b->sources[hole] = b->sources[last];
  b->place[b->fds[hole].fd] = (int)hole;
  /* A sweep that is past the hole would miss what moves there. */
  if (hole < b->sweep) b->sweep = 0;
}

/* Asks for signals. 1: the descriptor sends none; -errno. */
static int start_signals(struct px_backend *b, int fd) {
  struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = b->thread};
  int flags = fcntl(fd, F_GETFL);
  for (int i = 0; i < 5; i++) PX_COUNT(b->counters, fcntl);
  b->counters->fds_to_kernel++;
  if (flags < 0 || fcntl(fd, F_SETOWN_EX, &owner) < 0 || fcntl(fd, F_SETSIG, b->signal) < 0 ||
      fcntl(fd, F_SETFL, flags | O_ASYNC) < 0)
    return -errno;
  /* A driver without signals ignores the flag. */
  flags = fcntl(fd, F_GETFL);
  return flags < 0 ? -errno : (flags & O_ASYNC) == 0;
}

static int op_set(struct px_backend *b, int fd, uint64_t token, uint32_t was, uint32_t want) {
  (void)was; /* `place` knows. */
  bool known = (uint32_t)fd < b->places && b->place[fd] >= 0;
  if (want == 0) {
    if (known && !b->sources[b->place[fd]].silent) stop_signals(b, fd);
    op_forget(b, fd);
    return 0;
  }
  if (!known) {
    struct stat stat;
    int status = grow(b, fd);
    if (status < 0) return status;
    if (fstat(fd, &stat) < 0) return -errno;
    if (S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode)) return -EPERM;
    status = start_signals(b, fd);
    if (status < 0) return status;
    b->place[fd] = (int)b->used;
    b->fds[b->used] = (struct pollfd){.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};
    b->sources[b->used++].silent = status == 1;
    b->silent += status == 1;
  }
  b->sources[b->place[fd]].token = token;
  return 0;
}

static uint32_t readiness_of(long band) {
  return (band & POLLIN ? PX_READ : 0u) | (band & POLLOUT ? PX_WRITE : 0u) |
         (band & POLLRDHUP ? PX_READ | PX_END : 0u) | (band & POLLHUP ? PX_HANGUP : 0u) |
         (band & (POLLERR | POLLNVAL) ? PX_ERROR : 0u);
}

/* Reports that something happened to a descriptor; one that is not registered any more sent its
 * signal before it was closed. */
static int report(const struct px_backend *b, int fd, uint32_t readiness, struct px_ready *out) {
  if (fd < 0 || (uint32_t)fd >= b->places || b->place[fd] < 0) return 0;
  out->token = b->sources[b->place[fd]].token;
  /* Both directions: the poller looks for itself, and a signal may stand for several. */
  out->readiness = readiness | PX_READ | PX_WRITE;
  return 1;
}

static int sweep(struct px_backend *b, struct px_ready *out, int capacity) {
  int n = 0;
  PX_COUNT(b->counters, poll);
  b->counters->fds_to_kernel += b->used;
  if (poll(b->fds, b->used, 0) < 0) return -errno;
  for (; b->sweep < b->used && n < capacity; b->sweep++)
    if (b->fds[b->sweep].revents != 0)
      n += report(b, b->fds[b->sweep].fd, readiness_of(b->fds[b->sweep].revents), &out[n]);
  return n;
}

/* Signals of the queue: as many as fit; the first may be waited for. */
static int take(struct px_backend *b, struct px_ready *out, int capacity,
                const struct timespec *timeout) {
  static const struct timespec zero = {0, 0};
  int n = 0;
  while (n < capacity) {
    siginfo_t info;
    PX_COUNT(b->counters, rt_sigtimedwait);
    int signal = sigtimedwait(&b->signals, &info, timeout);
    if (signal < 0) return errno == EAGAIN || n > 0 ? n : -errno;
    timeout = &zero;
    if (signal == SIGIO)
      overflows++;
    else
      n += report(b, info.si_fd, readiness_of(info.si_band), &out[n]);
  }
  return n;
}

/* Waits where some descriptors send no signals: the handler takes those of the others. */
static int wait_for_silent(struct px_backend *b, struct px_ready *out, int capacity,
                           const struct timespec *timeout) {
  struct pollfd fds[CAUGHT_MAX];
  nfds_t count = 0;
  for (uint32_t i = 0; i < b->used && count < CAUGHT_MAX; i++)
    if (b->sources[i].silent)
      fds[count++] = (struct pollfd){.fd = b->fds[i].fd, .events = POLLIN | POLLRDHUP};
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, NULL, &mask);
  sigdelset(&mask, b->signal);
  sigdelset(&mask, SIGIO);
  caught_count = 0;
  PX_COUNT(b->counters, ppoll);
  int status = ppoll(fds, count, timeout, &mask), n = 0;
  for (int i = 0; i < caught_count && n < capacity; i++) n += report(b, caught[i], 0, &out[n]);
  for (nfds_t i = 0; i < count && status > 0 && n < capacity; i++)
    if (fds[i].revents != 0) n += report(b, fds[i].fd, 0, &out[n]);
  return n == 0 && status < 0 ? -EINTR : n;
}

static int op_wait(struct px_backend *b, struct px_ready *out, int capacity, int64_t timeout_ns) {
  struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                             .tv_nsec = (long)(timeout_ns % 1000000000)};
  static const struct timespec zero = {0, 0};
  bool sweeping = b->sweep < b->used && b->epoch != overflows;
  if (!sweeping) {
    const struct timespec *until = timeout_ns < 0 ? NULL : &timeout;
    int n = take(b, out, capacity, b->silent > 0 ? &zero : until);
    if (n == 0 && b->silent > 0 && b->epoch == overflows)
      n = wait_for_silent(b, out, capacity, until);
    if (b->epoch == overflows || n < 0) return n;
    b->sweep = 0;
    if (n > 0) return n; /* the sweep comes with the next wait */
  }
  uint32_t epoch = overflows;
  int n = sweep(b, out, capacity);
  if (b->sweep >= b->used) b->epoch = epoch;
  return n;
}

const struct px_backend_ops px_sigio_ops = {
    .name = "sigio",
    .summary = "fcntl(2) O_ASYNC with a real-time signal a descriptor, taken by sigtimedwait(2)",
    .caps = PX_CAP_KERNEL_SET | PX_CAP_EDGE | PX_CAP_HINT,
    .fd_limit = 0,
    .open = op_open,
    .close = op_close,
    .set = op_set,
    .forget = op_forget,
    .wait = op_wait,
};
