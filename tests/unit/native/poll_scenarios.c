/* SPDX-License-Identifier: MIT
 * Scenarios of poll_oneoff. traps.ts tells which of its traps each of them watches. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

#define MS UINT64_C(1000000)

static void only_what_is_ready_is_reported(struct test *t) {
  uint32_t quiet, busy;
  int a = connect_peer(t, &quiet), b = connect_peer(t, &busy);
  CHECK(write(b, "abc", 3) == 3);
  sub_fd(t, ABI_FD_READ, t->listener, 1);
  sub_fd(t, ABI_FD_READ, quiet, 2);
  sub_fd(t, ABI_FD_READ, busy, 3);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 10000 * MS, false, 4);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 3);
  CHECK(event_error(t, 0) == 0 && event_type(t, 0) == ABI_FD_READ && event_nbytes(t, 0) == 3);
  CHECK(!event_hangup(t, 0));
  close(a);
  close(b);
}

static void level_triggered_until_read(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "abcdef", 6) == 6);
  sub_fd(t, ABI_FD_READ, fd, 1);
  for (int i = 0; i < 3; i++) {
    CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_nbytes(t, 0) == 6u - 2u * (unsigned)i);
    CHECK(read_fd(t, fd, 2, &count) == 0 && count == 2);
  }
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 9);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 9);
  close(peer);
}

static void read_and_write_of_one_fd_come_in_subscription_order(struct test *t) {
  uint32_t fd;
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "x", 1) == 1);
  sub_fd(t, ABI_FD_WRITE, fd, 7);
  sub_fd(t, ABI_FD_READ, fd, 7);
  sub_fd(t, ABI_FD_READ, fd, 8);
  CHECK(poll_all(t) == 0 && event_count(t) == 3);
  CHECK(event_type(t, 0) == ABI_FD_WRITE && event_userdata(t, 0) == 7);
  CHECK(event_type(t, 1) == ABI_FD_READ && event_userdata(t, 1) == 7);
  CHECK(event_type(t, 2) == ABI_FD_READ && event_userdata(t, 2) == 8);
  close(peer);
}

static void bad_fds_are_their_own_events(struct test *t) {
  uint32_t fd;
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "x", 1) == 1);
  sub_fd(t, ABI_FD_READ, 99, 1);
  sub_fd(t, ABI_FD_READ, fd, 2);
  sub_fd(t, ABI_FD_WRITE, UINT32_MAX, 3);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 10000 * MS, false, 4);
  CHECK(poll_all(t) == 0 && event_count(t) == 3);
  CHECK(event_userdata(t, 0) == 1 && event_error(t, 0) == WASI_BADF);
  CHECK(event_userdata(t, 1) == 2 && event_error(t, 1) == 0);
  CHECK(event_userdata(t, 2) == 3 && event_error(t, 2) == WASI_BADF);
  sub_none(t);
  sub_fd(t, ABI_FD_READ, fd, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_error(t, 0) == 0);
  close(peer);
}

static void a_number_beyond_the_table_becomes_a_descriptor(struct test *t) {
  int peers[80];
  uint32_t fd;
  sub_fd(t, ABI_FD_WRITE, 75, 1);
  CHECK(poll_all(t) == 0 && event_error(t, 0) == WASI_BADF);
  for (int i = 0; i < 80; i++) peers[i] = connect_peer(t, &fd);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_error(t, 0) == 0);
  for (int i = 0; i < 80; i++) close(peers[i]);
}

static void invalid_calls_fail_as_a_whole(struct test *t) {
  CHECK(poll_all(t) == WASI_INVAL); /* no subscription */
  sub_fd(t, 3, 0, 1);
  CHECK(poll_all(t) == WASI_INVAL); /* no such tag */
  sub_none(t);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 1);
  t->bytes[SUBS + 40] = 2; /* no such flag */
  CHECK(poll_all(t) == WASI_INVAL);
  sub_none(t);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 1);
  CHECK(poll_all(t) == 0 && event_count(t) == 1);
}

