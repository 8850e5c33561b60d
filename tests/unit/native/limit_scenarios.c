/* SPDX-License-Identifier: MIT
 * Scenarios of drained listeners, limits and turns: who is let in, who waits in the backlog, and what is counted. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../../host/native/limits.h"
#include "../../../host/native/requests.h"
#include "../../../host/native/turns.h"
#include "harness.h"

static int host_fd_of(struct test *t, uint32_t fd) {
  return px_fd_table_get(&t->host.table, fd)->host_fd;
}

/* Accepts, and answers the errno; 0: `fd` is the connection. */
static int accepts(struct test *t, uint32_t *fd) {
  int status = px_sock_accept(&t->host, t->memory, t->listener, ABI_FDFLAGS_NONBLOCK, RESULT);
  if (status == 0) memcpy(fd, t->bytes + RESULT, 4);
  return status;
}

/* Accepts what there is; how many, and `last` what ended it. What a backend is still about to accept comes too. */
static int accept_all(struct test *t, int *last) {
  int count = 0;
  uint32_t fd;
  for (int patience = 0; patience < 20; patience++) {
    while ((*last = accepts(t, &fd)) == 0) count++;
    if (*last != WASI_AGAIN || !wait_for(t, ABI_FD_READ, t->listener)) break;
  }
  return count;
}

/* Connections that whoever shares the socket finds in the backlog. */
static int backlog_of(int shared) {
  struct pollfd fd = {.fd = shared, .events = POLLIN};
  int count = 0;
  while (poll(&fd, 1, 20) > 0) {
    int connection = accept4(shared, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0) break;
    close(connection);
    count++;
  }
  return count;
}

static void nobody_is_lost_at_a_listener_that_is_drained(struct test *t) {
  int peers[6], last, shared = dup(host_fd_of(t, t->listener));
  for (int i = 0; i < 3; i++) peers[i] = connect_peer_only(t);
  CHECK(wait_for(t, ABI_FD_READ, t->listener));
  uint32_t first;
  CHECK(accepts(t, &first) == 0);
  px_host_request(&t->host, PX_REQUEST_DRAIN);
  for (int i = 3; i < 5; i++) peers[i] = connect_peer_only(t);
  int ours = 1 + accept_all(t, &last);
  CHECK(last == WASI_INVAL);
  /* After that it accepts nothing any more, whatever the guest does. */
  peers[5] = connect_peer_only(t);
  CHECK(wait_for(t, ABI_FD_READ, t->listener) && event_hangup(t, 0));
  CHECK(accepts(t, &first) == WASI_INVAL);
  int theirs = backlog_of(shared);
  CHECK(theirs >= 1 && ours + theirs == 6);
  CHECK(px_fd_close(&t->host, t->listener) == 0);
  for (int i = 0; i < 6; i++) close(peers[i]);
  close(shared);
}

static void a_guest_that_never_waited_drains_too(struct test *t) {
  int shared = dup(host_fd_of(t, t->listener)), last;
  int peer = connect_peer_only(t);
  px_host_request(&t->host, PX_REQUEST_DRAIN);
  int ours = accept_all(t, &last);
  CHECK(last == WASI_INVAL && ours + backlog_of(shared) == 1);
  close(peer), close(shared);
}

static void connections_beyond_the_limit_wait_in_the_backlog(struct test *t) {
  int peers[3], last;
  t->host.limits.connections = 2;
  for (int i = 0; i < 3; i++) peers[i] = connect_peer_only(t);
  CHECK(wait_for(t, ABI_FD_READ, t->listener));
  CHECK(accept_all(t, &last) == 2 && last == WASI_AGAIN);
  CHECK(!wait_for(t, ABI_FD_READ, t->listener)); /* and no spin: the clock ended it */
  CHECK(t->host.counters.open_connections == 2);
  /* One goes, and the next one comes. */
  uint32_t fd;
  memcpy(&fd, t->bytes + RESULT, 4);
  CHECK(px_fd_close(&t->host, fd) == 0);
  CHECK(wait_for(t, ABI_FD_READ, t->listener));
  CHECK(accept_all(t, &last) == 1);
  CHECK(send(peers[2], "x", 1, 0) == 1);
  for (int i = 0; i < 3; i++) close(peers[i]);
}

