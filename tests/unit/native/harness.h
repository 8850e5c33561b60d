/* SPDX-License-Identifier: MIT
 * What the native scenarios share: a guest's memory, a host on one backend, real TCP connections on
 * loopback, and CHECK. Each scenario runs on each backend in a fresh host. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../../host/native/host.h"

#define CHECK(condition)                                                                \
  do {                                                                                  \
    if (!(condition)) {                                                                 \
      fprintf(stderr, "%s:%d: %s [%s]\n", __FILE__, __LINE__, #condition, t->backend); \
      exit(1);                                                                          \
    }                                                                                   \
  } while (0)

/* Where things lie in the guest's memory. */
enum { MEMORY = 1 << 20, SUBS = 1024, EVENTS = 300000, NEVENTS = 16, RESULT = 24, IOVS = 64, DATA = 600000 };

struct test {
  struct px_host host;
  const char *backend;
  uint8_t *bytes; /* the guest's memory, malloc'ed so that ASan sees its end */
  struct px_memory memory;
  uint32_t subs; /* how many subscriptions stand at SUBS */
  int listener_port;
  uint32_t listener; /* guest fd */
  char warning[256];
};

struct scenario {
  const char *name;
  void (*run)(struct test *t);
};

extern const struct scenario poll_scenarios[], clock_scenarios[], socket_scenarios[],
    file_scenarios[], edge_scenarios[], hint_scenarios[], poll_set_scenarios[],
    connect_scenarios[], input_scenarios[], output_scenarios[], random_scenarios[],
    slot_scenarios[], handoff_scenarios[], channel_scenarios[], limit_scenarios[],
    suspend_scenarios[];

/* Subscriptions, built by the offsets of the witx and not by the code under test. */
void sub_fd(struct test *t, int tag, uint32_t fd, uint64_t userdata);
void sub_clock(struct test *t, uint32_t id, uint64_t timeout_ns, bool absolute, uint64_t userdata);
void sub_none(struct test *t);

/* poll_oneoff over what stands there; the errno. */
int poll_all(struct test *t);
uint32_t event_count(struct test *t);
uint64_t event_userdata(struct test *t, uint32_t i);
int event_error(struct test *t, uint32_t i);
int event_type(struct test *t, uint32_t i);
uint64_t event_nbytes(struct test *t, uint32_t i);
bool event_hangup(struct test *t, uint32_t i);

/* A connection: `guest` is the guest's fd, the result the peer's host fd. */
int connect_peer(struct test *t, uint32_t *guest);
/* One that waits in the listener's queue. */
int connect_peer_only(struct test *t);
/* The peer's end goes away with a reset. */
void reset_peer(int peer);

/* One iovec of `length` bytes at DATA, then the call; *count is what it reported. */
int read_fd(struct test *t, uint32_t fd, uint32_t length, uint32_t *count);
int write_fd(struct test *t, uint32_t fd, uint32_t length, uint32_t *count);
int recv_fd(struct test *t, uint32_t fd, uint32_t length, uint32_t flags, uint32_t *count);

/* As recv_fd: it succeeds, with these bytes and no others. */
bool reads(struct test *t, uint32_t fd, uint32_t flags, uint32_t size, const char *expected);

/* One wait of at most 2 ms for `tag` of `fd`; true where that is what ended it. */
bool wait_for(struct test *t, int tag, uint32_t fd);
/* A connection that the guest has waited for once: from then on a backend may be at work on it. */
int connect_waited(struct test *t, uint32_t *fd);
/* The byte at a place of a stream, by which order and loss are seen. */
static inline uint8_t pattern(uint64_t at) { return (uint8_t)(at * 31 + (at >> 8) * 7 + (at >> 16)); }

uint64_t now_ns(int clock);

#endif