static void pointers_are_checked_in_64_bits(struct test *t) {
  struct px_host *h = &t->host;
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 1);
  CHECK(px_poll_begin(h, t->memory, SUBS, EVENTS, 1u << 28, NEVENTS) == WASI_FAULT);
  CHECK(px_poll_begin(h, t->memory, SUBS, EVENTS, UINT32_MAX, NEVENTS) == WASI_FAULT);
  CHECK(px_poll_begin(h, t->memory, UINT32_MAX, EVENTS, 1, NEVENTS) == WASI_FAULT);
  CHECK(px_poll_begin(h, t->memory, MEMORY - 47, EVENTS, 1, NEVENTS) == WASI_FAULT);
  CHECK(px_poll_begin(h, t->memory, SUBS, MEMORY - 31, 1, NEVENTS) == WASI_FAULT);
  CHECK(px_poll_begin(h, t->memory, SUBS, EVENTS, 1, MEMORY - 3) == WASI_FAULT);
  CHECK(px_poll_begin(h, t->memory, SUBS, EVENTS, 1, UINT32_MAX) == WASI_FAULT);
  /* The very last bytes are the guest's too. */
  memcpy(t->bytes + MEMORY - 48, t->bytes + SUBS, 48);
  CHECK(px_poll_begin(h, t->memory, MEMORY - 48, EVENTS, 1, MEMORY - 4) == 0);
  CHECK(px_poll_wait(h) == 0 && px_poll_finish(h, t->memory, EVENTS, MEMORY - 4) == 0);
  CHECK(t->bytes[MEMORY - 4] == 1);
}

static void memory_that_grows_during_the_wait_gets_the_events(struct test *t) {
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 77);
  CHECK(px_poll_begin(&t->host, t->memory, SUBS, EVENTS, 1, NEVENTS) == 0);
  CHECK(px_poll_wait(&t->host) == 0);
  uint8_t *grown = calloc(1, MEMORY * 2);
  free(t->bytes);
  t->bytes = grown;
  t->memory = (struct px_memory){.data = grown, .size = MEMORY * 2};
  CHECK(px_poll_finish(&t->host, t->memory, EVENTS, NEVENTS) == 0);
  CHECK(event_count(t) == 1 && event_userdata(t, 0) == 77);
}

static void a_half_close_is_readable_without_hangup(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  shutdown(peer, SHUT_WR);
  sub_fd(t, ABI_FD_READ, fd, 1);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_nbytes(t, 0) == 0);
  CHECK(read_fd(t, fd, 8, &count) == 0 && count == 0);
  sub_none(t);
  sub_fd(t, ABI_FD_WRITE, fd, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && !event_hangup(t, 0));
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_WR) == 0);
  sub_fd(t, ABI_FD_READ, fd, 3);
  CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_hangup(t, 0) && event_hangup(t, 1));
  close(peer);
}

/* wasi-libc's select() sees no readiness to write in an event with the flag. */
static void a_reset_wakes_both_directions_without_error_and_the_reader_with_hangup(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  reset_peer(peer);
  sub_fd(t, ABI_FD_READ, fd, 1);
  sub_fd(t, ABI_FD_WRITE, fd, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 2);
  CHECK(event_error(t, 0) == 0 && event_hangup(t, 0));
  CHECK(event_error(t, 1) == 0 && !event_hangup(t, 1));
  CHECK(read_fd(t, fd, 8, &count) == px_wasi_errno(ECONNRESET));
  CHECK(write_fd(t, fd, 8, &count) == px_wasi_errno(EPIPE));
}

static void a_closed_and_reused_number_is_registered_anew(struct test *t) {
  uint32_t fd, again;
  int peer = connect_peer(t, &fd);
  sub_fd(t, ABI_FD_READ, fd, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1);
  CHECK(write(peer, "old", 3) == 3);
  CHECK(px_fd_close(&t->host, fd) == 0);
  CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_error(t, 0) == WASI_BADF);
  int next = connect_peer(t, &again);
  CHECK(again == fd);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 2);
  CHECK(write(next, "new!", 4) == 4);
  CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_nbytes(t, 0) == 4);
  close(peer);
  close(next);
}

static void a_renumbered_fd_takes_its_readiness_along(struct test *t) {
  uint32_t a, b;
  int first = connect_peer(t, &a), second = connect_peer(t, &b), replaced;
  CHECK(write(second, "x", 1) == 1);
  sub_fd(t, ABI_FD_READ, a, 1);
  sub_fd(t, ABI_FD_READ, b, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 2);
  CHECK(px_fd_renumber(&t->host, b, a, &replaced) == 0 && replaced == -1);
  CHECK(poll_all(t) == 0 && event_count(t) == 2);
  CHECK(event_userdata(t, 0) == 1 && event_error(t, 0) == 0 && event_nbytes(t, 0) == 1);
  CHECK(event_userdata(t, 1) == 2 && event_error(t, 1) == WASI_BADF);
  char byte;
  CHECK(recv(first, &byte, 1, 0) == 0); /* what was there is closed */
  /* And back into the number that has become free: both must be open. */
  CHECK(px_fd_renumber(&t->host, a, b, &replaced) == WASI_BADF);
  close(first);
  close(second);
}

