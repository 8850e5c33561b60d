/* SPDX-License-Identifier: MIT
 * See host.h: opening, closing, adding, stopping. */
#define _GNU_SOURCE
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backlog.h"
#include "channel_guest.h"
#include "connect.h"
#include "ending.h"
#include "latch.h"
#include "limits.h"
#include "requests.h"
#include "socket_file.h"
#include "turns.h"
#include "unread.h"

#define REST_MS 10
#define FLUSH_NS INT64_C(5000000000)
#define LISTENER_RIGHTS (PX_STREAM_RIGHTS | ABI_RIGHT_SOCK_ACCEPT)

int px_host_open(struct px_host *host, const struct px_backend_ops *ops) {
  memset(host, 0, sizeof *host);
  host->ops = ops;
  host->io = ops->io;
  px_subscriptions_init(&host->subs);
  /* A pipe and no eventfd: that sends no signal, and sigio waits for signals. */
  int wake[2];
  if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0) return -errno;
  host->wake_fd = wake[0];
  host->wake_write_fd = wake[1];
  int status = px_poller_open(&host->poller, ops, &host->table, host->wake_fd, &host->counters);
  if (status < 0) {
    close(host->wake_fd);
    close(host->wake_write_fd);
    return status;
  }
  px_inbox_open(&host->inbox);
  if (host->io != NULL) px_ending_add(host->io->abandon, host->poller.backend, true);
  for (int fd = 0; fd < 3; fd++) host->stdio_flags[fd] = fcntl(fd, F_GETFL);
  return 0;
}

/* What the backend has accepted and the guest has not: for the next one. A guest that drains has been given all. */
static void leave_backlog(struct px_host *host) {
  if (!host->keeps_backlog || host->draining || host->io == NULL) return;
  struct px_backend *backend = host->poller.backend;
  for (uint32_t fd = 0; fd < host->listeners_end; fd++) {
    const struct px_entry *entry = px_fd_table_get(&host->table, fd);
    if (entry == NULL || entry->kind != PX_LISTENER || entry->host_fd < 0) continue;
    host->io->stop_accepting(backend, entry->host_fd);
    for (int accepted; (accepted = host->io->accept(backend, entry->host_fd)) >= 0;) {
      /* The backend has still to let go of its own descriptor. */
      int copy = fcntl(accepted, F_DUPFD_CLOEXEC, 3);
      host->io->close(backend, accepted);
      if (copy >= 0) px_backlog_leave(entry->host_fd, copy);
    }
  }
}

static void take_backlog(struct px_host *host, uint32_t listener, int host_fd) {
  for (int fd; (fd = px_backlog_take(host_fd)) >= 0;) {
    struct px_arrival *arrival = px_arrival_make(fd, NULL, NULL, 0);
    if (arrival == NULL)
      close(fd);
    else if (px_inbox_put(host, listener, arrival) < 0)
      px_arrival_refuse(arrival);
  }
}

void px_host_close(struct px_host *host) {
  if (host->closed) return;
  leave_backlog(host);
  host->closed = true;
  for (uint32_t fd = 0; fd < host->table.room; fd++)
    if (host->table.entries[fd].kind != PX_FREE) px_host_drop(host, fd);
  px_connector_close(host);
  if (host->io != NULL) {
    /* The kernel would go on to send what a closed connection had written; who was stopped can't wait. */
    host->io->flush(host->poller.backend, host->wake_fd, px_host_stopped(host) ? 0 : FLUSH_NS);
    px_ending_remove(host->io->abandon, host->poller.backend);
  }
  px_poller_close(&host->poller);
  px_subscriptions_destroy(&host->subs);
  px_fd_table_destroy(&host->table);
  px_slots_destroy(&host->attached);
  px_inbox_close(&host->inbox);
  for (uint32_t i = 0; i < host->preopen_count; i++) free(host->preopens[i]);
  free(host->preopens);
  close(host->wake_fd);
  close(host->wake_write_fd);
  /* A guest may have made standard input non-blocking, and that is a property of the open file,
   * which the shell shares: leave it as it was. */
  for (int fd = 0; fd < 3; fd++) {
    int flags = host->stdio_flags[fd];
    if (flags >= 0 && fcntl(fd, F_GETFL) != flags) fcntl(fd, F_SETFL, flags);
  }
}

int px_host_add(struct px_host *host, struct px_entry entry) {
  if (host->closed) return -EBADF;
  if (host->limits.descriptors != 0 && host->table.open >= host->limits.descriptors) {
    host->counters.refused_descriptors++;
    return -EMFILE;
  }
  int fd = px_fd_table_add(&host->table, entry);
  if (fd < 0) return fd;
  bool listener = entry.kind == PX_LISTENER;
  if (entry.host_fd >= 0 && (listener || entry.kind == PX_STREAM) &&
      px_host_adopt(host, entry.host_fd, listener) < 0) {
    px_fd_table_remove(&host->table, (uint32_t)fd);
    return -ENOMEM;
  }
  if (px_is_connection(&entry)) PX_STORE(host->counters.open_connections, host->counters.open_connections + 1);
  if (listener && (uint32_t)fd >= host->listeners_end) host->listeners_end = (uint32_t)fd + 1;
  uint32_t key = px_poller_key(&host->poller, (uint32_t)fd);
  if (key != 0 && host->poller.watches[key].want != 0) px_poller_touch(&host->poller, key);
  return fd;
}

