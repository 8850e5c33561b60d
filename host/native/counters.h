/* SPDX-License-Identifier: MIT
 * What one host counts: its system calls by kind, and the totals behind `--stats`. Plain
 * additions on one thread; read by addon.c. */
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

struct px_counters {
  uint64_t waits;         /* calls of poll_oneoff */
  uint64_t wakeups;       /* returns of the backend's wait */
  uint64_t events;        /* event records given to the guest */
  uint64_t fds_to_kernel; /* descriptors handed to the kernel as interest */
  uint64_t accepts;
  uint64_t bytes_read;
  uint64_t bytes_written;
  uint64_t syscalls[PX_SYS_COUNT];
};

#define PX_COUNT(counters, name) ((counters)->syscalls[PX_SYS_##name]++)

#endif
