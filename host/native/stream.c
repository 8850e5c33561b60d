/* SPDX-License-Identifier: MIT
 * Bytes in and out of a connected socket. The host's socket never blocks; where the guest's does,
 * the call waits here and tries again, so that it can be woken. No SIGPIPE. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>

#include "buffers.h"
#include "connect.h"
#include "host.h"
#include "transfer.h"
#include "unread.h"

/* As the calls below, by a backend that does the sockets' I/O. -1 with errno. */
static ssize_t transfer_by_backend(struct px_host *host, int fd, struct px_buffers *b, bool out,
                                   int flags) {
  const struct iovec *first = &b->iov[b->at];
  size_t count = b->count - b->at;
  struct px_backend *backend = host->poller.backend;
  ssize_t n = out ? host->io->send(backend, fd, first, count)
                  : host->io->receive(backend, fd, first, count, (flags & MSG_PEEK) != 0);
  if (n < 0) errno = (int)-n;
  return n < 0 ? -1 : n;
}

static ssize_t transfer(struct px_host *host, int fd, struct px_buffers *b, bool out, int flags) {
  if (host->io != NULL) return transfer_by_backend(host, fd, b, out, flags);
  struct iovec *first = &b->iov[b->at];
  size_t count = b->count - b->at;
  ssize_t n;
  do {
    if (count == 1) {
      if (out) {
        PX_COUNT(&host->counters, send);
        n = send(fd, first->iov_base, first->iov_len, flags);
      } else {
        PX_COUNT(&host->counters, recv);
        n = recv(fd, first->iov_base, first->iov_len, flags);
      }
    } else {
      struct msghdr message = {.msg_iov = first};
      message.msg_iovlen = (__typeof__(message.msg_iovlen))count; /* an int in musl */
      if (out) {
        PX_COUNT(&host->counters, sendmsg);
        n = sendmsg(fd, &message, flags);
      } else {
        PX_COUNT(&host->counters, recvmsg);
        n = recvmsg(fd, &message, flags);
      }
    }
  } while (n < 0 && errno == EINTR && !px_host_stopped(host));
  return n;
}

static void drained(struct px_host *host, const struct px_entry *entry, uint32_t direction) {
  px_poller_drained(&host->poller, (uint32_t)(entry - host->table.entries), direction);
}

/* The guest uses a connection that has no socket yet, or never will have one. */
static int await(struct px_host *host, struct px_entry *entry, uint32_t direction) {
  int status = px_connect_await(host, entry);
  if (status == WASI_AGAIN) drained(host, entry, direction);
  return status;
}

/* Waits for the socket; a call that is to be made again keeps what it moved. */
static int wait_with(struct px_host *host, int fd, short events, uint64_t done) {
  int status = px_host_wait_fd(host, fd, events);
  if (status == PX_SUSPEND) host->resume_done = done;
  return status;
}

static int set_low_mark(struct px_host *host, int fd, int bytes) {
  if (host->io != NULL) return host->io->set_low_mark(host->poller.backend, fd, bytes);
  PX_COUNT(&host->counters, setsockopt);
  return setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes) < 0 ? -errno : 0;
}

/* PEEK and WAITALL together on a blocking socket: the kernel is asked to report readiness only
 * once as much is there, since peeked bytes would keep it ready for ever. */
static int wait_for_bytes(struct px_host *host, int fd, uint64_t bytes) {
  int marked = set_low_mark(host, fd, bytes > INT_MAX ? INT_MAX : (int)bytes);
  if (marked < 0) return px_wasi_errno(marked);
  int status = px_host_wait_fd(host, fd, POLLIN);
  /* A call that is to be made again is woken by the mark. */
  if (status != PX_SUSPEND) set_low_mark(host, fd, 1);
  return status;
}

