/* SPDX-License-Identifier: MIT
 * Scenarios of outbound connections: numeric, by name (resolver.c) and by path; refused, many, given up. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../../../host/native/address.h"
#include "../../../host/native/connect.h"
#include "../../../host/native/poll_set.h"
#include "harness.h"

#define ALL_RIGHTS UINT64_MAX

/* The listener of the harness is the peer: it accepts from the same host. */
static int open_to(struct test *t, const char *host, int port, uint32_t flags, int *status) {
  struct px_target target = {.host = host, .port = port};
  return px_connect(&t->host, &target, flags, ALL_RIGHTS, status);
}

static uint32_t begin(struct test *t, const char *host, int port) {
  int status;
  int fd = open_to(t, host, port, ABI_FDFLAGS_NONBLOCK, &status);
  CHECK(fd >= 0 && status == 0);
  return (uint32_t)fd;
}

/* A port of 127.0.0.1 on which nobody listens. */
static int refusing_port(struct test *t) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
  CHECK(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
  close(fd);
  return ntohs(address.sin_port);
}

static void wait_writable(struct test *t, uint32_t fd) {
  sub_none(t);
  sub_fd(t, ABI_FD_WRITE, fd, 7);
  CHECK(poll_all(t) == 0 && event_count(t) == 1);
  CHECK(event_error(t, 0) == 0 && event_userdata(t, 0) == 7);
}

static uint32_t accept_one(struct test *t) {
  sub_none(t);
  sub_fd(t, ABI_FD_READ, t->listener, 1);
  CHECK(poll_all(t) == 0 && event_count(t) == 1);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, ABI_FDFLAGS_NONBLOCK, RESULT) == 0);
  uint32_t fd;
  memcpy(&fd, t->bytes + RESULT, 4);
  return fd;
}

/* Bytes both ways, and each side's end. */
static void talk(struct test *t, uint32_t out, uint32_t in) {
  uint32_t count;
  memcpy(t->bytes + DATA, "ping", 4);
  CHECK(write_fd(t, out, 4, &count) == 0 && count == 4);
  sub_none(t);
  sub_fd(t, ABI_FD_READ, in, 1);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_nbytes(t, 0) == 4);
  CHECK(read_fd(t, in, 100, &count) == 0 && count == 4 && memcmp(t->bytes + DATA, "ping", 4) == 0);
  CHECK(px_sock_shutdown(&t->host, out, ABI_SD_WR) == 0); /* half-close */
  sub_none(t);
  sub_fd(t, ABI_FD_READ, in, 1);
  CHECK(poll_all(t) == 0 && read_fd(t, in, 100, &count) == 0 && count == 0);
  memcpy(t->bytes + DATA, "pong!", 5);
  CHECK(write_fd(t, in, 5, &count) == 0 && count == 5 && px_fd_close(&t->host, in) == 0);
  sub_none(t);
  sub_fd(t, ABI_FD_READ, out, 1);
  CHECK(poll_all(t) == 0 && event_nbytes(t, 0) == 5);
  CHECK(read_fd(t, out, 100, &count) == 0 && count == 5);
  CHECK(read_fd(t, out, 100, &count) == 0 && count == 0);
  CHECK(px_fd_close(&t->host, out) == 0);
}

static void a_numeric_address_connects_and_talks(struct test *t) {
  uint32_t out = begin(t, "127.0.0.1", t->listener_port);
  wait_writable(t, out);
  CHECK(px_fd_fdstat_get(&t->host, t->memory, out, DATA) == 0);
  CHECK(t->bytes[DATA] == ABI_FILETYPE_SOCKET_STREAM && t->bytes[DATA + 2] == ABI_FDFLAGS_NONBLOCK);
  CHECK(px_fd_table_get(&t->host.table, out)->rights == PX_STREAM_RIGHTS);
  talk(t, out, accept_one(t));
}

static void a_name_is_resolved_while_the_guest_goes_on(struct test *t) {
  /* localhost may be ::1 first, where nobody listens: the next address is tried. */
  uint32_t count, out = begin(t, "localhost", t->listener_port);
  int early = write_fd(t, out, 4, &count);
  CHECK(early == WASI_AGAIN || early == 0);
  if (early == 0) count = 4; /* it was that fast */
  wait_writable(t, out);
  uint32_t in = accept_one(t);
  if (early == 0) CHECK(read_fd(t, in, 4, &count) == 0);
  talk(t, out, in);
}

static void the_addresses_of_a_name_are_tried_in_order(struct test *t) {
  uint32_t out = begin(t, "two.test", t->listener_port);
  wait_writable(t, out);
  talk(t, out, accept_one(t));
}

