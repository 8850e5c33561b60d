/* SPDX-License-Identifier: MIT
 * See subscriptions.h. */
#include "subscriptions.h"

#include <stdlib.h>

#include "errno_map.h"

/* Compared in blocks: memcmp of 3 KB runs at memory speed, and a difference costs one block. */
enum { BLOCK = 64 };

void px_subscriptions_init(struct px_subscriptions *subs) {
  *subs = (struct px_subscriptions){.first_clock = PX_NONE};
}

void px_subscriptions_destroy(struct px_subscriptions *subs) {
  free(subs->records);
  free(subs->links);
  free(subs->marks);
  px_subscriptions_init(subs);
}

static int reserve(struct px_subscriptions *subs, uint32_t count) {
  if (count <= subs->room) return WASI_SUCCESS;
  size_t room = (size_t)count + count / 2 + BLOCK;
  uint8_t *records = realloc(subs->records, room * ABI_SUBSCRIPTION_SIZE);
  if (records == NULL) return WASI_NOMEM;
  subs->records = records;
  struct px_link *links = realloc(subs->links, room * sizeof *links);
  if (links == NULL) return WASI_NOMEM;
  subs->links = links;
  size_t words = (room + 63) / 64, had = ((size_t)subs->room + 63) / 64;
  uint64_t *marks = realloc(subs->marks, words * sizeof *marks);
  if (marks == NULL) return WASI_NOMEM;
  memset(marks + had, 0, (words - had) * sizeof *marks);
  subs->marks = marks;
  subs->room = (uint32_t)room;
  return WASI_SUCCESS;
}

/* The head of the chain that a record belongs to; touches the watch where it is one's. */
static uint32_t *chain_of(struct px_subscriptions *subs, struct px_poller *poller,
                          const uint8_t *record, struct px_watch **watch, uint32_t *direction) {
  uint8_t tag = record[ABI_SUB_TAG];
  if (tag == ABI_CLOCK) {
    *watch = NULL;
    return &subs->first_clock;
  }
  uint32_t key = px_poller_key(poller, px_get_uint32_t(record + ABI_SUB_FD));
  *direction = tag == ABI_FD_READ ? PX_READ : PX_WRITE;
  *watch = &poller->watches[key];
  px_poller_touch(poller, key);
  return &(*watch)->head[tag - ABI_FD_READ];
}

static void link_slot(struct px_subscriptions *subs, struct px_poller *poller, uint32_t slot) {
  struct px_watch *watch;
  uint32_t direction = 0;
  uint32_t *head = chain_of(subs, poller, px_subscription(subs, slot), &watch, &direction);
  subs->links[slot] = (struct px_link){.next = *head, .previous = PX_NONE};
  if (*head != PX_NONE) subs->links[*head].previous = slot;
  *head = slot;
  if (watch != NULL) watch->want = (uint8_t)(watch->want | direction);
}

static void unlink_slot(struct px_subscriptions *subs, struct px_poller *poller, uint32_t slot) {
  struct px_watch *watch;
  uint32_t direction = 0;
  uint32_t *head = chain_of(subs, poller, px_subscription(subs, slot), &watch, &direction);
  struct px_link link = subs->links[slot];
  if (link.previous == PX_NONE)
    *head = link.next;
  else
    subs->links[link.previous].next = link.next;
  if (link.next != PX_NONE) subs->links[link.next].previous = link.previous;
  if (watch != NULL && *head == PX_NONE) watch->want = (uint8_t)(watch->want & ~direction);
}

/* A tag or flag outside of the witx makes the whole call invalid; an unknown clock does not. */
static bool valid(const uint8_t *record) {
  uint8_t tag = record[ABI_SUB_TAG];
  if (tag == ABI_FD_READ || tag == ABI_FD_WRITE) return true;
  return tag == ABI_CLOCK &&
         (px_get_uint16_t(record + ABI_SUB_CLOCK_FLAGS) & ~ABI_CLOCK_ABSTIME) == 0;
}

static int replace(struct px_subscriptions *subs, struct px_poller *poller, uint32_t slot,
                   const uint8_t *record) {
  if (!valid(record)) return WASI_INVAL;
  uint8_t *kept = subs->records + (size_t)slot * ABI_SUBSCRIPTION_SIZE;
  /* A changed userdata or timeout leaves the slot where it is. */
  bool moves = slot >= subs->count || record[ABI_SUB_TAG] != kept[ABI_SUB_TAG] ||
               (record[ABI_SUB_TAG] != ABI_CLOCK &&
                px_get_uint32_t(record + ABI_SUB_FD) != px_get_uint32_t(kept + ABI_SUB_FD));
  if (moves && slot < subs->count) unlink_slot(subs, poller, slot);
  memcpy(kept, record, ABI_SUBSCRIPTION_SIZE);
  if (moves) link_slot(subs, poller, slot);
  return WASI_SUCCESS;
}

