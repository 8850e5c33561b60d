/* SPDX-License-Identifier: MIT
 * One guest's native host: fd table, poller, counters, and the WASI functions on them.
 *
 * The functions take the guest's memory for this one call and answer a WASI errno, or one of the
 * two codes below. No Node-API here: tests/unit/native runs all of it without Node. */
#ifndef PX_HOST_H
#define PX_HOST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "errno_map.h"
#include "fd_table.h"
#include "guest_abi.h"
#include "inbox.h"
#include "poll_set.h"
#include "poller.h"
#include "slots.h"
#include "subscriptions.h"

enum {
  PX_STOPPED = -1,  /* the host was stopped from outside: end the guest */
  PX_DELEGATE = -2, /* a descriptor of the base WASI: call its function with px_host_base */
  PX_SUSPEND = -3,  /* in an event loop: the call would wait for what `awaits` says; do it again then */
};

/* What the guest may use, 0: no limit; and what limits.c keeps about it. */
struct px_limits {
  uint32_t connections, descriptors, accepts_per_second;
  uint64_t memory_bytes;
  uint64_t turn_ns;        /* turns.h: one that takes longer is counted */
  bool full;               /* of connections */
  bool rests_for_room;     /* the rest ends with the next close */
  bool over_memory;
  uint64_t rest_until_ns;  /* CLOCK_MONOTONIC; 0: listeners do not rest for a time */
  uint64_t theoretical_ns; /* of the rate */
};

/* What a call waits for that may not block: the backend's descriptor, or another one and the wake pipe. */
struct px_await {
  bool backend;
  int fd; /* -1: the wake pipe alone */
  short events;
  uint64_t left_ns; /* UINT64_MAX: no limit */
};

struct px_host {
  struct px_fd_table table;
  struct px_poller poller;
  struct px_subscriptions subs;
  struct px_poll_set set; /* /dev/poll */
  struct px_inbox inbox;
  /* In an event loop, and used on its thread alone: calls the guest soon, without the wake pipe, and answers
   * whether it does. NULL: there is none. */
  bool (*nudge)(void *context);
  void *nudge_context;
  pthread_t nudge_thread;
  struct px_slots attached; /* channel_guest.h, unread.h */
  struct px_counters counters;
  struct px_limits limits;
  bool timed, turns_by_loop; /* turns.h */
  bool keeps_backlog; /* another guest is to come: what this one has not accepted waits for it */
  bool owns_listeners; /* a listener that the guest closes is closed for all */
  uint32_t listeners_end; /* no listener has this number or a higher one */
  const struct px_backend_ops *ops;
  const struct px_backend_io *io; /* of the backend; NULL: sockets are used by plain system calls */
  int wake_fd, wake_write_fd; /* a pipe */
  _Atomic bool stopped;
  _Atomic uint32_t requests; /* requests.h */
  _Atomic bool draining; /* set by the guest's thread, and read by signal handlers */
  bool closed;
  bool warned_fd_limit;
  /* In an event loop a call that would wait answers PX_SUSPEND, and is made again: `resuming`. */
  bool suspends, resuming;
  struct px_await awaits;
  uint64_t resume_done; /* bytes that the call moved before it was suspended */
  uint32_t id; /* see stop.h */
  struct px_host *next_host;
  char **preopens; /* the guest's names of its preopened directories */
  uint32_t preopen_count;
  int stdio_flags[3]; /* file status flags to leave behind; -1: not open */

  struct px_connector *connector; /* connect.h; NULL until the guest's first connect */

  /* poll_oneoff between its steps */
  uint64_t poll_start_ns;
  uint32_t first_mark, last_mark; /* words of subs.marks that may hold a bit */

  /* Told once when the host refuses something for a reason of its own. May be NULL. */
  void (*warn)(void *context, const char *message);
  void *warn_context;

  /* Told once, when the guest waits for the first time. May be NULL. */
  void (*first_wait)(void *context);
  void *first_wait_context;

  /* Told of signals (PX_REQUEST_...), on the guest's thread. May be NULL. */
  void (*called)(void *context, uint32_t requests);
  void *called_context;
};

/* 0, or -errno where the backend can't be opened. */
int px_host_open(struct px_host *host, const struct px_backend_ops *ops);
/* Closes every socket and the backend. Idempotent. Calls that come later answer WASI_BADF. */
void px_host_close(struct px_host *host);

/* What a guest may do with a connection, accepted or made. */
#define PX_STREAM_RIGHTS                                                               \
  (ABI_RIGHT_FD_READ | ABI_RIGHT_FD_WRITE | ABI_RIGHT_FD_FDSTAT_SET_FLAGS |            \
   ABI_RIGHT_FD_FILESTAT_GET | ABI_RIGHT_POLL_FD_READWRITE | ABI_RIGHT_SOCK_SHUTDOWN)

/* Each answers the guest fd, or -errno. The listener belongs to the host, also where it fails; with host_fd -1
 * it has no socket, and gives only what the app hands over (inbox.h). */
