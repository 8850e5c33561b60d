/* SPDX-License-Identifier: MIT
 * Scenarios of calls that would block, in an event loop: each is suspended with what it waits for, that tells when
 * it is there, and the call is made again. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../../host/native/requests.h"
#include "harness.h"

/* What the suspended call waits for is there, within so many ms. */
static bool told(struct test *t, int ms) {
  struct pollfd fds[2] = {{.fd = t->host.awaits.fd, .events = t->host.awaits.events},
                          {.fd = t->host.wake_fd, .events = POLLIN}};
  return poll(fds, 2, ms) > 0;
}

/* Reads as an event loop has a guest read: suspended until there is something, however often that takes. */
static int read_suspended(struct test *t, uint32_t fd, uint32_t length, uint32_t *count) {
  for (int round = 0; round < 1000; round++) {
    int status = read_fd(t, fd, length, count);
    t->host.resuming = false;
    if (status != PX_SUSPEND) return status;
    CHECK(!t->host.awaits.backend && told(t, 2000));
    px_host_resume(&t->host);
  }
  return -1;
}

static void suspended_mode(struct test *t, uint32_t fd) {
  CHECK(px_fd_fdstat_set_flags(&t->host, fd, 0) == 0);
  t->host.suspends = true;
}

/* A connection that the guest never waited for, and one that it did: a ring has only the latter. */
static uint32_t connection(struct test *t, bool waited, int *peer) {
  uint32_t fd;
  *peer = waited ? connect_waited(t, &fd) : connect_peer(t, &fd);
  return fd;
}

static void a_read_is_suspended_until_bytes_come(struct test *t) {
  for (int waited = 0; waited < 2; waited++) {
    int peer;
    uint32_t fd = connection(t, waited, &peer), count = 0;
    suspended_mode(t, fd);
    CHECK(read_fd(t, fd, 10, &count) == PX_SUSPEND);
    t->host.resuming = false;
    CHECK(!told(t, 5)); /* nothing is told before something is there, so that no loop spins */
    CHECK(send(peer, "abc", 3, 0) == 3);
    CHECK(told(t, 2000));
    px_host_resume(&t->host);
    CHECK(read_suspended(t, fd, 10, &count) == 0 && count == 3);
    CHECK(memcmp(t->bytes + DATA, "abc", 3) == 0);
    CHECK(shutdown(peer, SHUT_WR) == 0);
    CHECK(read_suspended(t, fd, 10, &count) == 0 && count == 0);
    t->host.suspends = false;
    CHECK(px_fd_close(&t->host, fd) == 0);
    close(peer);
  }
}

static void other_connections_do_not_wake_it(struct test *t) {
  int peer, other_peer;
  uint32_t other = connection(t, true, &other_peer), fd = connection(t, true, &peer), count;
  suspended_mode(t, fd);
  CHECK(send(other_peer, "x", 1, 0) == 1);
  CHECK(send(peer, "y", 1, 0) == 1);
  CHECK(read_suspended(t, fd, 10, &count) == 0 && count == 1 && t->bytes[DATA] == 'y');
  /* What the other one sent may be told once, as it goes into the ring, and then no more. */
  int wakes = 0;
  for (; wakes < 10 && read_fd(t, fd, 10, &count) == PX_SUSPEND; wakes++) {
    t->host.resuming = false;
    if (!told(t, 5)) break;
    px_host_resume(&t->host);
  }
  CHECK(wakes < 3);
  t->host.suspends = false;
  CHECK(reads(t, other, 0, 10, "x"));
  close(peer), close(other_peer);
}

static void a_write_of_much_is_suspended_until_all_is_taken(struct test *t) {
  enum { SIZE = 400000 };
  static char sink[SIZE];
  int peer;
  uint32_t fd = connection(t, true, &peer), count = 0;
  suspended_mode(t, fd);
  int small = 32768, host_fd = px_fd_table_get(&t->host.table, fd)->host_fd;
  CHECK(setsockopt(host_fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
  CHECK(setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
  bool suspended = false;
  for (uint32_t i = 0; i < SIZE; i++) t->bytes[DATA + i] = pattern(i);
  uint64_t taken = 0, received = 0;
  for (int round = 0; round < 20000 && (taken == 0 || received < SIZE); round++) {
    if (taken == 0) {
      int status = write_fd(t, fd, SIZE, &count);
      t->host.resuming = false;
      CHECK(status == 0 || status == PX_SUSPEND);
      if (status == 0) taken = count;
      suspended |= status == PX_SUSPEND;
    } else {
      sub_none(t); /* what was taken over goes out while the guest waits */
      t->host.suspends = false;
      wait_for(t, ABI_FD_READ, fd);
    }
    ssize_t n = recv(peer, sink, sizeof sink, MSG_DONTWAIT);
    for (ssize_t i = 0; i < n; i++) CHECK((uint8_t)sink[i] == pattern(received + (uint64_t)i));
    if (n > 0) received += (uint64_t)n;
    if (taken == 0 && told(t, 20)) px_host_resume(&t->host);
    t->host.resuming = taken == 0;
  }
  CHECK(suspended && taken == SIZE && received == SIZE);
  close(peer);
}

static void a_wake_ends_an_accept_and_its_listener_can_be_closed(struct test *t) {
  suspended_mode(t, t->listener);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == PX_SUSPEND);
  t->host.resuming = false;
  px_host_request(&t->host, PX_REQUEST_DRAIN);
  CHECK(told(t, 2000));
  px_host_resume(&t->host);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_INVAL);
  CHECK(px_fd_close(&t->host, t->listener) == 0);
  t->host.resuming = t->host.suspends = false;
}

#define S(name) {#name, name}
const struct scenario suspend_scenarios[] = {
    S(a_read_is_suspended_until_bytes_come),
    S(other_connections_do_not_wake_it),
    S(a_write_of_much_is_suspended_until_all_is_taken),
    S(a_wake_ends_an_accept_and_its_listener_can_be_closed),
    {NULL, NULL},
};
