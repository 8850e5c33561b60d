/* SPDX-License-Identifier: MIT
 * /dev/poll and its oracle: a list of the records that the set was told, searched from end to end, each of
 * which is asked about as a subscription of poll_oneoff would be. A read with room for all events must give
 * exactly these; smaller ones some of them, and all in the end. */
#define _GNU_SOURCE
#include <errno.h>

#include "world.h"

enum { ENOUGH_READS = 4000 };

static bool same(const uint8_t *a, const uint8_t *b) {
  if (a[8] != b[8]) return false;
  return a[8] == ABI_CLOCK ? number(a, 8) == number(b, 8) : number(a + 16, 4) == number(b + 16, 4);
}

static void take_out(struct world *w, uint32_t i) { w->members[i] = w->members[--w->member_count]; }

/* What the set reports now; `of[i]`: the member that event i is of. */
uint32_t expect_set(struct world *w, struct expected *events, uint32_t *of) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < w->member_count; i++) {
    const struct member *member = &w->members[i];
    struct expected *event = &events[count];
    bool due = true;
    if (member->bad)
      *event = (struct expected){
          .userdata = number(member->record, 8), .type = member->record[8], .error = WASI_BADF};
    else
      due = expect_one(w, member->record, event);
    if (due && of != NULL) of[count] = i;
    if (due) count++;
  }
  return count;
}

/* The descriptor was closed or moved; where it is the set, all is over. */
void set_forgets(struct world *w, uint32_t fd) {
  if (fd == w->set) {
    w->set = FDS;
    w->member_count = 0;
  }
  for (uint32_t i = w->member_count; i-- > 0;) {
    const struct member *member = &w->members[i];
    if (!member->bad && member->record[8] != ABI_CLOCK && number(member->record + 16, 4) == fd)
      take_out(w, i);
  }
}

void open_set(struct world *w) {
  int fd = px_poll_set_open(&w->host, ABI_FDFLAGS_NONBLOCK);
  if (w->set != FDS) {
    if (fd != -EBUSY) fail(w, "a second set was opened: %d", fd);
    return;
  }
  if (fd < FDS) {
    w->set = (uint32_t)fd;
    note_new_descriptor(w, w->set);
  } else {
    px_fd_close(&w->host, (uint32_t)fd);
  }
}

/* Does to the list what the record says; false where it is no valid one. */
static bool apply(struct world *w, const uint8_t *record) {
  bool clock = record[8] == ABI_CLOCK, remove = memcmp(record + 10, "remove", 6) == 0;
  uint32_t fd = (uint32_t)number(record + 16, 4);
  if (record[8] > ABI_FD_WRITE || (!clock && fd == w->set)) return false;
  for (uint32_t i = w->member_count; i-- > 0;)
    if (same(w->members[i].record, record)) take_out(w, i);
  if (remove) return true;
  struct member *member = &w->members[w->member_count++];
  memcpy(member->record, record, 48);
  member->bad = !clock && entry(w, fd) == NULL;
  return true;
}

/* One to four records in one call, of which each may be a mistake. */
void write_set(struct world *w) {
  uint32_t how = next(w), records = 1 + how % 4, valid = 0, wrong = how / 4 % 16;
  if (w->set == FDS || w->member_count + records > MEMBERS_MAX) return;
  for (uint32_t i = 0; i < records; i++) {
    size_t at = DATA + i * 48u;
    uint32_t edit = next(w);
    subscribe(w, at);
    /* Userdata are not repeated: events are told apart by them. Clocks have few, to meet again. */
    put(w, at, w->bytes[at + 8] == ABI_CLOCK ? 10 + edit / 4 % 4 : ++w->userdata, 8);
    if (edit % 4 == 0) memcpy(w->bytes + at + 10, "remove", 6);
    if (wrong == 1 && i == how / 64) w->bytes[at + 8] = 3;
  }
  iovec(w, records * 48u);
  put(w, RESULT, 0, 4);
  while (valid < records && apply(w, w->bytes + DATA + valid * 48u)) valid++;
  int status = px_fd_write(&w->host, w->memory, w->set, IOVS, 1, RESULT);
  uint32_t written = (uint32_t)get(w, RESULT, 4);
  if (status != (valid == 0 ? WASI_INVAL : 0) || (valid > 0 && written != valid * 48u))
    fail(w, "of %u records %u are valid, and the set answered %d, %u bytes", records, valid, status, written);
}

/* One read with room for so many events: how many there were; -1: the world changed meanwhile, or failed. */
static int read_once(struct world *w, uint32_t room, bool *seen) {
  static struct expected before[MEMBERS_MAX], after[MEMBERS_MAX];
  static uint32_t of[MEMBERS_MAX];
  bool given[MEMBERS_MAX] = {false};
  uint32_t count = expect_set(w, before, of), told = 0;
  iovec(w, room * 32);
  int status = px_fd_read(&w->host, w->memory, w->set, IOVS, 1, RESULT);
  bool steady = expect_set(w, after, NULL) == count && memcmp(before, after, count * sizeof before[0]) == 0;
  if (status == 0) told = (uint32_t)get(w, RESULT, 4) / 32;
  if (steady && status != (count == 0 ? WASI_AGAIN : 0))
    fail(w, "a read of the set answered %d where %u events are due", status, count);
  if (steady && (told > room || (room >= 2 * count && told != count)))
    fail(w, "%u events in a read with room for %u, expected %u", told, room, count);
  for (uint32_t i = 0; i < told && failure[0] == 0; i++) {
    size_t at = DATA + i * 32u;
    uint32_t m = 0;
    for (uint32_t j = 0; j < w->member_count; j++)
      if (number(w->members[j].record, 8) == get(w, at, 8) && !w->members[j].bad)
        note_reported(w, w->members[j].record);
    while (m < count && before[m].userdata != get(w, at, 8)) m++;
    if (!steady) continue;
    if (m == count || given[m] || !event_is(w, at, &before[m])) {
      fail(w, "the set's event %u: userdata %lu error %lu type %u nbytes %lu flags %lu is not due", i,
           get(w, at, 8), get(w, at + 8, 2), w->bytes[at + 10], get(w, at + 16, 8), get(w, at + 24, 2));
      return -1;
    }
    given[m] = seen[of[m]] = true;
  }
  return steady && failure[0] == 0 ? (int)told : -1;
}

/* Reads until each event that is due now was seen once. */
void read_set(struct world *w) {
  static struct expected due[MEMBERS_MAX];
  static uint32_t of[MEMBERS_MAX];
  static bool seen[MEMBERS_MAX];
  uint32_t how = next(w), room = how % 4 == 0 ? 1024 : how % 4;
  if (w->set == FDS) return;
  memset(seen, 0, sizeof seen);
  uint32_t count = expect_set(w, due, of), left = 1;
  for (uint32_t reads = 0; left > 0; reads++) {
    if (reads == ENOUGH_READS) {
      fail(w, "%u of %u events were not in %u reads with room for %u", left, count, reads, room);
      return;
    }
    if (read_once(w, room, seen) < 0) return;
    left = 0;
    for (uint32_t i = 0; i < count; i++) left += !seen[of[i]];
    if (how % 4 != 0 && how & 128) return; /* a guest that has enough for now */
  }
}