int px_host_add_listener(struct px_host *host, int host_fd);
int px_host_add_base(struct px_host *host, int base_fd, int host_fd);
int px_host_add_device(struct px_host *host);
/* A standard stream of the process, served by the host itself. */
int px_host_add_stream(struct px_host *host, int host_fd);
/* The kernel would not wait for such a descriptor: a regular file, or none that is open. */
bool px_host_is_waitless(int host_fd);
/* Opens the directory `path` for the guest, who sees it as `name`. */
int px_host_add_directory(struct px_host *host, const char *path, const char *name);

/* A connection that the backend can't wait on is closed; the first time, that is told. */
bool px_host_beyond_limit(struct px_host *host, int host_fd);

/* Any thread: ends the guest at its next call, and wakes it where it waits. */
void px_host_stop(struct px_host *host);

static inline bool px_host_stopped(struct px_host *host) {
  return atomic_load_explicit(&host->stopped, memory_order_relaxed);
}

/* The guest is about to wait. */
static inline void px_host_waits(struct px_host *host) {
  void (*tell)(void *) = host->first_wait;
  if (tell == NULL) return;
  host->first_wait = NULL;
  tell(host->first_wait_context);
}

/* The base fd behind a guest fd; -1 where there is none. */
int px_host_base(const struct px_host *host, uint32_t fd);

/* Hands a socket to a backend that does the sockets' I/O. -ENOMEM. */
static inline int px_host_adopt(struct px_host *host, int host_fd, bool listener) {
  return host->io == NULL ? 0 : host->io->adopt(host->poller.backend, host_fd, listener);
}

/* Adds an entry and tells the poller. Guest fd or -errno. */
int px_host_add(struct px_host *host, struct px_entry entry);
/* Forgets the fd everywhere and closes its socket; a base fd stays open. */
void px_host_drop(struct px_host *host, uint32_t fd);

/* Closes a socket of the guest, by the backend where it does the sockets' I/O. */
void px_host_close_socket(struct px_host *host, int host_fd);

/* Waits until `events` (poll(2)) hold for a host descriptor, or with -1 until another thread wakes the
 * host. 0, PX_STOPPED, or a WASI errno. */
int px_host_wait_fd(struct px_host *host, int host_fd, short events);

/* As that, and answers SUCCESS also where another thread wakes the host. */
int px_host_wait_accept(struct px_host *host, int host_fd);

/* Waits 10 ms, or until woken: for what nobody can be asked to wait for. WASI_SUCCESS, or PX_SUSPEND. */
int px_host_rest(struct px_host *host);

/* The answer of a call that waits for the backend, `left_ns` at most. */
int px_host_suspend(struct px_host *host, uint64_t left_ns);

/* A suspended call is about to be made again. */
void px_host_resume(struct px_host *host);

/* What keeps the next look of the backend from waiting, though its descriptor does not tell: something is
 * ready at once. */
bool px_host_pending(struct px_host *host);

/* poll_oneoff.c: the call in three steps, so that no pointer into the memory outlives a wait. */
int px_poll_begin(struct px_host *host, struct px_memory memory, uint32_t subscriptions,
                  uint32_t events, uint32_t count, uint32_t nevents);
int px_poll_wait(struct px_host *host);
int px_poll_finish(struct px_host *host, struct px_memory memory, uint32_t events,
                   uint32_t nevents);

/* wasi_fd.c */
int px_fd_read(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
               uint32_t iovs_length, uint32_t nread);
int px_fd_write(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                uint32_t iovs_length, uint32_t nwritten);
int px_fd_close(struct px_host *host, uint32_t fd);
int px_fd_renumber(struct px_host *host, uint32_t from, uint32_t to, int *replaced_base);
int px_fd_fdstat_get(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t fdstat);
int px_fd_fdstat_set_flags(struct px_host *host, uint32_t fd, uint32_t flags);
int px_fd_fdstat_set_rights(struct px_host *host, uint32_t fd, uint64_t rights,
                            uint64_t inheriting);

/* wasi_clock.c */
int px_clock_res_get(struct px_host *host, struct px_memory memory, uint32_t id,
                     uint32_t resolution);
int px_clock_time_get(struct px_host *host, struct px_memory memory, uint32_t id,
                      uint64_t precision, uint32_t time);

/* wasi_sock.c */
int px_sock_accept(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t flags,
                   uint32_t new_fd);
int px_sock_recv(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                 uint32_t iovs_length, uint32_t ri_flags, uint32_t nread, uint32_t ro_flags);
int px_sock_send(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                 uint32_t iovs_length, uint32_t si_flags, uint32_t nwritten);
int px_sock_shutdown(struct px_host *host, uint32_t fd, uint32_t how);

/* stream.c: bytes through a socket, blocking or not as its entry says. WASI errno or PX_STOPPED. */
int px_stream_read(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                   uint32_t iovs, uint32_t iovs_length, uint32_t ri_flags, uint32_t nread);
int px_stream_write(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                    uint32_t iovs, uint32_t iovs_length, uint32_t nwritten);

#endif
