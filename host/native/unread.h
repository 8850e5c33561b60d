/* SPDX-License-Identifier: MIT
 * What comes before a socket's own data: bytes that the app had read before it handed the socket off; and an
 * errno that the socket has told already, behind them. The guest reads them first, and sees one stream. Once
 * they are used up the entry is as any other. */
#ifndef PX_UNREAD_H
#define PX_UNREAD_H

#include "buffers.h"
#include "host.h"

static inline bool px_has_unread(const struct px_entry *entry) {
  return entry->kind == PX_STREAM && entry->host_fd >= 0 && entry->base_fd >= 0;
}

/* Gives the bytes of `arrival`, which is taken over, to the entry of guest fd `fd`. -ENOMEM: it is still
 * the caller's. */
int px_unread_attach(struct px_host *host, uint32_t fd, struct px_arrival *arrival);

/* How many bytes are left, and whether an errno stands behind them. */
uint32_t px_unread_left(const struct px_host *host, const struct px_entry *entry);
bool px_unread_fails(const struct px_host *host, const struct px_entry *entry);

/* Moves bytes into the buffers; `peek` leaves them where they are. Answers how many; 0 with `*error` set where
 * the errno is due, which is told once. */
uint64_t px_unread_take(struct px_host *host, struct px_entry *entry, struct px_buffers *b, bool peek,
                        int *error);

/* A call that moved bytes met an error behind them, which the kernel tells once: the next call tells it. */
void px_unread_fail(struct px_host *host, struct px_entry *entry, int error);

/* The entry is now that of guest fd `to`; or goes away. */
void px_unread_moved(struct px_host *host, const struct px_entry *entry, uint32_t to);
void px_unread_drop(struct px_host *host, const struct px_entry *entry);

#endif
