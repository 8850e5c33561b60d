/* SPDX-License-Identifier: MIT
 * The oracle of a backend that does the sockets' I/O itself. Bytes are received before the guest asks, so the
 * kernel can't be asked what is there: this oracle knows it from what passed between the guest and its
 * peers. It says of each subscription whether it must be reported, may be, or must not; what must be
 * may take its time, so the guest polls until all of it was told. */
#define _GNU_SOURCE
#include <unistd.h>

#include "world.h"

enum { TRIES = 2000, PAUSE_US = 1000 };
enum duty { NEVER, MAY, MUST };

static enum duty of_stream(const struct ledger *ledger, bool reads, uint64_t *most) {
  uint64_t unread = ledger->sent - ledger->got;
  *most = reads ? unread : 0;
  if (ledger->shut) return MAY;
  if (reads) return unread > 0 || ledger->ended ? MUST : NEVER;
  /* All that it wrote was taken, or nobody is there to take it: a write answers at once. How much
   * a connection holds else is the kernel's and the backend's. */
  return ledger->gone || ledger->written == ledger->taken ? MUST : MAY;
}

/* `most`: the largest nbytes that is true. */
static enum duty of_record(struct world *w, const uint8_t *record, uint64_t *most) {
  struct expected event;
  uint32_t fd = (uint32_t)number(record + 16, 4);
  const struct px_entry *found = record[8] == ABI_CLOCK ? NULL : entry(w, fd);
  if (found != NULL && found->kind == PX_STREAM)
    return of_stream(&w->ledgers[fd], record[8] == ABI_FD_READ, most);
  *most = 1;
  if (found != NULL && found->kind == PX_LISTENER) {
    if (record[8] == ABI_FD_READ) return w->queued > 0 ? MUST : NEVER;
    return NEVER;
  }
  return expect_one(w, record, &event) ? MUST : NEVER;
}

/* The event at `at` is of this subscription, and says nothing that is not so. */
static bool is_of(struct world *w, size_t at, const uint8_t *record, uint64_t most) {
  uint32_t fd = (uint32_t)number(record + 16, 4), error = (uint32_t)get(w, at + 8, 2);
  bool clock = record[8] == ABI_CLOCK, bad = !clock && entry(w, fd) == NULL;
  bool unknown = clock && number(record + 16, 4) > ABI_CLOCK_MONOTONIC;
  bool over = !clock && fd < FDS && (w->ledgers[fd].ended || w->ledgers[fd].shut);
  bool counts = memcmp(record + 24, "no-count", 8) != 0;
  if (get(w, at, 8) != number(record, 8) || w->bytes[at + 10] != record[8]) return false;
  if (error != (uint32_t)(bad ? WASI_BADF : unknown ? WASI_INVAL : 0)) return false;
  if (get(w, at + 24, 2) != 0 && !over) return false;
  return get(w, at + 16, 8) <= most || !counts;
}

/* One call: the subscriptions that it told of, those before the clock at the end; false: a difference. */
static bool poll_once(struct world *w, bool *told) {
  uint32_t slot = 0, count;
  uint64_t most;
  int status = px_poll_begin(&w->host, w->memory, SUBS, EVENTS, w->subs + 1, NEVENTS);
  if (status == 0) status = px_poll_wait(&w->host);
  if (status == 0) status = px_poll_finish(&w->host, w->memory, EVENTS, NEVENTS);
  if (status != 0) fail(w, "poll_oneoff answered %d", status);
  count = (uint32_t)get(w, NEVENTS, 4);
  for (uint32_t i = 0; failure[0] == 0 && i < count; i++) {
    size_t at = EVENTS + (size_t)i * 32;
    for (;; slot++) {
      if (slot > w->subs) {
        fail(w, "event %u: userdata %lu type %u error %lu nbytes %lu flags %lu is of nothing", i,
             get(w, at, 8), w->bytes[at + 10], get(w, at + 8, 2), get(w, at + 16, 8), get(w, at + 24, 2));
        return false;
      }
      const uint8_t *record = w->bytes + SUBS + slot * 48u;
      if (of_record(w, record, &most) != NEVER && is_of(w, at, record, most)) break;
    }
    if (slot < w->subs) told[slot] = true;
    slot++;
  }
  return failure[0] == 0;
}

void check_poll_later(struct world *w) {
  bool told[SUBS_MAX + 1] = {false};
  uint64_t most;
  memset(w->bytes + SUBS + w->subs * 48u, 0, 48);
  put(w, SUBS + w->subs * 48u, 99, 8);
  for (uint32_t tries = 0;; tries++) {
    uint32_t missing = w->subs;
    if (!poll_once(w, told)) return;
    for (uint32_t slot = 0; slot < w->subs; slot++)
      if (!told[slot] && of_record(w, w->bytes + SUBS + slot * 48u, &most) == MUST) missing = slot;
    if (missing == w->subs) return;
    if (tries == TRIES) {
      const uint8_t *record = w->bytes + SUBS + missing * 48u;
      fail(w, "fd %lu, type %u is ready and was not told in %u polls", number(record + 16, 4), record[8], tries);
      return;
    }
    usleep(PAUSE_US);
  }
}
