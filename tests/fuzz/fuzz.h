/* SPDX-License-Identifier: MIT
 * What the native fuzzer shares: one thread's world, made of a host, a guest's memory, peers and a
 * companion thread; random numbers from a seed; and how a failure is told. */
#ifndef FUZZ_H
#define FUZZ_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../host/native/host.h"

enum { PEERS_MAX = 48, OWNED_MAX = 64, LISTENERS_MAX = 4, LAST_CALLS = 32 };

struct random {
  uint64_t state;
};

struct world {
  const struct px_backend_ops *ops;
  uint64_t seed, epoch, calls, calls_wanted;
  int number;  /* of the thread */
  bool alone;  /* the only thread: limits of the process may be changed */
  bool trace;  /* each call on stderr */
  char root[256]; /* the guest's directory */

  struct random random;
  struct px_host host;
  struct px_memory memory;
  bool edge;
  char last[LAST_CALLS][160]; /* the latest calls, to be told with a failure */

  /* The other ends: sockets and pipes that the guest has one end of. Guarded by `lock`. */
  pthread_mutex_t lock;
  int peers[PEERS_MAX], peer_count;
  /* Descriptors that the guest was lent, closed behind the host. */
  int owned[OWNED_MAX], owned_count;
  int ports[LISTENERS_MAX], port_count;
  char paths[LISTENERS_MAX][300]; /* of Unix listeners; "" for TCP */

  /* The companion acts while a call waits, and ends what nothing wakes. */
  pthread_t companion;
  struct random companion_random;
  pid_t thread;
  _Atomic uint64_t call_number;
  _Atomic bool in_call, done;
};

uint64_t random_next(struct random *random);
/* A number below `limit`. */
uint32_t below(struct world *w, uint32_t limit);
/* True once in `times`. */
static inline bool once_in(struct world *w, uint32_t times) { return below(w, times) == 0; }

/* Tells what is wrong and the seed that shows it, and ends the process. */
_Noreturn void fail(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* peers.c */
void world_open(struct world *w);
void world_close(struct world *w);
/* One random act of a peer, or of the machine. Only between calls. */
void act(struct world *w);
void companion_start(struct world *w);
void companion_end(struct world *w);
/* Keeps a descriptor as a peer; closes one where there is no room. */
void peer_add(struct world *w, int fd);

/* calls.c: one random call of an import. False: the host was stopped. */
bool call_any(struct world *w);
/* Each import once, on a host that is closed. */
void call_all_closed(struct world *w);
/* A line for each import: its name, and how often it answered what. */
void print_answers(void);

#endif
