/* SPDX-License-Identifier: MIT
 * One guest's file descriptors: guest fd -> socket or file of ours, descriptor of the base WASI, or
 * the virtual /dev. Numbers are given lowest free first, as POSIX does. */
#ifndef PX_FD_TABLE_H
#define PX_FD_TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum px_kind {
  PX_FREE,
  PX_LISTENER,
  PX_STREAM,
  PX_BASE,
  PX_DEVICE,
  PX_FILE,
  PX_POLL_SET,
  PX_CHANNEL, /* a connection without a socket: channel_guest.h */
};

enum {
  PX_ALWAYS_READY = -1,
  PX_NEVER_READY = -2, /* by itself: somebody else tells */
};

struct px_entry {
  int32_t host_fd; /* what the backend waits on, or one of the two above */
  /* PX_BASE: the base's number; PX_FILE: the host's descriptor, which is ours; of a connection what
   * connect.h, unread.h or channel_guest.h says. */
  int32_t base_fd;
  uint8_t kind;
  uint8_t filetype; /* PX_FILE only, like the two below */
  uint16_t flags;   /* fdflags as the guest set them; of a file, NONBLOCK alone */
  uint16_t preopen; /* 1 + its place among the host's preopens; 0: none */
  bool borrowed;    /* a stream of the process, which we never close */
  bool waitless;    /* always ready, although there is a host_fd: not every backend would say so */
  uint64_t rights, rights_inheriting;
};

struct px_fd_table {
  struct px_entry *entries;
  uint32_t room;
  uint32_t lowest; /* no number below is free */
  uint32_t open;   /* entries in use */
};

_Static_assert(sizeof(struct px_entry) == 32, "an idle connection costs one of these");

void px_fd_table_destroy(struct px_fd_table *table);

/* Takes the lowest free number for `entry`. -EMFILE beyond 2^20 numbers, -ENOMEM. */
int px_fd_table_add(struct px_fd_table *table, struct px_entry entry);

/* The entry of an open guest fd, else NULL. Valid until the next px_fd_table_add. */
static inline struct px_entry *px_fd_table_get(const struct px_fd_table *table, uint32_t fd) {
  return fd < table->room && table->entries[fd].kind != PX_FREE ? &table->entries[fd] : (void *)0;
}

static inline bool px_is_connection(const struct px_entry *entry) {
  return entry->kind == PX_STREAM || entry->kind == PX_CHANNEL;
}

/* Frees the number; closing what was behind it is the caller's part. */
void px_fd_table_remove(struct px_fd_table *table, uint32_t fd);

#endif
