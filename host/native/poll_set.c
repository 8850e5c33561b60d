/* SPDX-License-Identifier: MIT
 * See poll_set.h. Interest is kept in the watches (`set_want`, `member`), so that it reaches the
 * backend the way that of poll_oneoff does. */
#define _GNU_SOURCE
#include "poll_set.h"

#include <errno.h>
#include <stdlib.h>

#include "buffers.h"
#include "connect.h"
#include "host.h"
#include "limits.h"
#include "poll_event.h"
#include "requests.h"
#include "turns.h"

enum { LOOSE_MAX = 4096 };

static const char REMOVE[6] = {'r', 'e', 'm', 'o', 'v', 'e'};

int px_poll_set_open(struct px_host *host, uint16_t flags) {
  if (host->set.open) return -EBUSY;
  int fd = px_host_add(host, (struct px_entry){
                                 .kind = PX_POLL_SET,
                                 .host_fd = PX_NEVER_READY,
                                 .base_fd = -1,
                                 .flags = (uint16_t)(flags & ABI_FDFLAGS_NONBLOCK),
                                 .rights = ABI_RIGHT_FD_READ | ABI_RIGHT_FD_WRITE |
                                           ABI_RIGHT_FD_FDSTAT_SET_FLAGS |
                                           ABI_RIGHT_FD_FILESTAT_GET | ABI_RIGHT_POLL_FD_READWRITE,
                             });
  if (fd < 0) return fd;
  host->set = (struct px_poll_set){.open = true, .fd = (uint32_t)fd, .free = PX_NONE};
  return fd;
}

static void take_out(struct px_host *host, uint32_t key) {
  struct px_watch *watch = &host->poller.watches[key];
  uint32_t member = watch->member;
  watch->set_want = 0;
  watch->member = PX_NONE;
  host->set.members[member].key = host->set.free;
  host->set.free = member;
  px_poller_touch(&host->poller, key);
}

void px_poll_set_forget(struct px_host *host, uint32_t fd) {
  if (!host->set.open) return;
  uint32_t key = px_poller_key(&host->poller, fd);
  if (key != 0 && host->poller.watches[key].member != PX_NONE) take_out(host, key);
  if (fd != host->set.fd) return;
  for (key = 0; key < host->poller.room; key++)
    if (host->poller.watches[key].member != PX_NONE) take_out(host, key);
  free(host->set.members);
  free(host->set.clocks);
  free(host->set.bad);
  host->set = (struct px_poll_set){.open = false};
}

/* The member of a watch, made where there is none; NULL: out of memory. */
static struct px_member *member_of(struct px_poll_set *set, struct px_watch *watch, uint32_t key) {
  if (watch->member != PX_NONE) return &set->members[watch->member];
  if (set->free == PX_NONE) {
    uint32_t room = set->room * 2 + 64;
    struct px_member *members = realloc(set->members, room * sizeof *members);
    if (members == NULL) return NULL;
    for (uint32_t i = set->room; i < room; i++)
      members[i].key = i + 1 < room ? i + 1 : PX_NONE;
    set->free = set->room;
    set->members = members;
    set->room = room;
  }
  watch->member = set->free;
  struct px_member *member = &set->members[watch->member];
  set->free = member->key;
  *member = (struct px_member){.key = key};
  return member;
}

/* The same subscription: a clock by its userdata, one of a descriptor by fd and type. */
static bool same(const uint8_t *a, const uint8_t *b) {
  if (a[ABI_SUB_TAG] != b[ABI_SUB_TAG]) return false;
  return a[ABI_SUB_TAG] == ABI_CLOCK
             ? px_get_uint64_t(a + ABI_SUB_USERDATA) == px_get_uint64_t(b + ABI_SUB_USERDATA)
             : px_get_uint32_t(a + ABI_SUB_FD) == px_get_uint32_t(b + ABI_SUB_FD);
}

