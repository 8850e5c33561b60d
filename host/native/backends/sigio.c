/* SPDX-License-Identifier: MIT
 * Signal-driven IO, fcntl(2) and signal(7): each descriptor sends a real-time signal to the waiting
 * thread when something happens, and a wait takes signals from the queue.
 *
 * The signal stays blocked in that thread and is taken by sigtimedwait(2), so that it interrupts
 * nothing and no other thread sees it. When the queue is full (RLIMIT_SIGPENDING) the kernel sends a plain SIGIO in
 * the place of what it drops: one poll(2) over all then finds what was lost.
 *
 * Linux signals all that happens to a TCP socket and a pipe. Other drivers send nothing at all (an
 * eventfd), or keep some of it to themselves (a Unix socket that has room again, a terminal that hangs
 * up), and an open file has one owner, though several descriptors, hosts or processes may share it.
 * Those are "quiet": an epoll set of their own, edge-triggered, is waited for beside the signals. */
#define _GNU_SOURCE
#include "../backend.h"
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The first signals are left to the C library and to programs that count from SIGRTMIN. */
enum { SIGNALS_KEPT_FREE = 6, SIGNAL_COUNT = 65, QUIET_MAX = 64 };

struct px_backend {
  int signal;
  pid_t thread;
  sigset_t signals;
  struct px_descriptors set; /* for sweeps; a quiet one has no events, and is not swept */
  uint32_t sweep; /* from here on they still have to be reported; `set.used`: there is no sweep */
  uint32_t epoch; /* of `overflows` when it last looked at all */
  int epoll_fd, signal_fd; /* -1 until the first quiet descriptor */
  uint32_t turn;           /* of the two, where there is room for one report */
  struct px_counters *counters;
};

/* The backends of one thread. */
static _Thread_local uint32_t backends, users[SIGNAL_COUNT]; /* of each signal */
static _Thread_local sigset_t blocked_before;                /* the first of them was opened */
/* Signals that this thread lost: each backend of it has to sweep once for them. */
static _Thread_local uint32_t overflows;

/* Two hosts on two threads must not both find that an open file has no owner. */
static pthread_mutex_t owner_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct timespec no_time;

/* A signal that came too late to be taken must not end the process. */
static void on_late_signal(int signal) { (void)signal; }

/* The signal that the fewest backends of this thread use: none, as long as there are not dozens. One
 * that somebody else handles is theirs. 0: there is no free one. */
static int choose_signal(void) {
  int best = 0;
  for (int signal = SIGRTMIN + SIGNALS_KEPT_FREE; signal <= SIGRTMAX && signal < SIGNAL_COUNT;
       signal++) {
    struct sigaction action;
    if (best != 0 && users[signal] >= users[best]) continue;
    if (sigaction(signal, NULL, &action) < 0) continue;
    if (action.sa_handler != SIG_DFL && action.sa_handler != on_late_signal) continue;
    best = signal;
    if (users[best] == 0) break;
  }
  return best;
}

static void block_signals(struct px_backend *b) {
  struct sigaction action = {.sa_handler = on_late_signal, .sa_flags = SA_RESTART};
  sigset_t before;
  sigemptyset(&action.sa_mask);
  sigaction(b->signal, &action, NULL);
  sigemptyset(&b->signals);
  sigaddset(&b->signals, b->signal);
  sigaddset(&b->signals, SIGIO);
  pthread_sigmask(SIG_BLOCK, &b->signals, &before);
  if (backends++ == 0) blocked_before = before;
  users[b->signal]++;
}

/* Takes what is left in the queue first: nobody would after us. */
static void restore_signals(struct px_backend *b) {
  sigset_t done;
  sigemptyset(&done);
  backends--;
  if (--users[b->signal] == 0) sigaddset(&done, b->signal);
  if (backends == 0) sigaddset(&done, SIGIO);
  while (sigtimedwait(&done, NULL, &no_time) > 0) continue;
  if (sigismember(&blocked_before, b->signal)) sigdelset(&done, b->signal);
  if (sigismember(&blocked_before, SIGIO)) sigdelset(&done, SIGIO);
  pthread_sigmask(SIG_UNBLOCK, &done, NULL);
}

/* Asks for signals. 1: somebody owns the open file already, maybe by another number. -errno. */
static int start_signals(struct px_backend *b, int fd) {
  struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = b->thread};
  pthread_mutex_lock(&owner_lock);
  PX_COUNT(b->counters, fcntl);
  int flags = fcntl(fd, F_GETFL), status = flags < 0 ? -1 : 0;
  bool owned = status == 0 && (flags & O_ASYNC) != 0;
  if (status == 0 && !owned) {
    for (int i = 0; i < 3; i++) PX_COUNT(b->counters, fcntl);
    status = fcntl(fd, F_SETOWN_EX, &owner);
    if (status == 0) status = fcntl(fd, F_SETSIG, b->signal);
    if (status == 0) status = fcntl(fd, F_SETFL, flags | O_ASYNC);
  }
  int error = errno;
  pthread_mutex_unlock(&owner_lock);
  return status < 0 ? -error : owned;
}

