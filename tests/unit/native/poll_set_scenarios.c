/* SPDX-License-Identifier: MIT
 * Scenarios of /dev/poll. */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#define MS UINT64_C(1000000)
enum { BADF = 8, INVAL = 28 };

/* Writes the subscriptions that stand at SUBS to the set; `remove` marks each. The errno. */
static int tell(struct test *t, uint32_t set, bool remove) {
  uint32_t size = t->subs * 48;
  for (uint32_t i = 0; remove && i < t->subs; i++)
    memcpy(t->bytes + SUBS + i * 48u + 10, "remove", 6);
  memcpy(t->bytes + DATA, t->bytes + SUBS, size);
  sub_none(t);
  uint32_t count;
  int status = write_fd(t, set, size, &count);
  CHECK(status != 0 || count == size);
  return status;
}

/* Reads events to where poll_oneoff would write them; how many. */
static uint32_t take(struct test *t, uint32_t set, uint32_t room, int want) {
  uint32_t count;
  CHECK(read_fd(t, set, room * 32, &count) == want);
  if (want != 0) return 0;
  CHECK(count % 32 == 0);
  memcpy(t->bytes + EVENTS, t->bytes + DATA, count);
  return count / 32;
}

static uint32_t open_set(struct test *t, uint16_t flags) {
  int fd = px_poll_set_open(&t->host, flags);
  CHECK(fd > 3);
  return (uint32_t)fd;
}

static void the_set_reports_what_is_ready_until_it_is_not(struct test *t) {
  uint32_t set = open_set(t, ABI_FDFLAGS_NONBLOCK), quiet, busy, count;
  int a = connect_peer(t, &quiet), b = connect_peer(t, &busy);
  sub_fd(t, ABI_FD_READ, quiet, 1);
  sub_fd(t, ABI_FD_READ, busy, 2);
  CHECK(tell(t, set, false) == 0 && take(t, set, 8, WASI_AGAIN) == 0);
  CHECK(write(b, "abc", 3) == 3);
  for (int i = 0; i < 3; i++) {
    CHECK(take(t, set, 8, 0) == 1 && event_userdata(t, 0) == 2 && event_type(t, 0) == ABI_FD_READ);
    CHECK(event_nbytes(t, 0) == 3u - (unsigned)i && event_error(t, 0) == 0);
    CHECK(read_fd(t, busy, 1, &count) == 0);
  }
  CHECK(take(t, set, 8, WASI_AGAIN) == 0);
  close(a);
  close(b);
}

static void interest_is_added_changed_and_removed(struct test *t) {
  uint32_t set = open_set(t, ABI_FDFLAGS_NONBLOCK), fd;
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "x", 1) == 1);
  sub_fd(t, ABI_FD_READ, fd, 1);
  sub_fd(t, ABI_FD_WRITE, fd, 2);
  CHECK(tell(t, set, false) == 0 && take(t, set, 8, 0) == 2);
  sub_fd(t, ABI_FD_READ, fd, 77);
  CHECK(tell(t, set, false) == 0 && take(t, set, 8, 0) == 2);
  CHECK(event_userdata(t, 0) + event_userdata(t, 1) == 79);
  sub_fd(t, ABI_FD_READ, fd, 0);
  CHECK(tell(t, set, true) == 0);
  CHECK(take(t, set, 8, 0) == 1 && event_userdata(t, 0) == 2 && event_type(t, 0) == ABI_FD_WRITE);
  sub_fd(t, ABI_FD_WRITE, fd, 0);
  CHECK(tell(t, set, true) == 0 && take(t, set, 8, WASI_AGAIN) == 0);
  sub_fd(t, ABI_FD_WRITE, fd, 0);
  CHECK(tell(t, set, true) == 0); /* once more is no mistake */
  close(peer);
}

