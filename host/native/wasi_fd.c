/* SPDX-License-Identifier: MIT
 * The fd_* functions of preview 1 that every kind of descriptor has. For one of the base WASI they
 * answer PX_DELEGATE. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>

#include "channel_guest.h"
#include "connect.h"
#include <sys/socket.h>

#include "host.h"
#include "limits.h"
#include "unread.h"
#include "wasi_files.h"

/* The entry of a connected socket or file that may do `right`, or NULL with the answer in `status`. */
static struct px_entry *stream(struct px_host *host, uint32_t fd, uint64_t right, int *status) {
  struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (px_host_stopped(host))
    *status = PX_STOPPED;
  else if (entry == NULL || entry->kind == PX_DEVICE)
    *status = WASI_BADF;
  else if (entry->kind == PX_BASE)
    *status = PX_DELEGATE;
  else if (entry->kind == PX_FILE && entry->filetype == ABI_FILETYPE_DIRECTORY)
    *status = WASI_ISDIR;
  else if ((entry->rights & right) == 0)
    *status = WASI_NOTCAPABLE;
  else if (entry->kind == PX_LISTENER)
    *status = WASI_NOTCONN;
  else
    return entry;
  return NULL;
}

/* node:wasi multiplies the number of buffers in 32 bits and copies them all: it is handed an array
 * that lies within the memory, and imports.c sees to it that the array is short. */
static int check_buffers(struct px_memory memory, uint32_t iovs, uint32_t iovs_length) {
  return px_at(memory, iovs, (uint64_t)iovs_length * ABI_IOVEC_SIZE) != NULL ? PX_DELEGATE
                                                                             : WASI_FAULT;
}

/* A standard stream of a guest that blocks on it: wait where a stop can wake us. */
static int wait_for_base(struct px_host *host, uint32_t fd, bool out) {
  const struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (entry->host_fd < 0 || (out && entry->waitless)) return WASI_SUCCESS;
  PX_COUNT(&host->counters, fcntl);
  if (fcntl(entry->host_fd, F_GETFL) & O_NONBLOCK) return WASI_SUCCESS;
  return out ? px_wait_for_room(host, entry->host_fd) : px_host_wait_fd(host, entry->host_fd, POLLIN);
}

int px_fd_read(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
               uint32_t iovs_length, uint32_t nread) {
  int status;
  struct px_entry *entry = stream(host, fd, ABI_RIGHT_FD_READ, &status);
  if (entry == NULL || entry->kind == PX_FILE) px_poller_unmute(&host->poller, fd);
  if (entry != NULL && entry->kind == PX_POLL_SET)
    return px_poll_set_read(host, memory, iovs, iovs_length, nread);
  if (entry != NULL && entry->kind == PX_FILE)
    return px_file_read(host, memory, entry, iovs, iovs_length, nread);
  if (entry != NULL && entry->kind == PX_CHANNEL)
    return px_channel_read(host, memory, entry, iovs, iovs_length, 0, nread);
  if (entry != NULL) return px_stream_read(host, memory, entry, iovs, iovs_length, 0, nread);
  if (status != PX_DELEGATE) return status;
  int waited = wait_for_base(host, fd, false);
  return waited == WASI_SUCCESS ? check_buffers(memory, iovs, iovs_length) : waited;
}

int px_fd_write(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                uint32_t iovs_length, uint32_t nwritten) {
  int status;
  struct px_entry *entry = stream(host, fd, ABI_RIGHT_FD_WRITE, &status);
  if (entry == NULL || entry->kind == PX_FILE) px_poller_unmute(&host->poller, fd);
  if (entry != NULL && entry->kind == PX_POLL_SET)
    return px_poll_set_write(host, memory, iovs, iovs_length, nwritten);
  if (entry != NULL && entry->kind == PX_FILE)
    return px_file_write(host, memory, entry, iovs, iovs_length, nwritten);
  if (entry != NULL && entry->kind == PX_CHANNEL)
    return px_channel_write(host, memory, entry, iovs, iovs_length, nwritten);
  if (entry != NULL) return px_stream_write(host, memory, entry, iovs, iovs_length, nwritten);
  if (status != PX_DELEGATE) return status;
  int waited = wait_for_base(host, fd, true);
  return waited == WASI_SUCCESS ? check_buffers(memory, iovs, iovs_length) : waited;
}