/* The open file may live on in another process: it is left as it was found. */
static void stop_signals(struct px_backend *b, int fd) {
  PX_COUNT(b->counters, fcntl);
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return;
  PX_COUNT(b->counters, fcntl);
  fcntl(fd, F_SETFL, flags & ~O_ASYNC);
}

/* Do signals arrive here at all? 0 or -errno. */
static int try_signals(struct px_backend *b) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return -errno;
  int status = start_signals(b, ends[0]);
  if (status == 0 && write(ends[1], "", 1) != 1) status = -EIO;
  if (status == 0) {
    int signal = sigtimedwait(&b->signals, NULL, &no_time);
    if (signal == SIGIO) overflows++;
    if (signal < 0) status = errno == EAGAIN ? -ENOSYS : -errno;
  }
  close(ends[0]);
  close(ends[1]);
  return status;
}

static bool is_quiet(const struct pollfd *fd) { return fd->events == 0; }

static void op_close(struct px_backend *b) {
  for (uint32_t i = 0; i < b->set.used; i++)
    if (!is_quiet(&b->set.fds[i])) stop_signals(b, b->set.fds[i].fd);
  restore_signals(b);
  if (b->epoll_fd >= 0) close(b->epoll_fd);
  if (b->signal_fd >= 0) close(b->signal_fd);
  px_descriptors_free(&b->set);
  free(b);
}

static int op_open(struct px_backend **out, struct px_counters *counters) {
  struct px_counters uncounted = {0};
  int signal = choose_signal();
  if (signal == 0) return -EAGAIN;
  struct px_backend *b = calloc(1, sizeof *b);
  if (b == NULL) return -ENOMEM;
  b->signal = signal;
  b->thread = (pid_t)syscall(SYS_gettid);
  b->epoll_fd = b->signal_fd = -1;
  b->counters = &uncounted;
  block_signals(b);
  int status = try_signals(b);
  b->counters = counters;
  b->epoch = overflows;
  if (status < 0)
    op_close(b);
  else
    *out = b;
  return status;
}

static void op_forget(struct px_backend *b, int fd) {
  if (!px_descriptors_has(&b->set, fd)) return;
  bool swept = b->sweep == b->set.used;
  uint32_t hole = px_descriptors_remove(&b->set, fd);
  /* A sweep that is past the hole would miss what moved there. */
  if (swept || b->sweep > b->set.used)
    b->sweep = b->set.used;
  else if (hole < b->sweep)
    b->sweep = hole;
}

static bool signals_all(struct px_backend *b, int fd) {
  struct stat stat;
  if (fstat(fd, &stat) < 0 || S_ISFIFO(stat.st_mode)) return true; /* a bad one is refused by fcntl */
  int protocol = 0;
  socklen_t length = sizeof protocol;
  if (!S_ISSOCK(stat.st_mode)) return false;
  PX_COUNT(b->counters, getsockopt);
  return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) == 0 && protocol == IPPROTO_TCP;
}

