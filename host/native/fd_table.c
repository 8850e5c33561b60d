/* SPDX-License-Identifier: MIT
 * See fd_table.h. */
#include "fd_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64, ROOM_MAX = 1 << 20 };

void px_fd_table_destroy(struct px_fd_table *table) {
  free(table->entries);
  memset(table, 0, sizeof *table);
}

static int grow(struct px_fd_table *table) {
  if (table->room >= ROOM_MAX) return -EMFILE;
  uint32_t room = table->room == 0 ? ROOM_FIRST : table->room * 2;
  struct px_entry *entries = realloc(table->entries, room * sizeof *entries);
  if (entries == NULL) return -ENOMEM;
  memset(entries + table->room, 0, (room - table->room) * sizeof *entries);
  table->entries = entries;
  table->room = room;
  return 0;
}

int px_fd_table_add(struct px_fd_table *table, struct px_entry entry) {
  uint32_t fd = table->lowest;
  while (fd < table->room && table->entries[fd].kind != PX_FREE) fd++;
  table->lowest = fd;
  if (fd == table->room) {
    int status = grow(table);
    if (status < 0) return status;
  }
  table->entries[fd] = entry;
  table->open++;
  table->lowest = fd + 1;
  return (int)fd;
}

void px_fd_table_remove(struct px_fd_table *table, uint32_t fd) {
  table->entries[fd] = (struct px_entry){.kind = PX_FREE};
  table->open--;
  if (fd < table->lowest) table->lowest = fd;
}