/* Puts a record into a short list in the place of the same one, or takes it out. */
static int change_loose(struct px_loose **list, uint32_t *count, const uint8_t *record,
                        bool remove) {
  uint32_t at = 0;
  while (at < *count && !same((*list)[at].record, record)) at++;
  if (remove) {
    if (at < *count) (*list)[at] = (*list)[--*count];
    return WASI_SUCCESS;
  }
  if (at == *count) {
    if (*count == LOOSE_MAX) return WASI_NOMEM;
    struct px_loose *grown = realloc(*list, (*count + 1) * sizeof *grown);
    if (grown == NULL) return WASI_NOMEM;
    *list = grown;
    ++*count;
  }
  memcpy((*list)[at].record, record, ABI_SUBSCRIPTION_SIZE);
  (*list)[at].start_ns = px_now_ns(CLOCK_MONOTONIC);
  return WASI_SUCCESS;
}

static int change_fd(struct px_host *host, const uint8_t *record, bool remove) {
  struct px_poll_set *set = &host->set;
  uint32_t fd = px_get_uint32_t(record + ABI_SUB_FD);
  uint32_t way = record[ABI_SUB_TAG] == ABI_FD_READ ? 0 : 1, direction = way == 0 ? PX_READ : PX_WRITE;
  if (fd == set->fd) return WASI_INVAL; /* it would wait for itself */
  bool open = px_fd_table_get(&host->table, fd) != NULL;
  if (set->bad_count > 0 || (!open && !remove)) {
    int status = change_loose(&set->bad, &set->bad_count, record, remove || open);
    if (status != WASI_SUCCESS || !open) return status;
  }
  if (!open) return WASI_SUCCESS; /* its close took it out */
  if (px_poller_must_grow(&host->poller) && px_poller_reserve(&host->poller) < 0) return WASI_NOMEM;
  uint32_t key = px_poller_key(&host->poller, fd);
  struct px_watch *watch = &host->poller.watches[key];
  if (remove) {
    if (watch->member == PX_NONE) return WASI_SUCCESS;
    watch->set_want &= (uint8_t)~direction;
    px_poller_touch(&host->poller, key);
    if (watch->set_want == 0) take_out(host, key);
    return WASI_SUCCESS;
  }
  struct px_member *member = member_of(set, watch, key);
  if (member == NULL) return WASI_NOMEM;
  member->userdata[way] = px_get_uint64_t(record + ABI_SUB_USERDATA);
  member->counts[way] = px_get_uint64_t(record + ABI_SUB_HINT) != ABI_HINT_NO_COUNT;
  if (watch->set_want & direction) return WASI_SUCCESS;
  watch->set_want |= (uint8_t)direction;
  px_poller_touch(&host->poller, key);
  return WASI_SUCCESS;
}

static int change(struct px_host *host, const uint8_t *record) {
  bool remove = memcmp(record + ABI_SUB_REMOVE, REMOVE, sizeof REMOVE) == 0;
  uint8_t tag = record[ABI_SUB_TAG];
  if (tag == ABI_FD_READ || tag == ABI_FD_WRITE) return change_fd(host, record, remove);
  if (tag != ABI_CLOCK) return WASI_INVAL;
  if ((px_get_uint16_t(record + ABI_SUB_CLOCK_FLAGS) & ~ABI_CLOCK_ABSTIME) != 0) return WASI_INVAL;
  return change_loose(&host->set.clocks, &host->set.clock_count, record, remove);
}

/* Moves `size` bytes between the buffers and `at`, on over their borders. */
static void copy(struct px_buffers *b, uint8_t *at, size_t size, bool out) {
  while (size > 0) {
    struct iovec *iov = &b->iov[b->at];
    size_t part = iov->iov_len < size ? iov->iov_len : size;
    if (part > 0) memcpy(out ? at : iov->iov_base, out ? iov->iov_base : at, part);
    at += part;
    size -= part;
    px_buffers_advance(b, part);
  }
}