static void a_closed_descriptor_leaves_the_set(struct test *t) {
  uint32_t set = open_set(t, ABI_FDFLAGS_NONBLOCK), fd, again;
  int peer = connect_peer(t, &fd);
  sub_fd(t, ABI_FD_WRITE, fd, 1);
  CHECK(tell(t, set, false) == 0 && take(t, set, 8, 0) == 1);
  CHECK(px_fd_close(&t->host, fd) == 0);
  close(peer);
  peer = connect_peer(t, &again);
  CHECK(again == fd && take(t, set, 8, WASI_AGAIN) == 0);
  sub_fd(t, ABI_FD_WRITE, fd, 5);
  CHECK(tell(t, set, false) == 0 && take(t, set, 8, 0) == 1 && event_userdata(t, 0) == 5);
  close(peer);
}

static void a_bad_descriptor_is_its_own_event(struct test *t) {
  uint32_t set = open_set(t, 0);
  sub_fd(t, ABI_FD_READ, 99, 7);
  sub_fd(t, ABI_FD_WRITE, UINT32_MAX, 8);
  CHECK(tell(t, set, false) == 0 && take(t, set, 8, 0) == 2);
  CHECK(event_error(t, 0) == BADF && event_userdata(t, 0) == 7 && event_error(t, 1) == BADF);
  sub_fd(t, ABI_FD_READ, 99, 0);
  CHECK(tell(t, set, true) == 0 && take(t, set, 8, 0) == 1 && event_userdata(t, 0) == 8);
}

static void clocks_are_due_in_their_time_and_stay_due(struct test *t) {
  uint32_t set = open_set(t, 0);
  uint64_t start = now_ns(CLOCK_MONOTONIC);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 20 * MS, false, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, start + 10000 * MS, true, 2);
  CHECK(tell(t, set, false) == 0);
  CHECK(take(t, set, 8, 0) == 1 && event_userdata(t, 0) == 1 && event_type(t, 0) == ABI_CLOCK);
  CHECK(now_ns(CLOCK_MONOTONIC) - start >= 20 * MS);
  CHECK(take(t, set, 8, 0) == 1 && event_userdata(t, 0) == 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 1, true, 2); /* the past */
  CHECK(tell(t, set, false) == 0 && take(t, set, 8, 0) == 2);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 1);
  CHECK(tell(t, set, true) == 0 && take(t, set, 8, 0) == 1 && event_userdata(t, 0) == 2);
}

static void poll_oneoff_tells_when_the_set_is_readable(struct test *t) {
  uint32_t set = open_set(t, 0), fd, other, count;
  int peer = connect_peer(t, &fd), second = connect_peer(t, &other);
  sub_fd(t, ABI_FD_READ, fd, 1);
  CHECK(tell(t, set, false) == 0);
  for (int round = 0; round < 3; round++) {
    sub_none(t);
    sub_fd(t, ABI_FD_READ, set, 5);
    sub_fd(t, ABI_FD_READ, other, 6);
    sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 9);
    CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 9);
    CHECK(write(peer, "x", 1) == 1);
    CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_userdata(t, 0) == 5);
    CHECK(write(second, "y", 1) == 1);
    CHECK(take(t, set, 8, 0) == 1 && event_userdata(t, 0) == 1); /* not of `other` */
    CHECK(poll_all(t) == 0 && event_count(t) == 3 && event_userdata(t, 1) == 6);
    CHECK(read_fd(t, fd, 8, &count) == 0 && read_fd(t, other, 8, &count) == 0);
  }
  sub_none(t);
  sub_fd(t, ABI_FD_WRITE, set, 5);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_type(t, 0) == ABI_FD_WRITE);
  close(peer);
  close(second);
}

static void no_room_for_all_starves_nobody(struct test *t) {
  enum { MANY = 40 };
  uint32_t set = open_set(t, 0), fd, seen = 0;
  int peers[MANY];
  bool got[MANY * 2] = {false};
  for (uint32_t i = 0; i < MANY; i++) {
    peers[i] = connect_peer(t, &fd);
    CHECK(write(peers[i], "x", 1) == 1);
    sub_fd(t, ABI_FD_READ, fd, i * 2);
    sub_fd(t, ABI_FD_WRITE, fd, i * 2 + 1);
  }
  CHECK(tell(t, set, false) == 0);
  for (int round = 0; round < 1000 && seen < MANY * 2; round++) {
    CHECK(take(t, set, 1, 0) == 1);
    uint64_t which = event_userdata(t, 0);
    if (!got[which]) seen++;
    got[which] = true;
  }
  CHECK(seen == MANY * 2);
  for (int i = 0; i < MANY; i++) close(peers[i]);
}

