/* SPDX-License-Identifier: MIT
 * Scenarios of clocks that come and go before, behind and between descriptors: events stay in the order
 * of the array, and what stands behind leading clocks is not linked anew because of them. */
#include <string.h>
#include <unistd.h>

#include "harness.h"

#define HOUR (3600 * UINT64_C(1000000000))
enum { MANY = 61 };

/* Descriptors of which every third is readable; the userdata of a subscription is its place in the array. */
struct crowd {
  int peers[MANY];
  uint32_t fds[MANY];
};

static void gather(struct test *t, struct crowd *crowd) {
  for (int i = 0; i < MANY; i++) {
    crowd->peers[i] = connect_peer(t, &crowd->fds[i]);
    if (i % 3 == 0) CHECK(write(crowd->peers[i], "x", 1) == 1);
  }
  /* All have arrived once the last ones are seen. */
  for (int i = 0; i < MANY; i += 3) {
    sub_none(t);
    sub_fd(t, ABI_FD_READ, crowd->fds[i], 0);
    CHECK(poll_all(t) == 0 && event_count(t) == 1);
  }
  sub_none(t);
}

static void disperse(struct crowd *crowd) {
  for (int i = 0; i < MANY; i++) close(crowd->peers[i]);
}

static void clocks(struct test *t, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    sub_clock(t, ABI_CLOCK_MONOTONIC, i % 2 == 0 ? 0 : HOUR, false, t->subs);
}

static void descriptors(struct test *t, const struct crowd *crowd, int from, int to) {
  for (int i = from; i < to; i++) sub_fd(t, ABI_FD_READ, crowd->fds[i], t->subs);
}

static bool is_due(struct test *t, const struct crowd *crowd, uint32_t place) {
  const uint8_t *record = t->bytes + SUBS + (size_t)place * 48;
  uint32_t fd;
  uint64_t timeout;
  memcpy(&timeout, record + 24, 8);
  if (record[8] == ABI_CLOCK) return timeout == 0;
  memcpy(&fd, record + 16, 4);
  for (int i = 0; i < MANY; i += 3)
    if (crowd->fds[i] == fd) return true;
  return false;
}

/* One call: an event for each that is due, in the order of the array. How many slots it linked. */
static uint64_t poll_in_order(struct test *t, const struct crowd *crowd) {
  uint64_t before = t->host.subs.relinked;
  uint32_t found = 0;
  CHECK(poll_all(t) == 0);
  for (uint32_t place = 0; place < t->subs; place++) {
    if (!is_due(t, crowd, place)) continue;
    CHECK(found < event_count(t) && event_userdata(t, found) == place);
    CHECK(event_type(t, found) == t->bytes[SUBS + (size_t)place * 48 + 8]);
    found++;
  }
  CHECK(found == event_count(t));
  return t->host.subs.relinked - before;
}

/* `lead` clocks, all descriptors, `tail` clocks. */
static uint64_t poll_shape(struct test *t, const struct crowd *crowd, uint32_t lead, uint32_t tail) {
  sub_none(t);
  clocks(t, lead);
  descriptors(t, crowd, 0, MANY);
  clocks(t, tail);
  return poll_in_order(t, crowd);
}

static void leading_clocks_come_and_go_and_move_no_descriptor(struct test *t) {
  struct crowd crowd;
  gather(t, &crowd);
  CHECK(poll_shape(t, &crowd, 0, 0) >= MANY - 1);
  for (int round = 0; round < 3; round++) {
    CHECK(poll_shape(t, &crowd, 1, 0) == 1);
    CHECK(poll_shape(t, &crowd, 0, 0) == 0);
    CHECK(poll_shape(t, &crowd, 2, 0) == 2);
    CHECK(poll_shape(t, &crowd, 1, 0) == 0);
    CHECK(poll_shape(t, &crowd, PX_LEADING_CLOCKS, 0) == PX_LEADING_CLOCKS - 1);
    CHECK(poll_shape(t, &crowd, 0, 0) == 0);
  }
  disperse(&crowd);
}

static void a_clock_moves_from_the_beginning_to_the_end(struct test *t) {
  struct crowd crowd;
  gather(t, &crowd);
  poll_shape(t, &crowd, 1, 0);
  for (int round = 0; round < 3; round++) {
    CHECK(poll_shape(t, &crowd, 0, 1) == 1);
    CHECK(poll_shape(t, &crowd, 1, 1) == 1);
    CHECK(poll_shape(t, &crowd, 2, 0) == 1);
    CHECK(poll_shape(t, &crowd, 1, 0) == 0);
  }
  disperse(&crowd);
}

