/* SPDX-License-Identifier: MIT
 * Things that a guest's descriptor points to by number, as its entry has no room for a pointer. */
#ifndef PX_SLOTS_H
#define PX_SLOTS_H

#include <stdint.h>

struct px_slots {
  void **items;
  uint32_t room;
  uint32_t lowest; /* no number below is free */
};

/* The number of `item`, which is not NULL; -1: out of memory. */
int px_slots_add(struct px_slots *slots, void *item);
/* Frees the number and answers what had it. */
void *px_slots_remove(struct px_slots *slots, int number);
void px_slots_destroy(struct px_slots *slots);

#endif
