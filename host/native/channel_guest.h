/* SPDX-License-Identifier: MIT
 * The guest's end of a channel as its descriptor: kind PX_CHANNEL, no socket, and in base_fd its number among
 * the host's attached things. On the guest's thread. */
#ifndef PX_CHANNEL_GUEST_H
#define PX_CHANNEL_GUEST_H

#include "channel.h"
#include "host.h"

static inline struct px_channel *px_channel_of(const struct px_host *host,
                                               const struct px_entry *entry) {
  return host->attached.items[entry->base_fd];
}

/* Makes a descriptor of an accepted channel, which is taken over. Guest fd, or -errno: it is then still the
 * caller's. */
int px_channel_attach(struct px_host *host, struct px_channel *channel, uint16_t flags,
                      uint64_t rights);

/* Tells the poller what the guest's end is ready for. */
void px_channel_settle(struct px_host *host, struct px_channel *channel);

/* As px_stream_read and px_stream_write. */
int px_channel_read(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                    uint32_t iovs, uint32_t iovs_length, uint32_t ri_flags, uint32_t nread);
int px_channel_write(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                     uint32_t iovs, uint32_t iovs_length, uint32_t nwritten);

/* As sock_shutdown; `how` is shutdown(2)'s. */
int px_channel_halve(struct px_host *host, struct px_entry *entry, int how);

/* The descriptor is now number `to`; or is closed. */
void px_channel_moved(struct px_host *host, const struct px_entry *entry, uint32_t to);
void px_channel_drop(struct px_host *host, const struct px_entry *entry);

#endif