int px_poll_set_write(struct px_host *host, struct px_memory memory, uint32_t iovs,
                      uint32_t iovs_length, uint32_t nwritten) {
  struct px_buffers b;
  int status = px_buffers_load(&b, memory, iovs, iovs_length);
  if (status != WASI_SUCCESS) return status;
  uint8_t *count = px_at(memory, nwritten, 4);
  if (count == NULL) return WASI_FAULT;
  if (b.total % ABI_SUBSCRIPTION_SIZE != 0) return WASI_INVAL;
  uint64_t done = 0;
  while (done < b.total) {
    uint8_t record[ABI_SUBSCRIPTION_SIZE];
    copy(&b, record, sizeof record, true);
    status = change(host, record);
    if (status != WASI_SUCCESS && done == 0) return status;
    if (status != WASI_SUCCESS) break; /* what came before it counts; the next call tells it */
    done += sizeof record;
  }
  px_put_uint32_t(count, (uint32_t)done);
  return WASI_SUCCESS;
}

uint64_t px_poll_set_left_ns(const struct px_host *host) {
  const struct px_poll_set *set = &host->set;
  uint64_t shortest = set->bad_count > 0 ? 0 : UINT64_MAX;
  if (set->clock_count == 0) return shortest;
  uint64_t now = px_now_ns(CLOCK_MONOTONIC);
  for (uint32_t i = 0; i < set->clock_count; i++) {
    uint64_t left = px_clock_left_ns(set->clocks[i].record, set->clocks[i].start_ns, now);
    if (left < shortest) shortest = left;
  }
  return shortest;
}

static uint32_t ready_for_set(const struct px_watch *watch) {
  return px_useful(watch->readiness, watch->set_want & ~(uint32_t)watch->muted);
}

bool px_poll_set_ready(const struct px_host *host, int hits) {
  const struct px_poller *poller = &host->poller;
  for (int i = 0; i < hits; i++)
    if (ready_for_set(&poller->watches[poller->ready_keys[i]]) != 0) return true;
  for (uint32_t i = 0; i < poller->immediate_count; i++) {
    uint32_t key = poller->immediates[i];
    if (px_useful(px_immediate_readiness(poller, key), poller->watches[key].set_want) != 0) return true;
  }
  return px_poll_set_left_ns(host) == 0;
}

struct output {
  struct px_buffers *buffers;
  uint64_t room, written; /* events */
};

static void give(struct output *out, uint8_t *event) {
  copy(out->buffers, event, ABI_EVENT_SIZE, false);
  out->written++;
}

/* The events of one watch. */
static void give_fd(struct px_host *host, struct output *out, uint32_t key) {
  struct px_watch *watch = &host->poller.watches[key];
  uint32_t ready = ready_for_set(watch);
  if (ready == 0) return;
  struct px_member *member = &host->set.members[watch->member];
  bool write_first = member->write_first;
  if (out->room - out->written == 1) member->write_first = !write_first;
  for (int i = 0; i < 2; i++) {
    uint32_t way = write_first ? 1u - (uint32_t)i : (uint32_t)i;
    uint32_t direction = way == 0 ? PX_READ : PX_WRITE;
    if ((ready & direction) == 0 || out->written == out->room) continue;
    uint8_t event[ABI_EVENT_SIZE] = {0};
    px_event_of_fd(host, key, direction, member->userdata[way], member->counts[way], event);
    give(out, event);
  }
}

static void give_loose(struct output *out, const struct px_loose *loose, bool bad, uint64_t now) {
  uint8_t event[ABI_EVENT_SIZE] = {0};
  const uint8_t *record = loose->record;
  if (bad)
    px_event_write(event, px_get_uint64_t(record + ABI_SUB_USERDATA), WASI_BADF, record[ABI_SUB_TAG], 0, 0);
  else if (px_clock_left_ns(record, loose->start_ns, now) == 0)
    px_event_of_clock(record, event);
  else
    return;
  give(out, event);
}

static void give_immediate(struct px_host *host, struct output *out, uint32_t key) {
  if (host->poller.watches[key].set_want == 0) return;
  if (px_immediate_alone(&host->poller, key)) give_fd(host, out, key);
}

/* Clocks, bad descriptors, what the wait found, and what needs no wait: round from a random one where not
 * all may fit. A fixed order would leave the last ones out for ever, and one that rotates could keep
 * step with the backend's own rotation. */
