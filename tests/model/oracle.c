/* SPDX-License-Identifier: MIT
 * The oracle of poll_oneoff: asks the kernel about every subscription, one poll(2) each, and writes down the
 * events that there must be. With --trigger edge it leaves out directions that were reported and that no
 * call of the guest has drained since. */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/ioctl.h>

#include "world.h"

static bool expect_clock(const uint8_t *record, struct expected *event) {
  *event = (struct expected){.userdata = number(record, 8), .type = ABI_CLOCK};
  if (number(record + 16, 4) > ABI_CLOCK_MONOTONIC) {
    event->error = WASI_INVAL;
    return true;
  }
  return number(record + 24, 8) == 0;
}

static bool expect_set_itself(struct world *w, bool reads, bool counts, struct expected *event) {
  static struct expected events[MEMBERS_MAX];
  event->nbytes = !reads ? 0 : counts ? 32 : 1;
  return !reads || expect_set(w, events, NULL) > 0;
}

static bool expect_fd(struct world *w, const uint8_t *record, struct expected *event) {
  uint32_t fd = (uint32_t)number(record + 16, 4);
  bool reads = record[8] == ABI_FD_READ, counts = memcmp(record + 24, "no-count", 8) != 0;
  const struct px_entry *found = entry(w, fd);
  *event = (struct expected){.userdata = number(record, 8), .type = record[8]};
  if (found == NULL) {
    event->error = WASI_BADF;
    return true;
  }
  if (found->kind == PX_POLL_SET) return expect_set_itself(w, reads, counts, event);
  if (found->host_fd < 0) {
    event->nbytes = reads ? 1 : 0;
    return true;
  }
  struct pollfd one = {.fd = found->host_fd, .events = reads ? POLLIN : POLLOUT};
  if (poll(&one, 1, 0) <= 0 || w->quiet[fd][reads ? 0 : 1]) return false;
  int bytes = 0;
  if (reads && counts && found->kind == PX_STREAM) ioctl(found->host_fd, FIONREAD, &bytes);
  event->nbytes = !reads ? 0 : found->kind == PX_LISTENER || !counts ? 1 : (uint64_t)bytes;
  bool over = (one.revents & POLLHUP) != 0, broken = (one.revents & POLLERR) != 0;
  event->flags = reads ? over || broken : over && !broken;
  return true;
}

/* Whether there must be an event of this subscription, and which. */
bool expect_one(struct world *w, const uint8_t *record, struct expected *event) {
  return record[8] == ABI_CLOCK ? expect_clock(record, event) : expect_fd(w, record, event);
}

/* The event record at `at` is this one. */
bool event_is(const struct world *w, size_t at, const struct expected *event) {
  return get(w, at, 8) == event->userdata && get(w, at + 8, 2) == event->error &&
         w->bytes[at + 10] == event->type && get(w, at + 16, 8) == event->nbytes &&
         get(w, at + 24, 2) == event->flags;
}

/* What needs no wait is never quiet. */
void note_reported(struct world *w, const uint8_t *record) {
  uint32_t fd = (uint32_t)number(record + 16, 4);
  if (!w->edge || record[8] == ABI_CLOCK || fd >= FDS) return;
  const struct px_entry *found = entry(w, fd);
  if (found != NULL && found->host_fd >= 0) w->quiet[fd][record[8] == ABI_FD_READ ? 0 : 1] = true;
}

void note_new_descriptor(struct world *w, uint32_t fd) {
  if (fd < FDS) w->quiet[fd][0] = w->quiet[fd][1] = false;
}

static uint32_t expect(struct world *w, struct expected *events) {
  uint32_t count = 0;
  for (uint32_t slot = 0; slot < w->subs; slot++)
    if (expect_one(w, w->bytes + SUBS + slot * 48u, &events[count])) count++;
  return count;
}

/* Events do not name their descriptors; with --trigger edge their userdata do. */
static void note_events(struct world *w, uint32_t told) {
  for (uint32_t i = 0; w->edge && i < told; i++)
    for (uint32_t slot = 0; slot < w->subs; slot++)
      if (get(w, SUBS + slot * 48u, 8) == get(w, EVENTS + i * 32u, 8))
        note_reported(w, w->bytes + SUBS + slot * 48u);
}

/* Calls poll_oneoff and compares. Where nothing is ready a clock that is due ends the wait. */
void check_poll(struct world *w) {
  if (w->host.io != NULL) {
    check_poll_later(w);
    return;
  }
  struct expected before[SUBS_MAX + 1], after[SUBS_MAX + 1];
  uint32_t count = expect(w, before);
  bool added = count == 0;
  if (added) {
    memset(w->bytes + SUBS + w->subs * 48u, 0, 48);
    put(w, SUBS + w->subs++ * 48u, 99, 8);
    count = expect(w, before);
  }
  int status = px_poll_begin(&w->host, w->memory, SUBS, EVENTS, w->subs, NEVENTS);
  if (status == 0) status = px_poll_wait(&w->host);
  if (status == 0) status = px_poll_finish(&w->host, w->memory, EVENTS, NEVENTS);
  /* The other end of a TCP connection may be told a moment later: then neither answer is wrong. */
  bool steady = expect(w, after) == count && memcmp(before, after, count * sizeof before[0]) == 0;
  uint32_t told = status == 0 ? (uint32_t)get(w, NEVENTS, 4) : 0;
  note_events(w, told);
  if (added) w->subs--;
  if (!steady) return;
  if (status != 0) {
    fail(w, "poll_oneoff answered %d", status);
    return;
  }
  if (told != count) fail(w, "%u events, expected %u", told, count);
  for (uint32_t i = 0; i < count && i < told && failure[0] == 0; i++) {
    if (event_is(w, EVENTS + i * 32u, &before[i])) continue;
    size_t at = EVENTS + (size_t)i * 32;
    fail(w, "event %u: userdata %lu error %lu type %u nbytes %lu flags %lu, expected %lu %u %u %lu %u", i,
         get(w, at, 8), get(w, at + 8, 2), w->bytes[at + 10], get(w, at + 16, 8), get(w, at + 24, 2),
         before[i].userdata, before[i].error, before[i].type, before[i].nbytes, before[i].flags);
  }
}