static void a_slow_name_keeps_nobody_waiting(struct test *t) {
  uint32_t fd, count, out = begin(t, "slow.test", t->listener_port);
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "now", 3) == 3);
  CHECK(read_fd(t, out, 8, &count) == WASI_AGAIN && write_fd(t, out, 8, &count) == WASI_AGAIN);
  sub_none(t);
  sub_fd(t, ABI_FD_READ, fd, 1);
  sub_fd(t, ABI_FD_WRITE, out, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 1);
  CHECK(read_fd(t, fd, 8, &count) == 0 && count == 3);
  wait_writable(t, out);
  talk(t, out, accept_one(t));
  close(peer);
}

static int open_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 1024; fd++) count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

static void a_host_that_ends_leaves_no_descriptor_of_its_connects(struct test *t) {
  struct px_host *other = calloc(1, sizeof *other);
  struct px_target slow = {.host = "slow.test", .port = t->listener_port};
  struct px_target fast = {.host = "localhost", .port = t->listener_port};
  int status, before = open_descriptors();
  CHECK(px_host_open(other, t->host.ops) == 0);
  for (int i = 0; i < 10; i++) {
    CHECK(px_connect(other, &slow, ABI_FDFLAGS_NONBLOCK, ALL_RIGHTS, &status) >= 0);
    CHECK(px_connect(other, &fast, ABI_FDFLAGS_NONBLOCK, ALL_RIGHTS, &status) >= 0);
  }
  px_host_close(other);
  free(other);
  /* A name that is being looked up can't be called off: its thread ends by itself. */
  for (int tries = 0; open_descriptors() != before && tries < 1000; tries++)
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  CHECK(open_descriptors() == before);
}

/* As ready with a hangup, and at the first use, and the second. */
static void check_failed(struct test *t, uint32_t fd, int expected) {
  uint32_t count;
  sub_none(t);
  sub_fd(t, ABI_FD_READ, fd, 1);
  sub_fd(t, ABI_FD_WRITE, fd, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 2);
  CHECK(event_error(t, 0) == 0 && event_error(t, 1) == 0);
  CHECK(event_hangup(t, 0) && !event_hangup(t, 1)); /* as after a reset */
  CHECK(read_fd(t, fd, 8, &count) == expected);
  CHECK(px_fd_close(&t->host, fd) == 0);
}

static void a_refused_connect_is_ready_with_a_hangup_and_the_first_use_tells(struct test *t) {
  int port = refusing_port(t);
  check_failed(t, begin(t, "127.0.0.1", port), 14);
  check_failed(t, begin(t, "localhost", port), 14);
  uint32_t count, fd = begin(t, "localhost", port);
  wait_writable(t, fd);
  CHECK(write_fd(t, fd, 8, &count) == 14 && recv_fd(t, fd, 8, 0, &count) == 14);
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_WR) == WASI_NOTCONN);
}

static void a_name_without_address_is_unreachable_and_that_is_said_once(struct test *t) {
  check_failed(t, begin(t, "no-such-host.invalid", 80), 23);
  CHECK(strstr(t->warning, "no-such-host.invalid") != NULL);
  t->warning[0] = '\0';
  check_failed(t, begin(t, "no-such-host.invalid", 80), 23);
  CHECK(t->warning[0] == '\0');
}

static void a_blocking_open_waits_and_answers_what_connect_says(struct test *t) {
  int status, refused = refusing_port(t);
  int a = open_to(t, "127.0.0.1", t->listener_port, 0, &status);
  CHECK(a >= 0 && status == 0);
  int b = open_to(t, "localhost", t->listener_port, 0, &status);
  CHECK(b == a + 1 && status == 0);
  CHECK(open_to(t, "127.0.0.1", refused, 0, &status) == -1 && status == 14);
  CHECK(open_to(t, "localhost", refused, 0, &status) == -1 && status == 14);
  CHECK(open_to(t, "no-such-host.invalid", 80, 0, &status) == -1 && status == 23);
  CHECK(px_fd_table_get(&t->host.table, (uint32_t)b + 1) == NULL);
}

static void blocking_calls_wait_for_the_connection(struct test *t) {
  uint32_t count, out = begin(t, "localhost", t->listener_port);
  CHECK(px_fd_fdstat_set_flags(&t->host, out, 0) == 0);
  CHECK(write_fd(t, out, 3, &count) == 0 && count == 3);
  uint32_t in = accept_one(t);
  CHECK(read_fd(t, in, 8, &count) == 0 && count == 3);
}