/* Adds it to the set beside the signals. 0 or -errno; -EPERM: it is always ready. */
static int watch_quietly(struct px_backend *b, int fd) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                              .data = {.fd = fd}};
  if (b->signal_fd < 0) b->signal_fd = signalfd(-1, &b->signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (b->signal_fd >= 0 && b->epoll_fd < 0) b->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (b->epoll_fd < 0) return -errno;
  PX_COUNT(b->counters, epoll_ctl);
  return epoll_ctl(b->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

static int add(struct px_backend *b, int fd) {
  int status = px_descriptors_reserve(&b->set, fd);
  if (status < 0) return status;
  bool quiet = !signals_all(b, fd);
  if (!quiet) status = start_signals(b, fd);
  if (status == 1) quiet = true;
  if (quiet) status = watch_quietly(b, fd);
  if (status < 0) return status;
  b->counters->fds_to_kernel++;
  bool swept = b->sweep == b->set.used;
  uint32_t at = px_descriptors_add(&b->set, fd);
  if (!quiet) b->set.fds[at].events = POLLIN | POLLOUT | POLLRDHUP;
  if (swept) b->sweep = b->set.used; /* the poller looks at what is new */
  return 0;
}

static int op_set(struct px_backend *b, int fd, uint64_t token, uint32_t was, uint32_t want) {
  (void)was; /* the set knows. */
  bool known = px_descriptors_has(&b->set, fd);
  if (want == 0 && known) {
    if (is_quiet(&b->set.fds[b->set.place[fd]])) {
      PX_COUNT(b->counters, epoll_ctl);
      epoll_ctl(b->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    } else {
      stop_signals(b, fd);
    }
    op_forget(b, fd);
  }
  if (want == 0) return 0;
  int status = known ? 0 : add(b, fd);
  if (status == 0) b->set.tokens[b->set.place[fd]] = token;
  return status;
}

/* Reports that something happened to a descriptor; what, is for the poller to see. One that is not
 * registered any more had its signal in the queue when it was closed. Answers the number of reports. */
static int report(const struct px_backend *b, int fd, struct px_ready *out) {
  if (!px_descriptors_has(&b->set, fd)) return 0;
  *out = (struct px_ready){.token = b->set.tokens[b->set.place[fd]],
                           .readiness = PX_READ | PX_WRITE};
  return 1;
}

/* What is lost is found again: looks at all, and reports that, over several waits if need be. */
static int sweep(struct px_backend *b, struct px_ready *out, int capacity) {
  if (b->epoch != overflows) {
    b->epoch = overflows;
    b->sweep = b->set.used;
    PX_COUNT(b->counters, poll);
    b->counters->fds_to_kernel += b->set.used;
    b->counters->fds_scanned += b->set.used;
    b->counters->interest_bytes += b->set.used * (sizeof(struct pollfd) + sizeof(short));
    if (poll(b->set.fds, b->set.used, 0) < 0) {
      b->epoch--; /* once more */
      return -errno;
    }
    b->sweep = 0;
  }
  int n = 0;
  for (; b->sweep < b->set.used && n < capacity; b->sweep++) {
    const struct pollfd *fd = &b->set.fds[b->sweep];
    if (fd->revents != 0) n += report(b, fd->fd, &out[n]);
  }
  return n;
}

/* Signals of the queue: as many as fit; the first may be waited for. */
static int take(struct px_backend *b, struct px_ready *out, int capacity,
                const struct timespec *timeout) {
  int n = 0;
  while (n < capacity) {
    siginfo_t info;
    PX_COUNT(b->counters, rt_sigtimedwait);
    int signal = sigtimedwait(&b->signals, &info, timeout);
    if (signal < 0) return errno == EAGAIN || n > 0 ? n : -errno;
    b->counters->fds_scanned++;
    b->counters->interest_bytes += sizeof info;
    timeout = &no_time;
    /* One that is not ours is of another backend, if it has the same signal. */
    if (signal == SIGIO || (users[signal] > 1 && !px_descriptors_has(&b->set, info.si_fd)))
      overflows++;
    else
      n += report(b, info.si_fd, &out[n]);
  }
  return n;
}

static int take_quiet(struct px_backend *b, struct px_ready *out, int capacity) {
  struct epoll_event events[QUIET_MAX];
  PX_COUNT(b->counters, epoll_wait);
  int found = epoll_wait(b->epoll_fd, events, capacity < QUIET_MAX ? capacity : QUIET_MAX, 0), n = 0;
  for (int i = 0; i < found; i++) n += report(b, events[i].data.fd, &out[n]);
  return n;
}

/* The quiet ones have half of the room, or every other wait. */
static int wait_for_both(struct px_backend *b, struct px_ready *out, int capacity,
                         const struct timespec *timeout) {
  struct pollfd fds[2] = {{.fd = b->epoll_fd, .events = POLLIN},
                          {.fd = b->signal_fd, .events = POLLIN}};
  PX_COUNT(b->counters, ppoll);
  if (ppoll(fds, 2, timeout, NULL) < 0) return -errno;
  bool both = fds[0].revents != 0 && fds[1].revents != 0;
  if (both && capacity == 1) fds[b->turn++ % 2].revents = 0;
  int n = fds[0].revents == 0 ? 0 : take_quiet(b, out, both ? (capacity + 1) / 2 : capacity);
  if (fds[1].revents != 0 && n < capacity) {
    int taken = take(b, out + n, capacity - n, &no_time);
    if (taken > 0) n += taken;
  }
  return n;
}

static int op_wait(struct px_backend *b, struct px_ready *out, int capacity, int64_t timeout_ns) {
  struct timespec some = {.tv_sec = (time_t)(timeout_ns / 1000000000),
                          .tv_nsec = (long)(timeout_ns % 1000000000)};
  const struct timespec *timeout = timeout_ns < 0 ? NULL : &some;
  if (b->epoch != overflows || b->sweep < b->set.used) return sweep(b, out, capacity);
  int n = b->epoll_fd < 0 ? take(b, out, capacity, timeout)
                          : wait_for_both(b, out, capacity, timeout);
  return n == 0 && b->epoch != overflows ? sweep(b, out, capacity) : n;
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
