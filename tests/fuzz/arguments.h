/* SPDX-License-Identifier: MIT
 * The arguments of the fuzzer's calls: at random, at the borders, or right. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "fuzz.h"

/* The guest's fixed places; the rest of its memory is whatever the calls leave there. */
enum { SUBS = 0, SUBS_MAX = 400, RESULT = 20000, EVENTS = 20480, PATHS = 40000, IOVS = 48000, DATA = 65536 };

/* Kinds as a set of bits. */
enum {
  STREAMS = 1 << PX_STREAM,
  LISTENERS = 1 << PX_LISTENER,
  FILES = 1 << PX_FILE,
  DIRECTORIES = 1 << 16,
  READABLE = STREAMS | FILES | 1 << PX_BASE | 1 << PX_POLL_SET,
  ANYTHING = READABLE | LISTENERS | 1 << PX_DEVICE,
};

/* Buffers at a pointer that is mostly right; or a path. */
struct buffers {
  uint32_t at, count;
};

uint32_t any32(struct world *w);
uint32_t border32(struct world *w);
uint64_t any64(struct world *w);
uint32_t a_fd_of(struct world *w, uint32_t kinds);
uint32_t a_fd(struct world *w);
uint32_t a_pointer(struct world *w, uint32_t usual, uint32_t size);
uint32_t a_result(struct world *w, uint32_t size);
void put32(struct world *w, uint32_t at, uint32_t value);
uint32_t get32(struct world *w, uint32_t at);
uint32_t a_length(struct world *w);
struct buffers some_buffers(struct world *w);
struct buffers a_path(struct world *w);
uint64_t some_rights(struct world *w);
uint32_t some_fdflags(struct world *w);

#endif