static void more_leading_clocks_than_slots_are_clocks_like_others(struct test *t) {
  struct crowd crowd;
  gather(t, &crowd);
  for (uint32_t lead = 0; lead < PX_LEADING_CLOCKS + 4; lead++) {
    poll_shape(t, &crowd, lead, lead % 3);
    CHECK(poll_shape(t, &crowd, lead, lead % 3) == 0);
  }
  poll_shape(t, &crowd, 1, 0);
  /* Clocks alone, more and fewer of them; the first is due. */
  for (uint32_t lead = 2 * PX_LEADING_CLOCKS; lead > 0; lead -= 3) {
    sub_none(t);
    clocks(t, lead);
    poll_in_order(t, &crowd);
    if (lead < 3) break;
  }
  CHECK(poll_shape(t, &crowd, 0, 0) == MANY);
  disperse(&crowd);
}

/* Go takes a descriptor out after its event, by moving the last one into its place, and puts it back. */
static void a_turn_of_go_touches_as_many_slots_as_it_has_events(struct test *t) {
  struct crowd crowd;
  gather(t, &crowd);
  poll_shape(t, &crowd, 0, 0);
  for (int round = 0; round < 3 * MANY; round++) {
    int at = round % (MANY - 1);
    uint32_t last = crowd.fds[MANY - 1], one = crowd.fds[at];
    sub_none(t);
    clocks(t, 1);
    descriptors(t, &crowd, 0, at);
    sub_fd(t, ABI_FD_READ, last, t->subs);
    descriptors(t, &crowd, at + 1, MANY - 1);
    CHECK(poll_in_order(t, &crowd) <= 2);
    sub_none(t);
    descriptors(t, &crowd, 0, at);
    sub_fd(t, ABI_FD_READ, last, t->subs);
    descriptors(t, &crowd, at + 1, MANY - 1);
    sub_fd(t, ABI_FD_READ, one, t->subs);
    CHECK(poll_in_order(t, &crowd) <= 1);
    CHECK(poll_shape(t, &crowd, 0, 0) <= 2);
  }
  disperse(&crowd);
}

static void invalid_tags_among_leading_clocks_leave_a_consistent_array(struct test *t) {
  struct crowd crowd;
  gather(t, &crowd);
  for (uint32_t bad = 0; bad < 6; bad++) {
    poll_shape(t, &crowd, bad % 2, 0);
    sub_none(t);
    clocks(t, 4);
    descriptors(t, &crowd, 0, 10);
    t->bytes[SUBS + bad * 48u + (bad < 4 ? 40 : 8)] = 0xff; /* flags of a clock, or a tag */
    CHECK(poll_all(t) == WASI_INVAL);
    poll_shape(t, &crowd, bad % 3, bad % 2);
    CHECK(poll_shape(t, &crowd, bad % 3, bad % 2) == 0);
  }
  disperse(&crowd);
}

static void stamp(struct test *t, uint32_t place, uint32_t edition, uint32_t from, uint32_t to) {
  uint8_t *record = t->bytes + SUBS + (size_t)place * 48;
  memcpy(record + 24, "no-count", 8);
  memcpy(record + 32, &edition, 4);
  memcpy(record + 36, &from, 4);
  memcpy(record + 40, &to, 4);
}

/* [C A B D] to [D A B]: what moved is told, and that all others stand in other slots now is not. */
static void a_stamped_array_may_lose_and_win_its_leading_clock(struct test *t) {
  struct crowd crowd;
  gather(t, &crowd);
  for (uint32_t edition = 10; edition < 40; edition += 2) {
    sub_none(t);
    clocks(t, 1);
    descriptors(t, &crowd, 1, MANY);
    stamp(t, 1, edition, 0, edition == 10 ? MANY : 1);
    poll_in_order(t, &crowd);
    sub_none(t);
    descriptors(t, &crowd, MANY - 1, MANY);
    descriptors(t, &crowd, 1, MANY - 1);
    stamp(t, 0, edition + 1, 0, 1);
    poll_in_order(t, &crowd);
  }
  /* With the clock in its place an edition is compared where it says: here the guest lies. */
  sub_none(t);
  clocks(t, 1);
  descriptors(t, &crowd, 1, MANY);
  stamp(t, 1, 50, 0, MANY);
  poll_in_order(t, &crowd);
  t->bytes[SUBS + 3 * 48] = 200;
  stamp(t, 1, 51, 0, 3);
  CHECK(poll_all(t) == 0 && event_userdata(t, 0) == 0 && event_userdata(t, 1) == 3);
  stamp(t, 1, 52, 3, 4);
  CHECK(poll_all(t) == 0 && event_userdata(t, 0) == 0 && event_userdata(t, 1) == 200);
  disperse(&crowd);
}

#define S(name) {#name, name}
const struct scenario slot_scenarios[] = {
    S(leading_clocks_come_and_go_and_move_no_descriptor),
    S(a_clock_moves_from_the_beginning_to_the_end),
    S(more_leading_clocks_than_slots_are_clocks_like_others),
    S(a_turn_of_go_touches_as_many_slots_as_it_has_events),
    S(invalid_tags_among_leading_clocks_leave_a_consistent_array),
    S(a_stamped_array_may_lose_and_win_its_leading_clock),
    {NULL, NULL},
};
