/* SPDX-License-Identifier: MIT
 * The descriptors of a backend that scans them with poll(2): a dense array for the kernel, with the
 * token of each beside it, and the place of each descriptor in it. For poll.c and sigio.c. */
#ifndef PX_DESCRIPTORS_H
#define PX_DESCRIPTORS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

struct px_descriptors {
  struct pollfd *fds; /* dense, in no order */
  uint64_t *tokens;   /* beside fds */
  uint32_t used, room;
  int *place; /* descriptor -> index in fds, -1: none */
  uint32_t places;
};

void px_descriptors_free(struct px_descriptors *d);

static inline bool px_descriptors_has(const struct px_descriptors *d, int fd) {
  return fd >= 0 && (uint32_t)fd < d->places && d->place[fd] >= 0;
}

/* Makes room for `fd`, which is not in it, so that px_descriptors_add cannot fail. -ENOMEM. */
int px_descriptors_reserve(struct px_descriptors *d, int fd);

/* Adds `fd` at the end, with no events and no token; its index. */
uint32_t px_descriptors_add(struct px_descriptors *d, int fd);

/* Takes `fd`, which is in it, out; the last one takes its place. The index that it had. */
uint32_t px_descriptors_remove(struct px_descriptors *d, int fd);

#endif