int px_fd_close(struct px_host *host, uint32_t fd) {
  if (px_host_stopped(host)) return PX_STOPPED;
  struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (entry == NULL) return WASI_BADF;
  if (entry->kind == PX_BASE) return PX_DELEGATE; /* dropped once the base has closed it */
  /* The embedder keeps a descriptor of it, and nobody else is to come. */
  if (entry->kind == PX_LISTENER && host->owns_listeners && !host->draining && entry->host_fd >= 0)
    shutdown(entry->host_fd, SHUT_RDWR);
  px_host_drop(host, fd);
  return WASI_SUCCESS;
}

int px_fd_renumber(struct px_host *host, uint32_t from, uint32_t to, int *replaced_base) {
  if (px_host_stopped(host)) return PX_STOPPED;
  struct px_entry *source = px_fd_table_get(&host->table, from);
  struct px_entry *target = px_fd_table_get(&host->table, to);
  *replaced_base = -1;
  /* Both must be open, as in other runtimes: this is no dup2 into free numbers. */
  if (source == NULL || target == NULL) return WASI_BADF;
  if (from == to) return WASI_SUCCESS;
  if (target->kind == PX_BASE) *replaced_base = target->base_fd;
  bool set = source->kind == PX_POLL_SET;
  if (!set) px_poll_set_forget(host, from);
  px_poller_forget(&host->poller, from, false);
  struct px_entry moved = *source;
  if (moved.kind == PX_STREAM) px_connect_moved(host, &moved, to);
  px_host_drop(host, to);
  px_fd_table_remove(&host->table, from);
  host->table.entries[to] = moved; /* drop touched the watch of `to` */
  host->table.open++;
  px_unread_moved(host, &moved, to);
  if (moved.kind == PX_CHANNEL) px_channel_moved(host, &moved, to);
  if (moved.kind == PX_LISTENER) {
    if (to >= host->listeners_end) host->listeners_end = to + 1;
    px_inbox_move_listener(host, from, to);
    px_limits_apply(host);
  }
  if (set) host->set.fd = to;
  return WASI_SUCCESS;
}

int px_fd_fdstat_get(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t fdstat) {
  const struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (entry == NULL) return WASI_BADF;
  if (entry->kind == PX_BASE) return PX_DELEGATE;
  uint8_t *out = px_at(memory, fdstat, ABI_FDSTAT_SIZE);
  if (out == NULL) return WASI_FAULT;
  memset(out, 0, ABI_FDSTAT_SIZE);
  bool file = entry->kind == PX_FILE;
  out[ABI_FDSTAT_FILETYPE] = file                       ? entry->filetype
                             : entry->kind == PX_DEVICE ? ABI_FILETYPE_DIRECTORY
                             : entry->kind == PX_POLL_SET ? ABI_FILETYPE_CHARACTER_DEVICE
                                                        : ABI_FILETYPE_SOCKET_STREAM;
  px_put_uint16_t(out + ABI_FDSTAT_FLAGS, file ? px_file_fdflags(entry) : entry->flags);
  px_put_uint64_t(out + ABI_FDSTAT_RIGHTS, entry->rights);
  px_put_uint64_t(out + ABI_FDSTAT_INHERITING, entry->rights_inheriting);
  return WASI_SUCCESS;
}

int px_fd_fdstat_set_flags(struct px_host *host, uint32_t fd, uint32_t flags) {
  struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (entry == NULL) return WASI_BADF;
  if (entry->kind == PX_BASE) return PX_DELEGATE;
  if (entry->kind == PX_FILE)
    return entry->rights & ABI_RIGHT_FD_FDSTAT_SET_FLAGS ? px_file_set_fdflags(entry, flags)
                                                         : WASI_NOTCAPABLE;
  if ((flags & ~(uint32_t)ABI_FDFLAGS_NONBLOCK) != 0 || entry->kind == PX_DEVICE)
    return WASI_INVAL; /* append, dsync and so on say nothing about a stream */
  if ((entry->rights & ABI_RIGHT_FD_FDSTAT_SET_FLAGS) == 0) return WASI_NOTCAPABLE;
  entry->flags = (uint16_t)flags;
  return WASI_SUCCESS;
}

int px_fd_fdstat_set_rights(struct px_host *host, uint32_t fd, uint64_t rights,
                            uint64_t inheriting) {
  struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (entry == NULL) return WASI_BADF;
  if (entry->kind == PX_BASE) return PX_DELEGATE;
  if ((rights & ~entry->rights) != 0 || (inheriting & ~entry->rights_inheriting) != 0)
    return WASI_NOTCAPABLE; /* rights only ever shrink */
  entry->rights = rights;
  entry->rights_inheriting = inheriting;
  return WASI_SUCCESS;
}
