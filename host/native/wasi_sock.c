/* SPDX-License-Identifier: MIT
 * The sock_* functions of preview 1. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel_guest.h"
#include "host.h"
#include "limits.h"
#include "requests.h"
#include "unread.h"

enum { REFUSED_AT_ONCE = 128 };

static struct px_entry *socket_entry(struct px_host *host, uint32_t fd, uint64_t right,
                                     int *status) {
  struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (px_host_stopped(host))
    *status = PX_STOPPED;
  else if (entry == NULL)
    *status = WASI_BADF;
  else if (entry->kind != PX_LISTENER && entry->kind != PX_STREAM && entry->kind != PX_CHANNEL)
    *status = WASI_NOTSOCK;
  else if ((entry->rights & right) == 0 && (right != ABI_RIGHT_SOCK_ACCEPT || entry->kind == PX_LISTENER))
    *status = WASI_NOTCAPABLE;
  else
    return entry;
  return NULL;
}

/* A host descriptor, or -1 with errno. */
static int take_connection(struct px_host *host, int listener_fd) {
  if (host->io != NULL) {
    int host_fd = host->io->accept(host->poller.backend, listener_fd);
    if (host_fd < 0) errno = -host_fd;
    return host_fd < 0 ? -1 : host_fd;
  }
  PX_COUNT(&host->counters, accept4);
  return accept4(listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Accepts once, waiting where the listener blocks: a host descriptor (-1: a channel), or -1 with the answer in
 * `status`. */
static int accept_one(struct px_host *host, const struct px_entry *listener, bool blocking,
                      struct px_arrival **arrival, int *status) {
  uint32_t fd = (uint32_t)(listener - host->table.entries);
  for (;;) {
    px_requests_look(host);
    *arrival = px_inbox_take(host, fd);
    if (*arrival != NULL) return (*arrival)->host_fd;
    /* What the kernel has is for whoever shares the socket; what the backend has accepted is ours. */
    int host_fd = -1;
    errno = EAGAIN;
    if (listener->host_fd >= 0 && (!host->draining || host->io != NULL))
      host_fd = take_connection(host, listener->host_fd);
    if (host_fd >= 0) return host_fd;
    if (px_host_stopped(host)) {
      *status = PX_STOPPED;
      return -1;
    }
    if (errno == EINTR) continue;
    if ((errno == EAGAIN || errno == EINVAL) && host->draining) {
      *status = WASI_INVAL;
      return -1;
    }
    if (errno == EAGAIN) {
      px_host_waits(host); /* a guest may have no other wait than to ask again and again */
      errno = EAGAIN;
      px_poller_drained(&host->poller, fd, PX_READ);
    }
    *status = px_wasi_errno(errno);
    if (errno != EAGAIN || !blocking) return -1;
    *status = px_host_wait_accept(host, listener->host_fd);
    if (*status != WASI_SUCCESS) return -1;
  }
}

/* As accept_one, and refuses what the backend can't wait on. A guest rests after EMFILE, so those that
 * wait behind the first one are refused with it: they need not learn it one by one. */
static int accept_within_limit(struct px_host *host, const struct px_entry *listener,
                               struct px_arrival **arrival, int *status) {
  bool blocking = (listener->flags & ABI_FDFLAGS_NONBLOCK) == 0;
  for (int refused = 0; refused < REFUSED_AT_ONCE; refused++) {
    int host_fd = accept_one(host, listener, blocking && refused == 0, arrival, status);
    if (*arrival != NULL) return host_fd;
    if (host_fd >= 0 && !px_host_beyond_limit(host, host_fd)) return host_fd;
    if (host_fd < 0) {
      if (refused > 0 && *status != PX_STOPPED) *status = WASI_MFILE;
      return -1;
    }
  }
  *status = WASI_MFILE;
  return -1;
}

static bool is_no_room(int status) {
  return status == WASI_MFILE || status == WASI_NFILE || status == WASI_NOBUFS || status == WASI_NOMEM;
}

/* The guest fd of an accepted socket; -errno: it is closed. */
static int add_socket(struct px_host *host, int host_fd, uint16_t flags, uint64_t rights) {
  int fd = px_host_add(host, (struct px_entry){
                                 .kind = PX_STREAM,
                                 .host_fd = host_fd,
                                 .base_fd = -1,
                                 .flags = flags,
                                 .rights = rights,
                             });
  if (fd < 0) px_host_close_socket(host, host_fd);
  return fd;
}

/* The guest fd of what the app has given to `listener`; -errno: it is refused. */
static int take_in(struct px_host *host, uint32_t listener, struct px_arrival *arrival, uint16_t flags) {
  uint64_t rights = px_fd_table_get(&host->table, listener)->rights_inheriting;
  int fd;
  if (px_inbox_is_empty(host, listener)) px_limits_apply(host);
  if (arrival->channel != NULL) {
    fd = px_channel_attach(host, arrival->channel, flags, rights);
    if (fd >= 0) arrival->channel = NULL;
  } else {
    fd = add_socket(host, arrival->host_fd, flags, rights);
    arrival->host_fd = -1;
    if (fd >= 0 && arrival->size > 0) {
      if (px_unread_attach(host, (uint32_t)fd, arrival) == 0) return fd;
      px_host_drop(host, (uint32_t)fd);
      fd = -ENOMEM;
    }
  }
  px_arrival_refuse(arrival);
  return fd;
}

int px_sock_accept(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t flags,
                   uint32_t new_fd) {
  int status;
  struct px_entry *listener = socket_entry(host, fd, ABI_RIGHT_SOCK_ACCEPT, &status);
  if (listener == NULL) return status;
  /* The flags are the new descriptor's; whether this call waits is the listener's own flag. */
  if ((flags & ~(uint32_t)ABI_FDFLAGS_ALL) != 0) return WASI_INVAL;
  uint8_t *out = px_at(memory, new_fd, 4);
  if (out == NULL) return WASI_FAULT;
  if (listener->kind != PX_LISTENER) return WASI_INVAL; /* a connection, as accept(2) says */
  bool blocking = (listener->flags & ABI_FDFLAGS_NONBLOCK) == 0;
  while ((status = px_limits_before_accept(host)) == WASI_AGAIN && blocking && !host->draining) {
    status = px_host_rest(host);
    if (status == PX_SUSPEND) return status;
    if (px_host_stopped(host)) return PX_STOPPED;
    px_limits_look(host);
  }
  if (status != WASI_SUCCESS && !(host->draining && status == WASI_AGAIN)) return status;
  struct px_arrival *arrival = NULL;
  int host_fd = accept_within_limit(host, listener, &arrival, &status);
  if (host_fd < 0 && arrival == NULL) {
    if (is_no_room(status)) px_limits_no_room(host);
    return status;
  }
  uint16_t flags_of_new = (uint16_t)(flags & ABI_FDFLAGS_NONBLOCK);
  int guest_fd = arrival != NULL
                     ? take_in(host, fd, arrival, flags_of_new)
                     : add_socket(host, host_fd, flags_of_new, listener->rights_inheriting);
  if (guest_fd < 0) return px_wasi_errno(guest_fd);
  host->counters.accepts++;
  px_limits_accepted(host);
  px_put_uint32_t(out, (uint32_t)guest_fd);
  return WASI_SUCCESS;
}

int px_sock_recv(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                 uint32_t iovs_length, uint32_t ri_flags, uint32_t nread, uint32_t ro_flags) {
  int status;
  struct px_entry *entry = socket_entry(host, fd, ABI_RIGHT_FD_READ, &status);
  if (entry == NULL) return status;
  if (entry->kind == PX_LISTENER) return WASI_NOTCONN;
  if ((ri_flags & ~(uint32_t)(ABI_RI_PEEK | ABI_RI_WAITALL)) != 0) return WASI_INVAL;
  uint8_t *out_flags = px_at(memory, ro_flags, 2);
  if (out_flags == NULL) return WASI_FAULT;
  bool channel = entry->kind == PX_CHANNEL;
  status = channel ? px_channel_read(host, memory, entry, iovs, iovs_length, ri_flags, nread)
                   : px_stream_read(host, memory, entry, iovs, iovs_length, ri_flags, nread);
  if (status == WASI_SUCCESS) px_put_uint16_t(out_flags, 0); /* a stream truncates nothing */
  return status;
}

int px_sock_send(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                 uint32_t iovs_length, uint32_t si_flags, uint32_t nwritten) {
  int status;
  struct px_entry *entry = socket_entry(host, fd, ABI_RIGHT_FD_WRITE, &status);
  if (entry == NULL) return status;
  if (entry->kind == PX_LISTENER) return WASI_NOTCONN;
  if (si_flags != 0) return WASI_INVAL; /* the witx has none */
  return entry->kind == PX_CHANNEL
             ? px_channel_write(host, memory, entry, iovs, iovs_length, nwritten)
             : px_stream_write(host, memory, entry, iovs, iovs_length, nwritten);
}

int px_sock_shutdown(struct px_host *host, uint32_t fd, uint32_t how) {
  int status;
  struct px_entry *entry = socket_entry(host, fd, ABI_RIGHT_SOCK_SHUTDOWN, &status);
  if (entry == NULL) return status;
  if (how == 0 || (how & ~(uint32_t)(ABI_SD_RD | ABI_SD_WR)) != 0) return WASI_INVAL;
  /* A listener is not connected. Linux would end it for every process that shares it. */
  if (entry->kind == PX_LISTENER) return WASI_NOTCONN;
  int host_how = how == ABI_SD_RD ? SHUT_RD : how == ABI_SD_WR ? SHUT_WR : SHUT_RDWR;
  if (entry->kind == PX_CHANNEL) return px_channel_halve(host, entry, host_how);
  if (entry->host_fd < 0) return WASI_NOTCONN; /* still connecting, or never connected */
  int error = 0;
  if (host->io != NULL) {
    error = host->io->shutdown(host->poller.backend, entry->host_fd, host_how);
  } else {
    PX_COUNT(&host->counters, shutdown);
    if (shutdown(entry->host_fd, host_how) < 0) error = errno;
  }
  px_poller_acted(&host->poller, fd);
  return px_wasi_errno(error);
}
