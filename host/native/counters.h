/* SPDX-License-Identifier: MIT
 * What one host counts: its system calls by kind, and the totals behind `--stats`. Plain
 * additions on one thread; others read them without a lock, so that one number may be older than the
 * next. */
#ifndef PX_COUNTERS_H
#define PX_COUNTERS_H

#include <stdint.h>

/* Every system call that the native layer makes on a guest's behalf after start-up. */
#define PX_SYSCALLS(X)                                                                             \
  X(accept4)                                                                                       \
  X(recv)                                                                                          \
  X(recvmsg)                                                                                       \
  X(send)                                                                                          \
  X(sendmsg)                                                                                       \
  X(shutdown)                                                                                      \
  X(socket)                                                                                        \
  X(connect)                                                                                       \
  X(close)                                                                                         \
  X(ioctl)                                                                                         \
  X(setsockopt)                                                                                    \
  X(getsockopt)                                                                                    \
  X(fcntl)                                                                                         \
  X(pselect6)                                                                                      \
  X(poll)                                                                                          \
  X(ppoll)                                                                                         \
  X(io_uring_enter)                                                                                \
  X(rt_sigtimedwait)                                                                               \
  X(epoll_ctl)                                                                                     \
  X(epoll_wait)                                                                                    \
  X(epoll_pwait2)

enum px_syscall {
#define PX_ENUM(name) PX_SYS_##name,
  PX_SYSCALLS(PX_ENUM)
#undef PX_ENUM
      PX_SYS_COUNT
};

enum { PX_TURN_FIRST = 10, PX_TURN_BUCKETS = 27 };

struct px_counters {
  uint64_t waits;         /* calls of poll_oneoff */
  uint64_t wakeups;       /* returns of the backend's wait */
  uint64_t events;        /* event records given to the guest */
  uint64_t fds_to_kernel; /* descriptors handed to the kernel as interest */
  uint64_t fds_scanned;    /* descriptors that the kernel looked at in waits */
  uint64_t interest_bytes; /* of interest sets and event lists copied into the kernel and back */
  uint64_t accepts;
  uint64_t bytes_read;
  uint64_t bytes_written;
  uint64_t open_connections;   /* now */
  uint64_t refused_connections; /* times that a limit was met: see limits.h */
  uint64_t refused_descriptors;
  uint64_t refused_accept_rate;
  uint64_t refused_memory;
  uint64_t refused_turn; /* turns that took longer than they may */
  uint64_t accept_pauses; /* times that the kernel had no room for a connection */
  uint64_t turns;         /* turns.h, like the rest of them */
  uint64_t turn_ns_total;
  uint64_t longest_turn_ns;
  uint64_t last_slow_turn_ns; /* of the last one that took longer than it may */
  uint64_t turn_started_ns; /* CLOCK_MONOTONIC; 0 while it waits */
  uint64_t turn_ns[PX_TURN_BUCKETS];
  uint64_t syscalls[PX_SYS_COUNT];
};

#define PX_COUNT(counters, name) ((counters)->syscalls[PX_SYS_##name]++)

#endif