static void give_all(struct px_host *host, struct output *out, int hits) {
  struct px_poll_set *set = &host->set;
  struct px_poller *poller = &host->poller;
  uint32_t clocks = set->clock_count, loose = clocks + set->bad_count;
  uint32_t waited = loose + (uint32_t)hits, total = waited + poller->immediate_count, at = 0;
  uint64_t now = clocks > 0 ? px_now_ns(CLOCK_MONOTONIC) : 0;
  if (loose + 2 * (uint64_t)(total - loose) > out->room) {
    set->random = set->random * 1664525 + 1013904223;
    at = (uint32_t)((uint64_t)set->random * total >> 32);
  }
  for (uint32_t i = 0; i < total && out->written < out->room; i++, at = at + 1 < total ? at + 1 : 0) {
    if (at < clocks)
      give_loose(out, &set->clocks[at], false, now);
    else if (at < loose)
      give_loose(out, &set->bad[at - clocks], true, now);
    else if (at < waited)
      give_fd(host, out, poller->ready_keys[at - loose]);
    else
      give_immediate(host, out, poller->immediates[at - waited]);
  }
}

/* How long the next wait of the backend may take. */
static uint64_t left_ns(struct px_host *host, bool blocking) {
  uint64_t left = blocking ? UINT64_MAX : 0;
  if (host->limits.rest_until_ns != 0) {
    uint64_t rest_left = px_limits_look(host);
    if (rest_left < left) left = rest_left;
    px_poller_settle(&host->poller, PX_FOR_SET);
  }
  if (blocking && host->set.clock_count + host->set.bad_count > 0) {
    uint64_t set_left = px_poll_set_left_ns(host);
    if (set_left < left) left = set_left;
  }
  bool any = host->poller.immediate_count > 0 && px_poller_any_immediate(&host->poller);
  return any ? 0 : left;
}

int px_poll_set_read(struct px_host *host, struct px_memory memory, uint32_t iovs,
                     uint32_t iovs_length, uint32_t nread) {
  struct px_buffers b;
  int status = px_buffers_load(&b, memory, iovs, iovs_length);
  if (status != WASI_SUCCESS) return status;
  uint8_t *count = px_at(memory, nread, 4);
  if (count == NULL) return WASI_FAULT;
  struct output out = {.buffers = &b, .room = b.total / ABI_EVENT_SIZE};
  if (out.room == 0) return WASI_INVAL;
  bool blocking = (px_fd_table_get(&host->table, host->set.fd)->flags & ABI_FDFLAGS_NONBLOCK) == 0;
  int capacity = out.room < PX_READY_MAX ? (int)out.room : PX_READY_MAX;
  host->counters.waits++;
  if (blocking) px_host_waits(host);
  px_turn_end(host);
  do {
    px_connects_collect(host);
    px_requests_look(host);
    px_poller_settle(&host->poller, PX_FOR_SET);
    uint64_t left = left_ns(host, blocking);
    if (host->suspends && blocking && !host->resuming) return px_host_suspend(host, left);
    bool woken = false;
    if (host->suspends) left = 0;
    int64_t timeout = left > INT64_MAX ? (left == UINT64_MAX ? -1 : INT64_MAX) : (int64_t)left;
    int hits = px_poller_wait(&host->poller, capacity, timeout, &woken);
    if (px_host_stopped(host)) return PX_STOPPED;
    if (hits < 0) return px_wasi_errno(hits);
    if (woken) {
      px_requests_look(host);
      px_poller_settle(&host->poller, PX_FOR_SET);
    }
    give_all(host, &out, hits);
    if (host->suspends && blocking && out.written == 0) return px_host_suspend(host, left_ns(host, true));
  } while (out.written == 0 && blocking);
  px_turn_begin(host);
  if (out.written == 0) return WASI_AGAIN;
  host->counters.events += out.written;
  px_put_uint32_t(count, (uint32_t)(out.written * ABI_EVENT_SIZE));
  return WASI_SUCCESS;
}
