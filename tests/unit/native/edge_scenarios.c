/* SPDX-License-Identifier: MIT
 * Scenarios of --trigger edge, and of what a backend that reports transitions has to hide. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

/* Polls with a clock that is due at once, so that a poll without events ends. */
static uint32_t ready_now(struct test *t, uint32_t fd, int tag) {
  sub_none(t);
  sub_fd(t, tag, fd, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 9);
  CHECK(poll_all(t) == 0 && event_userdata(t, event_count(t) - 1) == 9);
  return event_count(t) - 1;
}

static void a_full_read_leaves_nothing_that_is_reported(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "abcd", 4) == 4);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 1);
  CHECK(read_fd(t, fd, 4, &count) == 0 && count == 4); /* neither short nor EAGAIN */
  CHECK(ready_now(t, fd, ABI_FD_READ) == 0);
  CHECK(write(peer, "x", 1) == 1);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 1 && ready_now(t, fd, ABI_FD_READ) == 1);
  close(peer);
}

static void the_end_behind_a_short_read_is_reported(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "abcd", 4) == 4 && shutdown(peer, SHUT_WR) == 0);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 1);
  CHECK(read_fd(t, fd, 100, &count) == 0 && count == 4);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 1);
  CHECK(read_fd(t, fd, 100, &count) == 0 && count == 0);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 1); /* as poll(2) */
  close(peer);
}

static void a_full_socket_buffer_is_reported_once_it_drains(struct test *t) {
  static char bytes[1 << 16];
  uint32_t fd, count;
  int peer = connect_peer(t, &fd), status;
  CHECK(ready_now(t, fd, ABI_FD_WRITE) == 1);
  do status = write_fd(t, fd, 65536, &count);
  while (status == 0);
  CHECK(status == WASI_AGAIN && ready_now(t, fd, ABI_FD_WRITE) == 0);
  for (int i = 0; i < 1000 && ready_now(t, fd, ABI_FD_WRITE) == 0; i++)
    CHECK(recv(peer, bytes, sizeof bytes, 0) > 0);
  CHECK(ready_now(t, fd, ABI_FD_WRITE) == 1 && ready_now(t, fd, ABI_FD_WRITE) == 1);
  close(peer);
}

static void edge_is_quiet_until_drained(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  px_poller_trigger_edge(&t->host.poller);
  CHECK(ready_now(t, fd, ABI_FD_WRITE) == 1);
  CHECK(ready_now(t, fd, ABI_FD_WRITE) == 0 && ready_now(t, fd, ABI_FD_READ) == 0);
  CHECK(write(peer, "abcd", 4) == 4);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 1 && ready_now(t, fd, ABI_FD_READ) == 0);
  CHECK(read_fd(t, fd, 4, &count) == 0 && ready_now(t, fd, ABI_FD_READ) == 0);
  CHECK(read_fd(t, fd, 4, &count) == WASI_AGAIN && ready_now(t, fd, ABI_FD_READ) == 0);
  CHECK(write(peer, "xyz", 3) == 3);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 1);
  /* A short read says as much as EAGAIN. */
  CHECK(read_fd(t, fd, 100, &count) == 0 && count == 3);
  CHECK(write(peer, "z", 1) == 1 && ready_now(t, fd, ABI_FD_READ) == 1);
  close(peer);
}

static void edge_tells_the_end_and_a_new_connection_of_the_number(struct test *t) {
  uint32_t fd, again, count;
  int peer = connect_peer(t, &fd);
  px_poller_trigger_edge(&t->host.poller);
  CHECK(write(peer, "ab", 2) == 2 && ready_now(t, fd, ABI_FD_READ) == 1);
  CHECK(shutdown(peer, SHUT_WR) == 0);
  CHECK(read_fd(t, fd, 100, &count) == 0 && count == 2);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 1 && ready_now(t, fd, ABI_FD_READ) == 0);
  CHECK(read_fd(t, fd, 100, &count) == 0 && count == 0);
  close(peer);
  CHECK(px_fd_close(&t->host, fd) == 0);
  peer = connect_peer(t, &again);
  CHECK(again == fd && ready_now(t, fd, ABI_FD_READ) == 0);
  CHECK(write(peer, "ab", 2) == 2 && ready_now(t, fd, ABI_FD_READ) == 1);
  reset_peer(peer);
  CHECK(read_fd(t, fd, 100, &count) != WASI_AGAIN);
}

static void edge_keeps_a_listener_quiet_until_its_queue_is_empty(struct test *t) {
  uint32_t fd;
  px_poller_trigger_edge(&t->host.poller);
  CHECK(ready_now(t, t->listener, ABI_FD_READ) == 0);
  int peer = connect_peer(t, &fd); /* accepts at once: nothing was reported */
  CHECK(ready_now(t, t->listener, ABI_FD_READ) == 0);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_AGAIN);
  int second = connect_peer_only(t);
  CHECK(ready_now(t, t->listener, ABI_FD_READ) == 1 && ready_now(t, t->listener, ABI_FD_READ) == 0);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == 0);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_AGAIN);
  int third = connect_peer_only(t);
  CHECK(ready_now(t, t->listener, ABI_FD_READ) == 1);
  close(peer);
  close(second);
  close(third);
}

static void more_latches_than_a_batch_starve_nobody(struct test *t) {
  enum { MANY = 1500 };
  static int peers[MANY];
  static bool seen[MANY + 16];
  uint32_t fd, count, reported = 0;
  if (t->host.ops->fd_limit != 0) return; /* two descriptors each: beyond FD_SETSIZE */
  memset(seen, 0, sizeof seen);
  for (int i = 0; i < MANY; i++) {
    peers[i] = connect_peer(t, &fd);
    CHECK(write(peers[i], "abcd", 4) == 4);
    sub_fd(t, ABI_FD_READ, fd, fd);
  }
  for (int round = 0; round < 8 && reported < MANY; round++) {
    CHECK(poll_all(t) == 0);
    uint32_t n = event_count(t);
    for (uint32_t i = 0; i < n; i++) {
      uint32_t at = (uint32_t)event_userdata(t, i);
      CHECK(read_fd(t, at, 2, &count) == 0 || seen[at]); /* leaves bytes, and so a latch */
      if (!seen[at]) reported++;
      seen[at] = true;
    }
  }
  CHECK(reported == MANY);
  for (int i = 0; i < MANY; i++) close(peers[i]);
}

#define S(name) {#name, name}
const struct scenario edge_scenarios[] = {
    S(a_full_read_leaves_nothing_that_is_reported),
    S(the_end_behind_a_short_read_is_reported),
    S(a_full_socket_buffer_is_reported_once_it_drains),
    S(edge_is_quiet_until_drained),
    S(edge_tells_the_end_and_a_new_connection_of_the_number),
    S(edge_keeps_a_listener_quiet_until_its_queue_is_empty),
    S(more_latches_than_a_batch_starve_nobody),
    {NULL, NULL},
};