void px_host_close_socket(struct px_host *host, int host_fd) {
  if (host->io != NULL) {
    host->io->close(host->poller.backend, host_fd);
    return;
  }
  PX_COUNT(&host->counters, close);
  close(host_fd);
}

static int add_listener(struct px_host *host, int host_fd) {
  if (px_inbox_add_listener(host, PX_NONE) < 0) return -ENOMEM;
  int fd = px_host_add(host, (struct px_entry){
                                 .kind = PX_LISTENER,
                                 .host_fd = host_fd < 0 ? PX_NEVER_READY : host_fd,
                                 .base_fd = -1,
                                 .flags = ABI_FDFLAGS_NONBLOCK,
                                 .rights = LISTENER_RIGHTS,
                                 .rights_inheriting = PX_STREAM_RIGHTS,
                             });
  if (fd < 0)
    px_inbox_remove_listener(host, PX_NONE);
  else
    px_inbox_move_listener(host, PX_NONE, (uint32_t)fd);
  return fd;
}

int px_host_add_listener(struct px_host *host, int host_fd) {
  if (host_fd < 0) return add_listener(host, host_fd);
  int status = host->ops->fd_limit != 0 && host_fd >= host->ops->fd_limit ? -ERANGE : 0;
  /* Host sockets never block; a guest's blocking call waits in px_host_wait_fd, where it can be
   * woken. The guest sees a non-blocking listener, as under Wasmtime. */
  int flags = fcntl(host_fd, F_GETFL);
  if (status == 0 && (flags < 0 || fcntl(host_fd, F_SETFL, flags | O_NONBLOCK) < 0))
    status = -errno;
  if (status == 0) status = add_listener(host, host_fd);
  if (status < 0) {
    px_socket_file_closed(host_fd);
    close(host_fd);
  } else {
    take_backlog(host, (uint32_t)status, host_fd);
  }
  return status;
}

bool px_host_beyond_limit(struct px_host *host, int host_fd) {
  int limit = host->ops->fd_limit;
  if (limit == 0 || host_fd < limit) return false;
  PX_COUNT(&host->counters, close);
  close(host_fd);
  if (host->warned_fd_limit || host->warn == NULL) return true;
  host->warned_fd_limit = true;
  char message[256];
  snprintf(message, sizeof message,
           "backend %s can wait on descriptors below %d only (FD_SETSIZE); a connection got %d and "
           "was refused with EMFILE. Use --backend poll or epoll for more. This is said once.",
           host->ops->name, limit, host_fd);
  host->warn(host->warn_context, message);
  return true;
}

bool px_host_is_waitless(int host_fd) {
  struct stat stat;
  if (fstat(host_fd, &stat) < 0) return true; /* closed: each call on it says EBADF */
  return S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode) || S_ISBLK(stat.st_mode);
}

int px_host_add_base(struct px_host *host, int base_fd, int host_fd) {
  return px_host_add(host, (struct px_entry){.kind = PX_BASE,
                                             .host_fd = host_fd,
                                             .base_fd = base_fd,
                                             .waitless = px_host_is_waitless(host_fd)});
}

int px_host_add_device(struct px_host *host) {
  return px_host_add(host, (struct px_entry){
                               .kind = PX_DEVICE,
                               .host_fd = -1,
                               .base_fd = -1,
                               .rights = ABI_RIGHT_PATH_OPEN | ABI_RIGHT_PATH_READLINK,
                               .rights_inheriting = PX_STREAM_RIGHTS,
                           });
}

void px_host_drop(struct px_host *host, uint32_t fd) {
  struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (entry == NULL) return;
  /* Only the descriptor of an accepted connection or of a file that we opened is surely the last one
   * of its open file; a listener or standard input may be shared with another process, and the kernel
   * would then go on to report it after our close. */
  px_poll_set_forget(host, fd);
  px_poller_forget(&host->poller, fd, entry->kind == PX_STREAM || (entry->kind == PX_FILE && !entry->borrowed));
  if (entry->kind == PX_LISTENER) px_inbox_remove_listener(host, fd);
  if (entry->kind == PX_CHANNEL) {
    px_channel_drop(host, entry);
  } else if (entry->kind == PX_STREAM && entry->host_fd < 0) {
    px_connect_cancel(host, entry);
  } else if ((entry->kind == PX_LISTENER || entry->kind == PX_STREAM) && entry->host_fd >= 0) {
    if (entry->kind == PX_LISTENER) px_socket_file_closed(entry->host_fd);
    px_unread_drop(host, entry);
    px_host_close_socket(host, entry->host_fd);
  } else if (entry->kind == PX_FILE && !entry->borrowed) {
    close(entry->base_fd);
  }
  if (px_is_connection(entry)) PX_STORE(host->counters.open_connections, host->counters.open_connections - 1);
  px_fd_table_remove(&host->table, fd);
  px_limits_closed(host);
}