static void a_moved_slot_and_changed_interest_stay_exact(struct test *t) {
  uint32_t a, b, count;
  int first = connect_peer(t, &a), second = connect_peer(t, &b);
  CHECK(write(first, "x", 1) == 1 && write(second, "y", 1) == 1);
  sub_fd(t, ABI_FD_READ, a, 1);
  sub_fd(t, ABI_FD_READ, b, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 2);
  sub_none(t);
  sub_fd(t, ABI_FD_READ, b, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 2);
  CHECK(read_fd(t, b, 8, &count) == 0);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 2 * MS, false, 3);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 3); /* `a` is not asked for */
  sub_none(t);
  sub_fd(t, ABI_FD_WRITE, a, 4);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_type(t, 0) == ABI_FD_WRITE);
  close(first);
  close(second);
}

static void stamp(struct test *t, uint32_t edition, uint32_t from, uint32_t to) {
  uint64_t hint = ABI_HINT_NO_COUNT;
  memcpy(t->bytes + SUBS + 24, &hint, 8);
  memcpy(t->bytes + SUBS + 32, &edition, 4);
  memcpy(t->bytes + SUBS + 36, &from, 4);
  memcpy(t->bytes + SUBS + 40, &to, 4);
}

static void a_stamped_array_is_compared_where_it_says(struct test *t) {
  uint32_t a, b;
  int first = connect_peer(t, &a), second = connect_peer(t, &b);
  CHECK(write(first, "x", 1) == 1 && write(second, "y", 1) == 1);
  sub_fd(t, ABI_FD_READ, t->listener, 9);
  sub_fd(t, ABI_FD_READ, a, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 5);
  stamp(t, 7, 0, 3);
  CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_userdata(t, 0) == 1);
  /* The same edition is not looked at: here the guest lies, and sees the old subscription. */
  t->bytes[SUBS + 48] = 2;
  t->bytes[SUBS + 48 + 16] = (uint8_t)b;
  CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_userdata(t, 0) == 1);
  /* The next edition is looked at where it says; a range beyond the array is cut. */
  stamp(t, 8, 1, UINT32_MAX);
  CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_userdata(t, 0) == 2);
  CHECK(event_nbytes(t, 0) == 1);
  /* One that was skipped, or none at all, is looked at as a whole. */
  t->bytes[SUBS + 48] = 3;
  stamp(t, 10, 0, 0);
  CHECK(poll_all(t) == 0 && event_userdata(t, 0) == 3);
  t->bytes[SUBS + 48] = 4;
  stamp(t, 0, 0, 0);
  CHECK(poll_all(t) == 0 && event_userdata(t, 0) == 4);
  /* An added and a removed record are seen whatever the range says of them. */
  stamp(t, 20, 0, 0);
  CHECK(poll_all(t) == 0 && event_count(t) == 2);
  sub_fd(t, ABI_FD_WRITE, a, 6);
  stamp(t, 21, 3, 4);
  CHECK(poll_all(t) == 0 && event_count(t) == 3 && event_userdata(t, 2) == 6);
  t->subs = 2;
  stamp(t, 22, 2, 4);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 4);
  /* Another array with the next number is another array. */
  memcpy(t->bytes + SUBS + 480, t->bytes + SUBS, 96);
  t->bytes[SUBS + 480 + 48] = 8;
  t->bytes[SUBS + 480 + 32] = 23;
  CHECK(px_poll_begin(&t->host, t->memory, SUBS + 480, EVENTS, 2, NEVENTS) == 0);
  CHECK(px_poll_wait(&t->host) == 0 && px_poll_finish(&t->host, t->memory, EVENTS, NEVENTS) == 0);
  CHECK(event_count(t) == 1 && event_userdata(t, 0) == 8);
  close(first);
  close(second);
}