static void many_at_once_all_arrive(struct test *t) {
  enum { MANY = 120 };
  uint32_t fds[MANY];
  for (int i = 0; i < MANY; i++)
    fds[i] = begin(t, i % 2 == 0 ? "localhost" : "127.0.0.1", t->listener_port);
  for (int i = 0; i < MANY; i++) accept_one(t);
  for (int i = 0; i < MANY; i++) wait_writable(t, fds[i]);
}

static void closed_while_it_connects_disturbs_nobody(struct test *t) {
  for (int i = 0; i < 20; i++) {
    uint32_t fd = begin(t, "no-such-host.invalid", 80), again;
    CHECK(px_fd_close(&t->host, fd) == 0);
    again = begin(t, "localhost", t->listener_port); /* the same number */
    CHECK(again == fd);
    if (i % 2 == 0) {
      uint32_t in = accept_one(t);
      wait_writable(t, again);
      CHECK(px_fd_close(&t->host, in) == 0);
    }
    CHECK(px_fd_close(&t->host, again) == 0);
  }
}

static void renumbered_while_it_connects_it_arrives_at_the_new_number(struct test *t) {
  uint32_t fd;
  int replaced, peer = connect_peer(t, &fd);
  uint32_t out = begin(t, "localhost", t->listener_port);
  CHECK(px_fd_renumber(&t->host, out, fd, &replaced) == 0);
  wait_writable(t, fd);
  talk(t, fd, accept_one(t));
  close(peer);
}

static void dev_poll_reports_a_connection_that_was_made(struct test *t) {
  int set = px_poll_set_open(&t->host, 0);
  uint32_t count, good = begin(t, "localhost", t->listener_port);
  uint32_t bad = begin(t, "localhost", refusing_port(t));
  CHECK(set >= 0);
  sub_none(t);
  sub_fd(t, ABI_FD_WRITE, good, 1);
  sub_fd(t, ABI_FD_READ, bad, 2);
  memcpy(t->bytes + DATA, t->bytes + SUBS, 96);
  CHECK(write_fd(t, (uint32_t)set, 96, &count) == 0 && count == 96);
  bool seen[3] = {false};
  while (!seen[1] || !seen[2]) {
    CHECK(read_fd(t, (uint32_t)set, 64, &count) == 0 && count > 0);
    for (uint32_t at = 0; at < count; at += 32) {
      uint64_t userdata;
      memcpy(&userdata, t->bytes + DATA + at, 8);
      CHECK(userdata == 1 || userdata == 2);
      seen[userdata] = true;
    }
  }
}

/* A listener on an abstract name whose queue holds one connection. */
static int listen_abstract(struct test *t, char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  int length = snprintf(name, 64, "@pollux-test-%d-%s", getpid(), t->backend);
  memcpy(address.sun_path + 1, name + 1, (size_t)length - 1);
  CHECK(bind(fd, (struct sockaddr *)&address,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length)) == 0);
  CHECK(listen(fd, 0) == 0);
  return fd;
}

static void a_unix_socket_with_a_full_queue_is_waited_for(struct test *t) {
  char name[64], link[PX_LINK_MAX];
  int status, listener = listen_abstract(t, name);
  struct px_target target = {.path = name};
  int first = px_connect(&t->host, &target, ABI_FDFLAGS_NONBLOCK, ALL_RIGHTS, &status);
  int second = px_connect(&t->host, &target, ABI_FDFLAGS_NONBLOCK, ALL_RIGHTS, &status);
  CHECK(first >= 0 && second >= 0);
  sub_none(t);
  sub_fd(t, ABI_FD_WRITE, (uint32_t)second, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 30000000, false, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 2);
  int peer = accept(listener, NULL, NULL);
  wait_writable(t, (uint32_t)second);
  CHECK(px_describe(px_fd_table_get(&t->host.table, (uint32_t)second)->host_fd, link, sizeof link) == 0);
  CHECK(strncmp(link, "unix:@pollux-test-", 18) == 0 && strstr(link, "->") != NULL);
  close(peer), close(listener);
  target.path = "/no/such/socket";
  int missing = px_connect(&t->host, &target, ABI_FDFLAGS_NONBLOCK, ALL_RIGHTS, &status);
  CHECK(missing >= 0);
  check_failed(t, (uint32_t)missing, 44);
}

static void *stop_later(void *data) {
  nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
  px_host_stop(data);
  return NULL;
}

static void a_stop_ends_a_blocking_open(struct test *t) {
  char name[64];
  int status, listener = listen_abstract(t, name);
  struct px_target target = {.path = name};
  CHECK(px_connect(&t->host, &target, 0, ALL_RIGHTS, &status) >= 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, stop_later, &t->host) == 0);
  CHECK(px_connect(&t->host, &target, 0, ALL_RIGHTS, &status) == -1 && status == PX_STOPPED);
  pthread_join(thread, NULL);
  close(listener);
}