/* A short read of the set meets reports that nobody asked for first: each new connection is writable. */
static void what_is_ready_is_found_behind_what_nobody_wants(struct test *t) {
  enum { MANY = 20 };
  uint32_t set = open_set(t, ABI_FDFLAGS_NONBLOCK), fd = 0;
  int peers[MANY];
  for (uint32_t i = 0; i < MANY; i++) {
    peers[i] = connect_peer(t, &fd);
    sub_fd(t, ABI_FD_READ, fd, i);
  }
  CHECK(tell(t, set, false) == 0);
  CHECK(write(peers[MANY - 1], "x", 1) == 1);
  CHECK(take(t, set, 1, 0) == 1 && event_userdata(t, 0) == MANY - 1);
  for (int i = 0; i < MANY; i++) close(peers[i]);
}

static void mistakes_have_their_errnos(struct test *t) {
  uint32_t set = open_set(t, 0), count;
  CHECK(px_poll_set_open(&t->host, 0) < 0);
  CHECK(read_fd(t, set, 31, &count) == INVAL && write_fd(t, set, 47, &count) == INVAL);
  sub_fd(t, 3, 0, 1);
  CHECK(tell(t, set, false) == INVAL);
  sub_fd(t, ABI_FD_READ, set, 1);
  CHECK(tell(t, set, false) == INVAL);
  sub_fd(t, ABI_FD_READ, t->listener, 1);
  sub_fd(t, 3, 0, 1);
  memcpy(t->bytes + DATA, t->bytes + SUBS, 96);
  CHECK(write_fd(t, set, 96, &count) == 0 && count == 48); /* up to the mistake */
  CHECK(recv_fd(t, set, 32, 0, &count) == WASI_NOTSOCK);
  CHECK(px_fd_read(&t->host, t->memory, set, MEMORY - 4, 1, RESULT) == WASI_FAULT);
  CHECK(px_fd_close(&t->host, set) == 0 && px_fd_close(&t->host, set) == BADF);
  CHECK(open_set(t, 0) == set);
}

static void a_moved_set_goes_on(struct test *t) {
  uint32_t set = open_set(t, 0), fd;
  int peer = connect_peer(t, &fd), replaced;
  sub_fd(t, ABI_FD_WRITE, fd, 1);
  CHECK(tell(t, set, false) == 0);
  CHECK(px_fd_renumber(&t->host, set, 0, &replaced) == 0 && take(t, 0, 8, 0) == 1);
  CHECK(px_fd_renumber(&t->host, fd, 99, &replaced) == BADF);
  CHECK(px_fd_renumber(&t->host, t->listener, 0, &replaced) == 0); /* closes it */
  CHECK(px_poll_set_open(&t->host, 0) > 0);
  close(peer);
}

static void *stop_soon(void *data) {
  struct test *t = data;
  usleep(30000);
  px_host_stop(&t->host);
  return NULL;
}

static void a_stop_ends_a_wait_on_the_set(struct test *t) {
  uint32_t set = open_set(t, 0), count;
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, stop_soon, t) == 0);
  CHECK(read_fd(t, set, 320, &count) == PX_STOPPED);
  pthread_join(thread, NULL);
}

#define S(name) {#name, name}
const struct scenario poll_set_scenarios[] = {
    S(the_set_reports_what_is_ready_until_it_is_not),
    S(interest_is_added_changed_and_removed),
    S(a_closed_descriptor_leaves_the_set),
    S(a_bad_descriptor_is_its_own_event),
    S(clocks_are_due_in_their_time_and_stay_due),
    S(poll_oneoff_tells_when_the_set_is_readable),
    S(no_room_for_all_starves_nobody),
    S(what_is_ready_is_found_behind_what_nobody_wants),
    S(mistakes_have_their_errnos),
    S(a_moved_set_goes_on),
    S(a_stop_ends_a_wait_on_the_set),
    {NULL, NULL},
};