int px_stream_read(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                   uint32_t iovs, uint32_t iovs_length, uint32_t ri_flags, uint32_t nread) {
  struct px_buffers b;
  int status = px_buffers_load(&b, memory, iovs, iovs_length);
  if (status != WASI_SUCCESS) return status;
  if (px_at(memory, nread, 4) == NULL) return WASI_FAULT;
  bool blocking = (entry->flags & ABI_FDFLAGS_NONBLOCK) == 0;
  bool all = blocking && (ri_flags & ABI_RI_WAITALL), peek = (ri_flags & ABI_RI_PEEK) != 0;
  if (entry->host_fd < 0) {
    status = await(host, entry, PX_READ);
    if (status != WASI_SUCCESS) return status;
  }
  if (b.total == 0) return px_transfer_finish(memory, 0, nread, &host->counters.bytes_read);
  uint64_t left = px_unread_left(host, entry);
  if (all && peek) {
    if (left < b.total) status = wait_for_bytes(host, entry->host_fd, b.total - left);
    if (status != WASI_SUCCESS) return status;
    all = false;
  }
  uint64_t done = px_transfer_resume(host, &b);
  if (left > 0 || (done == 0 && px_has_unread(entry))) {
    int error;
    done += px_unread_take(host, entry, &b, peek, &error);
    if (error != 0) return px_wasi_errno(error);
  }
  while (done < b.total && !px_unread_fails(host, entry)) {
    ssize_t n = transfer(host, entry->host_fd, &b, false, peek ? MSG_PEEK : 0);
    if (n >= 0) {
      done += (uint64_t)n;
      /* Less than asked for is all that there was; the end of the stream is there for ever. */
      if (n > 0 && done < b.total && !peek) drained(host, entry, PX_READ);
      if (n == 0 || !all || done == b.total) break;
      px_buffers_advance(&b, (size_t)n);
      continue;
    }
    if (px_host_stopped(host)) return PX_STOPPED;
    if (errno == EAGAIN) drained(host, entry, PX_READ);
    if (done > 0 && (errno != EAGAIN || !all)) {
      if (errno != EAGAIN) px_unread_fail(host, entry, errno);
      break;
    }
    if (errno != EAGAIN || !blocking) return px_wasi_errno(errno);
    status = wait_with(host, entry->host_fd, POLLIN, done);
    if (status != WASI_SUCCESS) return status;
  }
  return px_transfer_finish(memory, done, nread, peek ? &(uint64_t){0} : &host->counters.bytes_read);
}

int px_stream_write(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                    uint32_t iovs, uint32_t iovs_length, uint32_t nwritten) {
  struct px_buffers b;
  int status = px_buffers_load(&b, memory, iovs, iovs_length);
  if (status != WASI_SUCCESS) return status;
  if (px_at(memory, nwritten, 4) == NULL) return WASI_FAULT;
  bool blocking = (entry->flags & ABI_FDFLAGS_NONBLOCK) == 0;
  if (entry->host_fd < 0) {
    status = await(host, entry, PX_WRITE);
    if (status != WASI_SUCCESS) return status;
  }
  uint64_t done = px_transfer_resume(host, &b);
  while (done < b.total) {
    ssize_t n = transfer(host, entry->host_fd, &b, true, MSG_NOSIGNAL);
    if (n >= 0) {
      done += (uint64_t)n;
      if (done < b.total)
        drained(host, entry, PX_WRITE);
      else
        px_poller_wrote(&host->poller, (uint32_t)(entry - host->table.entries));
      if (!blocking) break; /* as write(2): a blocking one takes all */
      px_buffers_advance(&b, (size_t)n);
      continue;
    }
    if (px_host_stopped(host)) return PX_STOPPED;
    if (errno == EAGAIN) drained(host, entry, PX_WRITE);
    if (errno != EAGAIN || !blocking) {
      if (done > 0) break;
      return px_wasi_errno(errno);
    }
    status = wait_with(host, entry->host_fd, POLLOUT, done);
    if (status != WASI_SUCCESS) return status;
  }
  return px_transfer_finish(memory, done, nwritten, &host->counters.bytes_written);
}
