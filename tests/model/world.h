/* SPDX-License-Identifier: MIT
 * What the parts of the model share: the guest's memory, the host under test, the bytes of the sequence,
 * and what the oracle remembers.
 *
 * model.c does the operations, oracle.c says what poll_oneoff must answer, set.c keeps its own list of what
 * /dev/poll was told and says what a read of it may answer. */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "../../host/native/host.h"

enum { MEMORY = 1 << 17, SUBS = 1024, EVENTS = 32768, NEVENTS = 16, RESULT = 24, IOVS = 64, DATA = 65536 };
enum { LISTENER = 3, FDS = 24, SUBS_MAX = 24, SEQUENCE_MAX = 4096, QUEUE_MAX = 4, MEMBERS_MAX = 512 };

struct expected {
  uint64_t userdata, nbytes;
  uint16_t error, flags;
  uint8_t type;
};

/* A record that /dev/poll holds; `bad`: its descriptor was not open when it was written. */
struct member {
  uint8_t record[48];
  bool bad;
};

/* What passed between a descriptor of the guest and its peer: the oracle of io-uring (uring.c). */
struct ledger {
  uint64_t sent, got;      /* bytes: of the peer, by the guest */
  uint64_t written, taken; /* bytes: of the guest, by the peer */
  bool ended;              /* the peer will send no more */
  bool gone;               /* the peer has closed */
  bool shut;               /* the guest called sock_shutdown, which changes what readiness means */
};

struct world {
  struct px_host host;
  uint8_t *bytes;
  struct px_memory memory;
  int peers[FDS]; /* of the guest's fd; -1: none */
  struct ledger ledgers[FDS];
  int queue[QUEUE_MAX]; /* peers that the guest has not accepted yet, in their order */
  uint32_t queued;
  uint16_t port;
  const uint8_t *at, *end;
  uint64_t userdata;
  uint32_t subs;
  int step;

  bool edge;           /* --trigger edge */
  bool quiet[FDS][2];  /* reading, writing: reported, and not drained since */
  uint32_t set;        /* the guest fd of /dev/poll, FDS where it is not open */
  struct member members[MEMBERS_MAX];
  uint32_t member_count;
};

/* The first difference, or "". */
extern char failure[1024];
__attribute__((format(printf, 2, 3))) void fail(const struct world *w, const char *format, ...);

static inline uint32_t next(struct world *w) { return w->at < w->end ? *w->at++ : 0; }

static inline void put(struct world *w, size_t at, uint64_t value, size_t size) {
  memcpy(w->bytes + at, &value, size);
}

static inline uint64_t number(const uint8_t *at, size_t size) {
  uint64_t value = 0;
  memcpy(&value, at, size);
  return value;
}

static inline uint64_t get(const struct world *w, size_t at, size_t size) {
  return number(w->bytes + at, size);
}

static inline const struct px_entry *entry(struct world *w, uint32_t fd) {
  return px_fd_table_get(&w->host.table, fd);
}

static inline void iovec(struct world *w, uint32_t length) {
  put(w, IOVS, DATA, 4);
  put(w, IOVS + 4, length, 4);
}

/* model.c: mostly a descriptor that is open. A record of one subscription, by the next bytes, at `at`. */
uint32_t pick(struct world *w);
void subscribe(struct world *w, size_t at);

/* oracle.c */
bool expect_one(struct world *w, const uint8_t *record, struct expected *event);
bool event_is(const struct world *w, size_t at, const struct expected *event);
void note_reported(struct world *w, const uint8_t *record);
void note_new_descriptor(struct world *w, uint32_t fd);
void check_poll(struct world *w);

/* uring.c */
void check_poll_later(struct world *w);

/* set.c */
uint32_t expect_set(struct world *w, struct expected *events, uint32_t *of);
void set_forgets(struct world *w, uint32_t fd);
void open_set(struct world *w);
void write_set(struct world *w);
void read_set(struct world *w);

#endif
