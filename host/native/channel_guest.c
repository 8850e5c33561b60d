/* SPDX-License-Identifier: MIT
 * See channel_guest.h. */
#define _GNU_SOURCE
#include "channel_guest.h"

#include <errno.h>

#include "requests.h"
#include "transfer.h"

/* What the poller was told is what `told` says. */
static void show(struct px_host *host, struct px_channel *channel) {
  if (channel->guest_fd == PX_NONE || channel->shown == channel->told) return;
  channel->shown = channel->told;
  px_poller_override(&host->poller, channel->guest_fd, channel->told, false);
}

void px_channel_settle(struct px_host *host, struct px_channel *channel) {
  px_channel_look(channel);
  show(host, channel);
}

int px_channel_attach(struct px_host *host, struct px_channel *channel, uint16_t flags,
                      uint64_t rights) {
  int number = px_slots_add(&host->attached, channel);
  if (number < 0) return -ENOMEM;
  int fd = px_host_add(host, (struct px_entry){
                                 .kind = PX_CHANNEL,
                                 .host_fd = PX_NEVER_READY,
                                 .base_fd = number,
                                 .flags = flags,
                                 .rights = rights,
                             });
  if (fd < 0) {
    px_slots_remove(&host->attached, number);
    return fd;
  }
  channel->guest_fd = (uint32_t)fd;
  channel->shown = PX_NONE;
  px_channel_settle(host, channel);
  return fd;
}

/* Waits until the channel is ready, or another thread wakes the host. */
static int wait(struct px_host *host, struct px_channel *channel, uint32_t direction) {
  px_requests_look(host);
  px_channel_settle(host, channel); /* from here on what changes wakes */
  return channel->told & direction ? WASI_SUCCESS : px_host_wait_fd(host, -1, 0);
}

/* After a transfer: `moved` of `asked` bytes, or -errno. */
static void moved_some(struct px_host *host, struct px_channel *channel, uint32_t direction,
                       ssize_t moved, uint64_t asked) {
  if (moved == -EAGAIN || (moved > 0 && (uint64_t)moved < asked))
    px_poller_drained(&host->poller, channel->guest_fd, direction);
  show(host, channel);
}

/* PEEK and WAITALL together: until as much is there, or as much as can be. */
static int wait_for_bytes(struct px_host *host, struct px_channel *channel, uint64_t bytes) {
  int status = WASI_SUCCESS;
  px_channel_set_low_mark(channel, bytes < PX_RING_SIZE ? (uint32_t)bytes : PX_RING_SIZE);
  do {
    status = wait(host, channel, PX_READ);
  } while (status == WASI_SUCCESS && (channel->told & PX_READ) == 0);
  px_channel_set_low_mark(channel, 1);
  return status;
}

int px_channel_read(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                    uint32_t iovs, uint32_t iovs_length, uint32_t ri_flags, uint32_t nread) {
  struct px_buffers b;
  int status = px_buffers_load(&b, memory, iovs, iovs_length);
  if (status != WASI_SUCCESS) return status;
  if (px_at(memory, nread, 4) == NULL) return WASI_FAULT;
  struct px_channel *channel = px_channel_of(host, entry);
  bool blocking = (entry->flags & ABI_FDFLAGS_NONBLOCK) == 0;
  bool all = blocking && (ri_flags & ABI_RI_WAITALL), peek = (ri_flags & ABI_RI_PEEK) != 0;
  if (b.total == 0) return px_transfer_finish(memory, 0, nread, &host->counters.bytes_read);
  if (all && peek) {
    status = wait_for_bytes(host, channel, b.total);
    if (status != WASI_SUCCESS) return status;
    all = false;
  }
  uint64_t done = px_transfer_resume(host, &b);
  for (;;) {
    ssize_t n = px_channel_receive(channel, &b.iov[b.at], b.count - b.at, peek);
    moved_some(host, channel, PX_READ, n, peek ? 0 : b.total - done);
    if (n >= 0) {
      done += (uint64_t)n;
      if (n == 0 || !all || done == b.total) break;
      px_buffers_advance(&b, (size_t)n);
      continue;
    }
    if (n != -EAGAIN && done > 0) {
      if (n == -ECONNRESET) px_channel_fail(channel);
      break;
    }
    if (n != -EAGAIN || !blocking) return px_wasi_errno((int)n);
    status = wait(host, channel, PX_READ);
    if (status == PX_SUSPEND) host->resume_done = done;
    if (status != WASI_SUCCESS) return status;
  }
  return px_transfer_finish(memory, done, nread, peek ? &(uint64_t){0} : &host->counters.bytes_read);
}

int px_channel_write(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                     uint32_t iovs, uint32_t iovs_length, uint32_t nwritten) {
  struct px_buffers b;
  int status = px_buffers_load(&b, memory, iovs, iovs_length);
  if (status != WASI_SUCCESS) return status;
  if (px_at(memory, nwritten, 4) == NULL) return WASI_FAULT;
  struct px_channel *channel = px_channel_of(host, entry);
  bool blocking = (entry->flags & ABI_FDFLAGS_NONBLOCK) == 0;
  uint64_t done = px_transfer_resume(host, &b);
  while (done < b.total) {
    ssize_t n = px_channel_send(channel, &b.iov[b.at], b.count - b.at);
    moved_some(host, channel, PX_WRITE, n, b.total - done);
    if (n >= 0) {
      done += (uint64_t)n;
      if (!blocking) break; /* as write(2): a blocking one takes all */
      px_buffers_advance(&b, (size_t)n);
      continue;
    }
    if (n != -EAGAIN && done > 0) {
      if (n == -ECONNRESET) px_channel_fail(channel);
      break;
    }
    if (n != -EAGAIN || !blocking) return px_wasi_errno((int)n);
    status = wait(host, channel, PX_WRITE);
    if (status == PX_SUSPEND) host->resume_done = done;
    if (status != WASI_SUCCESS) return status;
  }
  return px_transfer_finish(memory, done, nwritten, &host->counters.bytes_written);
}

int px_channel_halve(struct px_host *host, struct px_entry *entry, int how) {
  struct px_channel *channel = px_channel_of(host, entry);
  int status = px_channel_shutdown(channel, how);
  show(host, channel);
  return px_wasi_errno(status);
}

void px_channel_moved(struct px_host *host, const struct px_entry *entry, uint32_t to) {
  struct px_channel *channel = px_channel_of(host, entry);
  channel->guest_fd = to;
  channel->shown = PX_NONE;
  px_channel_settle(host, channel);
}

void px_channel_drop(struct px_host *host, const struct px_entry *entry) {
  px_channel_close(px_slots_remove(&host->attached, entry->base_fd));
}
