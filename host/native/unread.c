/* SPDX-License-Identifier: MIT
 * See unread.h. */
#define _GNU_SOURCE
#include "unread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct px_arrival *unread_of(const struct px_host *host, const struct px_entry *entry) {
  return host->attached.items[entry->base_fd];
}

static uint32_t number_of(const struct px_host *host, const struct px_entry *entry) {
  return (uint32_t)(entry - host->table.entries);
}

/* They need no wait; of a socket that has failed nothing more will come. */
static void settle(struct px_host *host, const struct px_arrival *unread, uint32_t fd) {
  uint32_t readiness = PX_READ | (unread->error != 0 ? PX_HANGUP | PX_ERROR : 0u);
  px_poller_override(&host->poller, fd, readiness, false);
}

static void release(struct px_host *host, struct px_entry *entry) {
  free(px_slots_remove(&host->attached, entry->base_fd));
  entry->base_fd = -1;
  px_poller_override(&host->poller, number_of(host, entry), 0, false);
}

int px_unread_attach(struct px_host *host, uint32_t fd, struct px_arrival *arrival) {
  int number = px_slots_add(&host->attached, arrival);
  if (number < 0) return -ENOMEM;
  px_fd_table_get(&host->table, fd)->base_fd = number;
  settle(host, arrival, fd);
  return 0;
}

uint32_t px_unread_left(const struct px_host *host, const struct px_entry *entry) {
  if (!px_has_unread(entry)) return 0;
  const struct px_arrival *unread = unread_of(host, entry);
  return unread->size - unread->at;
}

bool px_unread_fails(const struct px_host *host, const struct px_entry *entry) {
  return px_has_unread(entry) && unread_of(host, entry)->error != 0;
}

uint64_t px_unread_take(struct px_host *host, struct px_entry *entry, struct px_buffers *b, bool peek,
                        int *error) {
  struct px_arrival *unread = unread_of(host, entry);
  uint64_t done = 0;
  *error = 0;
  while (unread->at + done < unread->size && b->at < b->count) {
    const struct iovec *iov = &b->iov[b->at];
    size_t part = unread->size - unread->at - (size_t)done;
    if (part > iov->iov_len) part = iov->iov_len;
    if (part > 0) memcpy(iov->iov_base, unread->bytes + unread->at + done, part);
    done += part;
    px_buffers_advance(b, part);
  }
  if (done == 0) {
    *error = unread->error;
    unread->error = 0;
  } else if (!peek) {
    unread->at += (uint32_t)done;
  }
  if (unread->at == unread->size && unread->error == 0) release(host, entry);
  return done;
}

void px_unread_fail(struct px_host *host, struct px_entry *entry, int error) {
  struct px_arrival *unread;
  if (px_has_unread(entry)) {
    unread = unread_of(host, entry);
    unread->error = error;
    settle(host, unread, number_of(host, entry));
    return;
  }
  unread = px_arrival_make(-1, NULL, NULL, 0);
  if (unread == NULL) return; /* it is lost, and the next read says that the stream has ended */
  unread->error = error;
  if (px_unread_attach(host, number_of(host, entry), unread) < 0) free(unread);
}

void px_unread_moved(struct px_host *host, const struct px_entry *entry, uint32_t to) {
  if (px_has_unread(entry)) settle(host, unread_of(host, entry), to);
}

void px_unread_drop(struct px_host *host, const struct px_entry *entry) {
  if (px_has_unread(entry)) free(px_slots_remove(&host->attached, entry->base_fd));
}
