/* SPDX-License-Identifier: MIT
 * See subscriptions.h. */
#include "subscriptions.h"

#include <stdlib.h>

#include "errno_map.h"

/* Compared in blocks: memcmp of 3 KB runs at memory speed, and a difference costs one block. */
enum { BLOCK = 64 };

void px_subscriptions_init(struct px_subscriptions *subs) {
  *subs = (struct px_subscriptions){
      .first_clock = PX_NONE, .first = PX_LEADING_CLOCKS, .end = PX_LEADING_CLOCKS, .keys = 1};
}

void px_subscriptions_destroy(struct px_subscriptions *subs) {
  free(subs->records);
  free(subs->links);
  free(subs->marks);
  px_subscriptions_init(subs);
}

static int reserve(struct px_subscriptions *subs, uint32_t end) {
  if (end <= subs->room) return WASI_SUCCESS;
  size_t room = (size_t)end + end / 2 + BLOCK;
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
  uint32_t fd = px_get_uint32_t(record + ABI_SUB_FD), key = fd < subs->keys - 1 ? fd + 1 : 0;
  *direction = tag == ABI_FD_READ ? PX_READ : PX_WRITE;
  *watch = &poller->watches[key];
  px_poller_touch(poller, key);
  return &(*watch)->head[tag - ABI_FD_READ];
}

static void link_slot(struct px_subscriptions *subs, struct px_poller *poller, uint32_t slot) {
  struct px_watch *watch;
  uint32_t direction = 0;
  uint32_t *head = chain_of(subs, poller, px_subscription(subs, slot), &watch, &direction);
  subs->relinked++;
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

/* The guest's array, as records of slots: `records` is what the slot `first` is to hold. */
struct array {
  const uint8_t *records;
  uint32_t first, end;
};

static inline const uint8_t *record_of(const struct array *array, uint32_t slot) {
  return array->records + (size_t)(slot - array->first) * ABI_SUBSCRIPTION_SIZE;
}

/* Clocks at the beginning, as far as there are slots for them. */
static uint32_t leading_clocks(const uint8_t *records, uint32_t count) {
  uint32_t most = count < PX_LEADING_CLOCKS ? count : PX_LEADING_CLOCKS, lead = 0;
  while (lead < most && records[(size_t)lead * ABI_SUBSCRIPTION_SIZE + ABI_SUB_TAG] == ABI_CLOCK)
    lead++;
  return lead;
}

static int replace(struct px_subscriptions *subs, struct px_poller *poller, uint32_t slot,
                   const uint8_t *record) {
  if (!valid(record)) return WASI_INVAL;
  uint8_t *kept = subs->records + (size_t)slot * ABI_SUBSCRIPTION_SIZE;
  bool linked = slot >= subs->first && slot < subs->end;
  /* A changed userdata or timeout leaves the slot where it is. */
  bool moves = !linked || record[ABI_SUB_TAG] != kept[ABI_SUB_TAG] ||
               (record[ABI_SUB_TAG] != ABI_CLOCK &&
                px_get_uint32_t(record + ABI_SUB_FD) != px_get_uint32_t(kept + ABI_SUB_FD));
  if (moves && linked) unlink_slot(subs, poller, slot);
  memcpy(kept, record, ABI_SUBSCRIPTION_SIZE);
  if (moves) link_slot(subs, poller, slot);
  return WASI_SUCCESS;
}

static int replace_changed(struct px_subscriptions *subs, struct px_poller *poller,
                           const struct array *array, uint32_t from, uint32_t to) {
  for (uint32_t slot = from; slot < to; slot++) {
    const uint8_t *record = record_of(array, slot);
    if (memcmp(px_subscription(subs, slot), record, ABI_SUBSCRIPTION_SIZE) == 0) continue;
    int status = replace(subs, poller, slot, record);
    if (status != WASI_SUCCESS) return status;
  }
  return WASI_SUCCESS;
}

/* Drops the kept slots outside of [first, end). */
static void cut(struct px_subscriptions *subs, struct px_poller *poller, uint32_t first, uint32_t end) {
  while (subs->end > end) unlink_slot(subs, poller, --subs->end);
  while (subs->first < first) unlink_slot(subs, poller, subs->first++);
}

/* Adds the slots of the array that are not kept yet: before, and behind. */
static int extend(struct px_subscriptions *subs, struct px_poller *poller, const struct array *array) {
  int status = WASI_SUCCESS;
  while (status == WASI_SUCCESS && subs->first > array->first) {
    status = replace(subs, poller, subs->first - 1, record_of(array, subs->first - 1));
    if (status == WASI_SUCCESS) subs->first--;
  }
  while (status == WASI_SUCCESS && subs->end < array->end) {
    status = replace(subs, poller, subs->end, record_of(array, subs->end));
    if (status == WASI_SUCCESS) subs->end++;
  }
  return status;
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
static int compare(struct px_subscriptions *subs, struct px_poller *poller, const struct array *array,
                   uint32_t from, uint32_t to) {
  for (uint32_t slot = from; slot < to;) {
    uint32_t end = to - slot > BLOCK ? slot + BLOCK : to;
    size_t size = (size_t)(end - slot) * ABI_SUBSCRIPTION_SIZE;
    if (memcmp(px_subscription(subs, slot), record_of(array, slot), size) != 0) {
      int status = replace_changed(subs, poller, array, slot, end);
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
  if (px_poller_must_grow(poller) && px_poller_reserve(poller) < 0) return WASI_NOMEM;
  if (poller->room != subs->keys) {
    /* Slots whose number no entry ever had hang on key 0; some may be descriptors now. Rare, so
     * all are linked anew, and unlinked first by the keys that they were linked by. */
    if (poller->watches[0].want != 0) {
      cut(subs, poller, PX_LEADING_CLOCKS, PX_LEADING_CLOCKS);
      known = false;
    }
    subs->keys = poller->room;
  }
  if (known && stamp.edition == subs->edition && count == px_subscriptions_count(subs))
    return WASI_SUCCESS;

  uint32_t first = PX_LEADING_CLOCKS - leading_clocks(records, count);
  struct array array = {.records = records, .first = first, .end = first + count};
  int status = reserve(subs, array.end);
  if (status != WASI_SUCCESS) return status;
  /* A stamp speaks of places in the array, which are other slots after a change of the clocks. */
  known = known && stamp.edition == subs->edition + 1 && first == subs->first;
  cut(subs, poller, first, array.end);
  uint32_t from = subs->first, to = subs->end;
  if (known) {
    uint32_t kept = to - from;
    to = from + (stamp.to < kept ? stamp.to : kept);
    from += stamp.from < kept ? stamp.from : kept;
  }
  subs->edition = 0; /* should this fail, the next call compares all */
  status = compare(subs, poller, &array, from, to);
  if (status == WASI_SUCCESS) status = extend(subs, poller, &array);
  if (status != WASI_SUCCESS) return status;
  subs->edition = stamp.edition;
  subs->address = address;
  return WASI_SUCCESS;
}