static void descriptors_beyond_the_limit_are_emfile_and_the_listener_rests(struct test *t) {
  t->host.limits.descriptors = t->host.table.open + 1;
  int a = connect_peer_only(t), b = connect_peer_only(t);
  uint32_t fd;
  CHECK(wait_for(t, ABI_FD_READ, t->listener) && accepts(t, &fd) == 0);
  uint32_t second;
  CHECK(accepts(t, &second) == WASI_MFILE);
  CHECK(t->host.counters.refused_descriptors > 0);
  CHECK(!wait_for(t, ABI_FD_READ, t->listener));
  CHECK(px_fd_close(&t->host, fd) == 0);
  CHECK(wait_for(t, ABI_FD_READ, t->listener) && accepts(t, &second) == 0);
  close(a), close(b);
}

static void a_rate_lets_a_burst_in_and_the_rest_later(struct test *t) {
  int peers[4], last;
  t->host.limits.accepts_per_second = 2;
  for (int i = 0; i < 4; i++) peers[i] = connect_peer_only(t);
  CHECK(wait_for(t, ABI_FD_READ, t->listener));
  CHECK(accept_all(t, &last) == 2 && last == WASI_AGAIN);
  CHECK(t->host.counters.refused_accept_rate > 0 && t->host.limits.rest_until_ns != 0);
  /* A wait without an end goes on by itself when the next one is due. */
  sub_none(t);
  sub_fd(t, ABI_FD_READ, t->listener, 7);
  CHECK(poll_all(t) == 0 && event_userdata(t, 0) == 7);
  uint32_t fd;
  CHECK(accepts(t, &fd) == 0);
  for (int i = 0; i < 4; i++) close(peers[i]);
}

static void memory_beyond_the_limit_stops_the_guest(struct test *t) {
  t->host.limits.memory_bytes = 2 << 20;
  CHECK(!px_limits_memory(&t->host, 2 << 20) && !px_host_stopped(&t->host));
  CHECK(px_limits_memory(&t->host, (2 << 20) + 1) && px_host_stopped(&t->host));
  CHECK(t->host.limits.over_memory);
}

static void turns_are_counted_between_waits(struct test *t) {
  t->host.timed = true;
  for (int i = 0; i < 4; i++) CHECK(!wait_for(t, ABI_FD_READ, t->listener));
  const struct px_counters *counters = &t->host.counters;
  CHECK(counters->turns == 3); /* the first wait ends none, and the last one has begun one */
  CHECK(counters->turn_started_ns != 0);
  uint64_t sum = 0;
  for (uint32_t i = 0; i < PX_TURN_BUCKETS; i++) sum += counters->turn_ns[i];
  CHECK(sum == 3 && counters->turn_ns_total >= counters->longest_turn_ns);
  CHECK(px_turn_bucket(0) == 0 && px_turn_bucket(UINT64_MAX) == PX_TURN_BUCKETS - 1);
  CHECK(px_turn_bucket(UINT64_C(1) << PX_TURN_FIRST) == 0);
  CHECK(px_turn_bucket(UINT64_C(2) << PX_TURN_FIRST) == 1);
}

#define S(name) {#name, name}
const struct scenario limit_scenarios[] = {
    S(nobody_is_lost_at_a_listener_that_is_drained),
    S(a_guest_that_never_waited_drains_too),
    S(connections_beyond_the_limit_wait_in_the_backlog),
    S(descriptors_beyond_the_limit_are_emfile_and_the_listener_rests),
    S(a_rate_lets_a_burst_in_and_the_rest_later),
    S(memory_beyond_the_limit_stops_the_guest),
    S(turns_are_counted_between_waits),
    {NULL, NULL},
};
