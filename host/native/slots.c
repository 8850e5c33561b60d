/* SPDX-License-Identifier: MIT
 * See slots.h. */
#include "slots.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 16 };

int px_slots_add(struct px_slots *slots, void *item) {
  uint32_t number = slots->lowest;
  while (number < slots->room && slots->items[number] != NULL) number++;
  slots->lowest = number;
  if (number == slots->room) {
    uint32_t room = slots->room == 0 ? ROOM_FIRST : slots->room * 2;
    void **items = room > INT_MAX ? NULL : realloc(slots->items, room * sizeof *items);
    if (items == NULL) return -1;
    memset(items + slots->room, 0, (room - slots->room) * sizeof *items);
    slots->items = items;
    slots->room = room;
  }
  slots->items[number] = item;
  slots->lowest = number + 1;
  return (int)number;
}

void *px_slots_remove(struct px_slots *slots, int number) {
  void *item = slots->items[number];
  slots->items[number] = NULL;
  if ((uint32_t)number < slots->lowest) slots->lowest = (uint32_t)number;
  return item;
}

void px_slots_destroy(struct px_slots *slots) {
  free(slots->items);
  *slots = (struct px_slots){.items = NULL};
}
