/* SPDX-License-Identifier: MIT
 * See descriptors.h. */
#include "descriptors.h"

#include <errno.h>
#include <stdlib.h>

void px_descriptors_free(struct px_descriptors *d) {
  free(d->fds);
  free(d->tokens);
  free(d->place);
}

int px_descriptors_reserve(struct px_descriptors *d, int fd) {
  if ((uint32_t)fd >= d->places) {
    uint32_t places = (uint32_t)fd + 1 + (uint32_t)fd / 2 + 64;
    int *place = realloc(d->place, places * sizeof *place);
    if (place == NULL) return -ENOMEM;
    for (uint32_t i = d->places; i < places; i++) place[i] = -1;
    d->place = place;
    d->places = places;
  }
  if (d->used == d->room) {
    uint32_t room = d->room * 2 + 64;
    struct pollfd *fds = realloc(d->fds, room * sizeof *fds);
    if (fds == NULL) return -ENOMEM;
    d->fds = fds;
    uint64_t *tokens = realloc(d->tokens, room * sizeof *tokens);
    if (tokens == NULL) return -ENOMEM;
    d->tokens = tokens;
    d->room = room;
  }
  return 0;
}

uint32_t px_descriptors_add(struct px_descriptors *d, int fd) {
  uint32_t at = d->used++;
  d->place[fd] = (int)at;
  d->fds[at] = (struct pollfd){.fd = fd};
  d->tokens[at] = 0;
  return at;
}

uint32_t px_descriptors_remove(struct px_descriptors *d, int fd) {
  uint32_t hole = (uint32_t)d->place[fd], last = --d->used;
  d->place[fd] = -1;
  if (hole == last) return hole;
  d->fds[hole] = d->fds[last];
  d->tokens[hole] = d->tokens[last];
  d->place[d->fds[hole].fd] = (int)hole;
  return hole;
}