static void more_ready_fds_than_a_batch_starve_nobody(struct test *t) {
  enum { MANY = 1500 };
  static int peers[MANY];
  static bool seen[MANY];
  int many = strcmp(t->backend, "select") == 0 ? 400 : MANY;
  memset(seen, 0, sizeof seen);
  for (int i = 0; i < many; i++) {
    uint32_t fd;
    peers[i] = connect_peer(t, &fd);
    CHECK(write(peers[i], "x", 1) == 1);
    sub_fd(t, ABI_FD_READ, fd, (uint64_t)i);
  }
  int left = many;
  for (int round = 0; round < 3; round++) {
    CHECK(poll_all(t) == 0 && event_count(t) > 0);
    for (uint32_t i = 0; i < event_count(t); i++) {
      CHECK(i == 0 || event_userdata(t, i - 1) < event_userdata(t, i));
      left -= !seen[event_userdata(t, i)];
      seen[event_userdata(t, i)] = true;
    }
  }
  CHECK(left == 0);
  for (int i = 0; i < many; i++) close(peers[i]);
}

static void files_are_always_ready_and_sockets_are_still_looked_at(struct test *t) {
  uint32_t fd;
  char name[] = "/tmp/pollux-native-XXXXXX";
  int file = mkstemp(name), peer = connect_peer(t, &fd);
  unlink(name);
  CHECK(write(file, "12345", 5) == 5 && lseek(file, 1, SEEK_SET) == 1);
  CHECK(write(peer, "x", 1) == 1);
  uint32_t plain = (uint32_t)px_host_add_base(&t->host, 7, -1);
  uint32_t input = (uint32_t)px_host_add_base(&t->host, 8, file);
  sub_fd(t, ABI_FD_READ, plain, 1);
  sub_fd(t, ABI_FD_READ, input, 2);
  sub_fd(t, ABI_FD_READ, fd, 3);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 10000 * MS, false, 4);
  for (int i = 0; i < 2; i++) {
    CHECK(poll_all(t) == 0 && event_count(t) == 3);
    CHECK(event_error(t, 0) == 0 && event_error(t, 1) == 0 && event_nbytes(t, 1) == 4);
  }
  px_host_drop(&t->host, plain);
  px_host_drop(&t->host, input);
  close(file);
  close(peer);
}

static void a_pipe_whose_writer_is_gone_hangs_up(struct test *t) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  uint32_t fd = (uint32_t)px_host_add_base(&t->host, 9, ends[0]);
  sub_fd(t, ABI_FD_READ, fd, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 2);
  CHECK(write(ends[1], "ab", 2) == 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_nbytes(t, 0) == 2);
  close(ends[1]);
  char two[2];
  CHECK(read(ends[0], two, 2) == 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_hangup(t, 0) && event_nbytes(t, 0) == 0);
  px_host_drop(&t->host, fd);
  close(ends[0]);
}

static void *stop_soon(void *host) {
  nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  px_host_stop(host);
  return NULL;
}

static void another_thread_ends_a_wait(struct test *t) {
  pthread_t thread;
  sub_fd(t, ABI_FD_READ, t->listener, 1);
  CHECK(pthread_create(&thread, NULL, stop_soon, &t->host) == 0);
  CHECK(poll_all(t) == PX_STOPPED && poll_all(t) == PX_STOPPED);
  pthread_join(thread, NULL);
}

const struct scenario poll_scenarios[] = {
#define S(name) {#name, name}
    S(only_what_is_ready_is_reported),
    S(level_triggered_until_read),
    S(read_and_write_of_one_fd_come_in_subscription_order),
    S(bad_fds_are_their_own_events),
    S(a_number_beyond_the_table_becomes_a_descriptor),
    S(invalid_calls_fail_as_a_whole),
    S(pointers_are_checked_in_64_bits),
    S(memory_that_grows_during_the_wait_gets_the_events),
    S(a_half_close_is_readable_without_hangup),
    S(a_reset_wakes_both_directions_without_error_and_the_reader_with_hangup),
    S(a_closed_and_reused_number_is_registered_anew),
    S(a_renumbered_fd_takes_its_readiness_along),
    S(a_moved_slot_and_changed_interest_stay_exact),
    S(a_stamped_array_is_compared_where_it_says),
    S(more_ready_fds_than_a_batch_starve_nobody),
    S(files_are_always_ready_and_sockets_are_still_looked_at),
    S(a_pipe_whose_writer_is_gone_hangs_up),
    S(another_thread_ends_a_wait),
    {NULL, NULL},
};