static void rights_to_read_and_write_are_those_asked_for(struct test *t) {
  int status;
  uint32_t count;
  struct px_target target = {.host = "127.0.0.1", .port = t->listener_port};
  int fd = px_connect(&t->host, &target, 0, ABI_RIGHT_FD_READ, &status);
  CHECK(fd >= 0 && write_fd(t, (uint32_t)fd, 4, &count) == WASI_NOTCAPABLE);
  CHECK(px_sock_shutdown(&t->host, (uint32_t)fd, ABI_SD_WR) == 0);
}

static void a_reset_of_a_made_connection_is_told(struct test *t) {
  uint32_t count, out = begin(t, "127.0.0.1", t->listener_port), in = accept_one(t);
  wait_writable(t, out);
  CHECK(write_fd(t, out, 4, &count) == 0);
  sub_none(t);
  sub_fd(t, ABI_FD_READ, in, 1);
  CHECK(poll_all(t) == 0 && px_fd_close(&t->host, in) == 0); /* unread data: a reset */
  sub_none(t);
  sub_fd(t, ABI_FD_READ, out, 1);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_hangup(t, 0));
  CHECK(read_fd(t, out, 4, &count) == 15);
}

/* The numeric one at once, the named one at its first use: then its number is known. */
static void select_refuses_to_connect_beyond_fd_setsize(struct test *t) {
  int held[1100], count = 0, status;
  uint32_t transferred, named = begin(t, "localhost", t->listener_port);
  wait_writable(t, named); /* the connector has its own descriptors by now */
  do {
    held[count] = dup(0);
  } while (held[count++] < 1030);
  int numeric = open_to(t, "127.0.0.1", t->listener_port, ABI_FDFLAGS_NONBLOCK, &status);
  named = begin(t, "localhost", t->listener_port);
  wait_writable(t, named);
  int written = write_fd(t, named, 4, &transferred);
  if (strcmp(t->backend, "select") == 0) {
    CHECK(numeric == -1 && status == WASI_MFILE && strstr(t->warning, "FD_SETSIZE") != NULL);
    CHECK(written == WASI_MFILE);
  } else {
    CHECK(numeric >= 0 && status == 0 && written == 0);
  }
  while (count > 0) close(held[--count]);
}

static void out_of_descriptors_is_mfile(struct test *t) {
  struct rlimit old, low;
  int status, next = dup(0);
  close(next);
  CHECK(getrlimit(RLIMIT_NOFILE, &old) == 0);
  low = (struct rlimit){.rlim_cur = (rlim_t)next, .rlim_max = old.rlim_max};
  CHECK(setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(open_to(t, "127.0.0.1", t->listener_port, ABI_FDFLAGS_NONBLOCK, &status) == -1);
  CHECK(status == WASI_MFILE);
  /* The thread that would look it up can't be had either. */
  CHECK(open_to(t, "localhost", t->listener_port, ABI_FDFLAGS_NONBLOCK, &status) == -1);
  CHECK(status == WASI_NOMEM);
  CHECK(setrlimit(RLIMIT_NOFILE, &old) == 0);
  CHECK(open_to(t, "localhost", t->listener_port, 0, &status) >= 0 && status == 0);
}

#define S(name) {#name, name}
const struct scenario connect_scenarios[] = {
    S(a_numeric_address_connects_and_talks),
    S(a_name_is_resolved_while_the_guest_goes_on),
    S(the_addresses_of_a_name_are_tried_in_order),
    S(a_slow_name_keeps_nobody_waiting),
    S(a_host_that_ends_leaves_no_descriptor_of_its_connects),
    S(a_refused_connect_is_ready_with_a_hangup_and_the_first_use_tells),
    S(a_name_without_address_is_unreachable_and_that_is_said_once),
    S(a_blocking_open_waits_and_answers_what_connect_says),
    S(blocking_calls_wait_for_the_connection),
    S(many_at_once_all_arrive),
    S(closed_while_it_connects_disturbs_nobody),
    S(renumbered_while_it_connects_it_arrives_at_the_new_number),
    S(dev_poll_reports_a_connection_that_was_made),
    S(a_unix_socket_with_a_full_queue_is_waited_for),
    S(a_stop_ends_a_blocking_open),
    S(rights_to_read_and_write_are_those_asked_for),
    S(a_reset_of_a_made_connection_is_told),
    S(select_refuses_to_connect_beyond_fd_setsize),
    S(out_of_descriptors_is_mfile),
    {NULL, NULL},
};