static int replace_changed(struct px_subscriptions *subs, struct px_poller *poller,
                           const uint8_t *records, uint32_t from, uint32_t to) {
  for (uint32_t slot = from; slot < to; slot++) {
    const uint8_t *record = records + (size_t)slot * ABI_SUBSCRIPTION_SIZE;
    if (memcmp(px_subscription(subs, slot), record, ABI_SUBSCRIPTION_SIZE) == 0) continue;
    int status = replace(subs, poller, slot, record);
    if (status != WASI_SUCCESS) return status;
  }
  return WASI_SUCCESS;
}

static void truncate_to(struct px_subscriptions *subs, struct px_poller *poller, uint32_t count) {
  while (subs->count > count) unlink_slot(subs, poller, --subs->count);
}

/* The stamp of an array, by which its guest tells what it edited; edition 0 where it has none. */
struct stamp {
  uint32_t edition, from, to;
};

static struct stamp stamp_of(const uint8_t *records, uint32_t count) {
  /* The SDK keeps one clock, which may come first. */
  const uint8_t *record = records;
  if (record[ABI_SUB_TAG] == ABI_CLOCK && count > 1) record += ABI_SUBSCRIPTION_SIZE;
  if (record[ABI_SUB_TAG] == ABI_CLOCK || px_get_uint64_t(record + ABI_SUB_HINT) != ABI_HINT_NO_COUNT)
    return (struct stamp){0, 0, 0};
  return (struct stamp){
      .edition = px_get_uint32_t(record + ABI_SUB_EDITION),
      .from = px_get_uint32_t(record + ABI_SUB_EDIT_FROM),
      .to = px_get_uint32_t(record + ABI_SUB_EDIT_TO),
  };
}

/* Compares slots [from, to) and takes over what differs. */
static int compare(struct px_subscriptions *subs, struct px_poller *poller, const uint8_t *records,
                   uint32_t from, uint32_t to) {
  for (uint32_t slot = from; slot < to;) {
    uint32_t end = to - slot > BLOCK ? slot + BLOCK : to;
    size_t at = (size_t)slot * ABI_SUBSCRIPTION_SIZE;
    size_t size = (size_t)(end - slot) * ABI_SUBSCRIPTION_SIZE;
    if (memcmp(subs->records + at, records + at, size) != 0) {
      int status = replace_changed(subs, poller, records, slot, end);
      if (status != WASI_SUCCESS) return status;
    }
    slot = end;
  }
  return WASI_SUCCESS;
}

int px_subscriptions_update(struct px_subscriptions *subs, struct px_poller *poller,
                            const uint8_t *records, uint32_t count, uint32_t address) {
  struct stamp stamp = stamp_of(records, count);
  bool known = stamp.edition != 0 && subs->edition != 0 && subs->address == address;
  if (px_poller_must_grow(poller)) {
    /* Slots whose number no entry ever had hang on key 0; some may be descriptors now. Rare, so
     * all are linked anew, and unlinked first by the keys that they were linked by. */
    if (poller->watches[0].want != 0) {
      truncate_to(subs, poller, 0);
      known = false;
    }
    if (px_poller_reserve(poller) < 0) return WASI_NOMEM;
  }
  if (known && stamp.edition == subs->edition && count == subs->count) return WASI_SUCCESS;

  int status = reserve(subs, count);
  if (status != WASI_SUCCESS) return status;
  truncate_to(subs, poller, count);
  uint32_t from = 0, to = subs->count;
  if (known && stamp.edition == subs->edition + 1) {
    from = stamp.from < to ? stamp.from : to;
    to = stamp.to < to ? stamp.to : to;
  }
  subs->edition = 0; /* should this fail, the next call compares all */
  status = compare(subs, poller, records, from, to);
  while (status == WASI_SUCCESS && subs->count < count) {
    status = replace(subs, poller, subs->count, records + (size_t)subs->count * ABI_SUBSCRIPTION_SIZE);
    if (status == WASI_SUCCESS) subs->count++;
  }
  if (status != WASI_SUCCESS) return status;
  subs->edition = stamp.edition;
  subs->address = address;
  return WASI_SUCCESS;
}