void px_host_stop(struct px_host *host) {
  atomic_store(&host->stopped, true);
  /* The only failure is a full pipe, and then the guest is being woken already. */
  ssize_t ignored = write(host->wake_write_fd, "", 1);
  (void)ignored;
}

int px_host_base(const struct px_host *host, uint32_t fd) {
  const struct px_entry *entry = px_fd_table_get(&host->table, fd);
  return entry != NULL && entry->kind == PX_BASE ? entry->base_fd : -1;
}

/* A wake without a stop is drained, or the next wait would spin. */
static void drain_wake(struct px_host *host) {
  char wakes[64];
  ssize_t ignored = read(host->wake_fd, wakes, sizeof wakes);
  (void)ignored;
}

void px_host_resume(struct px_host *host) {
  host->resuming = true;
  /* The backend's own wait drains it else. */
  if (!host->awaits.backend) drain_wake(host);
}

int px_host_suspend(struct px_host *host, uint64_t left_ns) {
  host->awaits = (struct px_await){.backend = true, .fd = -1, .left_ns = left_ns};
  return PX_SUSPEND;
}

static int suspend_for_fd(struct px_host *host, int fd, short events, uint64_t left_ns) {
  px_turn_end(host);
  host->awaits = (struct px_await){.fd = fd, .events = events, .left_ns = left_ns};
  return PX_SUSPEND;
}

bool px_host_pending(struct px_host *host) {
  struct px_poller *poller = &host->poller;
  px_requests_look(host);
  px_poller_settle(poller, poller->awaited);
  if (poller->immediate_count > 0 && px_poller_any_immediate(poller)) return true;
  if (poller->candidate_count > 0 && px_latch_prepare(poller) > 0) return true;
  return host->ops->watched != NULL && host->ops->watched(poller->backend);
}

int px_host_rest(struct px_host *host) {
  px_host_waits(host);
  if (host->suspends) {
    struct pollfd none = {.fd = -1};
    if (host->io != NULL) host->io->look(host->poller.backend, &none); /* sends what was written */
    return suspend_for_fd(host, -1, 0, REST_MS * UINT64_C(1000000));
  }
  px_turn_end(host);
  struct pollfd wake = {.fd = host->wake_fd, .events = POLLIN};
  PX_COUNT(&host->counters, poll);
  if (poll(&wake, 1, REST_MS) > 0 && !px_host_stopped(host)) drain_wake(host);
  px_turn_begin(host);
  px_requests_look(host);
  return WASI_SUCCESS;
}

/* In an event loop: what is there already needs no wait. */
static int look_at_fd(struct px_host *host, int host_fd, short events, bool wakes) {
  struct pollfd fd = {.fd = host_fd, .events = events};
  if (px_host_stopped(host)) return PX_STOPPED;
  bool asked = atomic_load(&host->requests) != 0;
  px_requests_look(host);
  if (asked && wakes) return WASI_SUCCESS;
  if (host->io != NULL) {
    struct px_backend *backend = host->poller.backend;
    if (host->io->look(backend, &fd) > 0) return WASI_SUCCESS;
    return suspend_for_fd(host, host->ops->descriptor(backend), POLLIN, UINT64_MAX);
  }
  PX_COUNT(&host->counters, poll);
  if (host_fd >= 0 && poll(&fd, 1, 0) > 0) return WASI_SUCCESS;
  return suspend_for_fd(host, host_fd, events, UINT64_MAX);
}

/* `wakes`: a wake by another thread ends it. */
static int wait_fd(struct px_host *host, int host_fd, short events, bool wakes) {
  px_host_waits(host);
  if (host->suspends) return look_at_fd(host, host_fd, events, wakes);
  for (;;) {
    struct pollfd fds[2] = {{.fd = host_fd, .events = events},
                            {.fd = host->wake_fd, .events = POLLIN}};
    int n;
    if (host->io != NULL) {
      n = host->io->poll(host->poller.backend, fds);
    } else {
      PX_COUNT(&host->counters, poll);
      n = poll(fds, 2, -1);
    }
    if (px_host_stopped(host)) return PX_STOPPED;
    if (n < 0 && errno != EINTR) return px_wasi_errno(errno);
    if (n > 0 && fds[1].revents != 0) {
      drain_wake(host);
      px_requests_look(host);
      if (wakes) return WASI_SUCCESS;
    }
    if (n > 0 && fds[0].revents != 0) return WASI_SUCCESS;
  }
}

int px_host_wait_fd(struct px_host *host, int host_fd, short events) {
  if (!host->suspends) px_turn_end(host);
  int status = wait_fd(host, host_fd, events, host_fd < 0);
  if (!host->suspends) px_turn_begin(host);
  return status;
}

int px_host_wait_accept(struct px_host *host, int host_fd) {
  if (!host->suspends) px_turn_end(host);
  int status = wait_fd(host, host_fd < 0 ? -1 : host_fd, POLLIN, true);
  if (!host->suspends) px_turn_begin(host);
  return status;
}
