/* SPDX-License-Identifier: MIT
 * See arguments.h. */
#define _GNU_SOURCE
#include "arguments.h"

#include <string.h>

uint32_t any32(struct world *w) { return (uint32_t)random_next(&w->random); }

uint32_t border32(struct world *w) {
  static const uint32_t values[] = {0,          1,          UINT32_MAX, 0x7fffffff, 0x80000000, 1u << 28,
                                    1u << 29,   1u << 20,   65535,      65536,      1024,       3};
  return values[below(w, sizeof values / sizeof values[0])];
}

uint64_t any64(struct world *w) {
  switch (below(w, 5)) {
    case 0: return random_next(&w->random);
    case 1: return border32(w);
    case 2: return UINT64_MAX - below(w, 3);
    case 3: return (UINT64_C(1) << 63) - below(w, 3);
    default: return below(w, 5000);
  }
}

static bool is_one_of(const struct px_entry *entry, uint32_t kinds) {
  if (entry->kind == PX_FREE) return false;
  bool directory = entry->kind == PX_FILE && entry->filetype == ABI_FILETYPE_DIRECTORY;
  return (kinds >> entry->kind & 1) != 0 || (directory && (kinds & DIRECTORIES) != 0);
}

/* Mostly an open descriptor of these kinds. */
uint32_t a_fd_of(struct world *w, uint32_t kinds) {
  const struct px_fd_table *table = &w->host.table;
  if (once_in(w, 16)) return border32(w);
  uint32_t at = table->room == 0 ? 0 : below(w, table->room);
  if (once_in(w, 10)) return at;
  for (uint32_t seen = 0; seen < table->room; seen++, at = (at + 1) % table->room)
    if (is_one_of(&table->entries[at], kinds)) return at;
  return 0;
}

uint32_t a_fd(struct world *w) { return a_fd_of(w, ANYTHING); }

/* A place for `size` bytes: mostly `usual`, else at the end of the memory or beyond it. */
uint32_t a_pointer(struct world *w, uint32_t usual, uint32_t size) {
  uint32_t end = (uint32_t)w->memory.size;
  switch (below(w, 14)) {
    case 0: return end - size;
    case 1: return end - below(w, size + 2);
    case 2: return border32(w);
    case 3: return below(w, end);
    default: return usual;
  }
}

uint32_t a_result(struct world *w, uint32_t size) {
  return a_pointer(w, RESULT + 8 * below(w, 8), size);
}

void put32(struct world *w, uint32_t at, uint32_t value) {
  uint8_t *bytes = px_at(w->memory, at, 4);
  if (bytes != NULL) px_put_uint32_t(bytes, value);
}

uint32_t get32(struct world *w, uint32_t at) {
  const uint8_t *bytes = px_at(w->memory, at, 4);
  return bytes == NULL ? 0 : px_get_uint32_t(bytes);
}

uint32_t a_length(struct world *w) {
  switch (below(w, 8)) {
    case 0: return 0;
    case 1: return border32(w);
    case 2: return below(w, (uint32_t)w->memory.size);
    case 3: return below(w, 5000);
    case 4: return (1 + below(w, 20)) * ABI_SUBSCRIPTION_SIZE;
    default: return 1 + below(w, 60);
  }
}

static uint32_t a_count(struct world *w) {
  switch (below(w, 12)) {
    case 0: return 0;
    case 1: return border32(w);
    case 2: return 16 + below(w, 2000);
    default: return 1 + below(w, 3);
  }
}

struct buffers some_buffers(struct world *w) {
  struct buffers b = {.count = a_count(w)};
  uint32_t size = b.count < 4096 ? b.count * 8 : 8;
  b.at = a_pointer(w, IOVS, size);
  for (uint32_t i = 0; i < b.count && i < 8; i++) {
    uint32_t length = a_length(w);
    put32(w, b.at + i * 8, a_pointer(w, DATA + below(w, 5000), length));
    put32(w, b.at + i * 8 + 4, length);
  }
  return b;
}

struct buffers a_path(struct world *w) {
  static const char *const names[] = {
      "a", "b", "d", "d/a", "d/e/../a", "..", "../..", "/etc/passwd", "link", "link/a", "loop", "loop/x",
      "fifo", "root", "d/up", "d/up/etc", ".", "./", "a/", "d/", "d//e//", "", "x/y", "./../fuzz", "b\xff"};
  const char *name = names[below(w, sizeof names / sizeof names[0])];
  uint32_t length = (uint32_t)strlen(name);
  struct buffers path = {.at = a_pointer(w, PATHS, length), .count = length};
  uint8_t *bytes = px_at(w->memory, path.at, length);
  if (bytes != NULL) memcpy(bytes, name, length);
  if (once_in(w, 10)) path.count = a_length(w);
  return path;
}

uint64_t some_rights(struct world *w) { return once_in(w, 3) ? any64(w) : UINT64_MAX; }

/* Flags that are mostly right; nothing blocks but now and then. */
uint32_t some_fdflags(struct world *w) {
  if (once_in(w, 30)) return any32(w);
  return (once_in(w, 60) ? 0 : ABI_FDFLAGS_NONBLOCK) | (once_in(w, 10) ? 1u : 0u);
}
