/* SPDX-License-Identifier: MIT
 * Scenarios of bytes and connections that wait for the guest: what must hold although a backend receives
 * and accepts ahead of it. They hold for plain sockets, and so for each backend. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <netinet/in.h>

#include "harness.h"

enum { ECONNRESET_WASI = 15, EPIPE_WASI = 64 };

static void a_guest_that_does_not_read_stalls_its_peer(struct test *t) {
  static uint8_t block[65536];
  const uint64_t many = UINT64_C(64) << 20;
  uint32_t fd, count;
  int peer = connect_waited(t, &fd);
  CHECK(fcntl(peer, F_SETFL, O_NONBLOCK) == 0);
  uint64_t sent = 0, got = 0;
  for (int idle = 0; idle < 20 && sent < many;) {
    for (uint32_t i = 0; i < sizeof block; i++) block[i] = pattern(sent + i);
    ssize_t n = send(peer, block, sizeof block, MSG_NOSIGNAL);
    CHECK(n > 0 || errno == EAGAIN);
    idle = n > 0 ? 0 : idle + 1;
    if (n > 0) sent += (uint64_t)n;
    if (n < 0) wait_for(t, idle % 2 ? ABI_FD_READ : ABI_FD_WRITE, fd);
  }
  CHECK(sent < many);
  while (got < sent) {
    int status = read_fd(t, fd, 60000, &count);
    CHECK(status == 0 || status == WASI_AGAIN);
    if (status != 0) continue;
    for (uint32_t i = 0; i < count; i++) CHECK(t->bytes[DATA + i] == pattern(got + i));
    got += count;
    if (got % 3 == 0) wait_for(t, ABI_FD_READ, fd);
  }
  CHECK(read_fd(t, fd, 1, &count) == WASI_AGAIN);
  close(peer);
}

/* With small buffers in the kernel, what is held elsewhere shows. */
static void what_is_held_for_a_guest_that_does_not_read_is_bounded(struct test *t) {
  static uint8_t block[16384];
  uint32_t fd;
  int small = 16384, listener = px_fd_table_get(&t->host.table, t->listener)->host_fd;
  CHECK(setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
  int peer = connect_waited(t, &fd);
  CHECK(setsockopt(peer, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
  CHECK(fcntl(peer, F_SETFL, O_NONBLOCK) == 0);
  uint64_t sent = 0;
  for (int idle = 0; idle < 20 && sent < 64u << 20;) {
    ssize_t n = send(peer, block, sizeof block, MSG_NOSIGNAL);
    idle = n > 0 ? 0 : idle + 1;
    if (n > 0) sent += (uint64_t)n;
    if (n < 0) wait_for(t, idle % 2 ? ABI_FD_READ : ABI_FD_WRITE, fd);
  }
  CHECK(sent < 1u << 20);
  close(peer);
}

/* More than all of a backend's buffers is there, and the guest looks at all of it before it reads. */
static void connections_that_wait_to_be_read_starve_nobody(struct test *t) {
  enum { MANY = 60, EACH = 120000 };
  static uint8_t block[EACH];
  uint32_t fds[MANY], count;
  int peers[MANY];
  for (uint32_t i = 0; i < EACH; i++) block[i] = pattern(i);
  for (int i = 0; i < MANY; i++) peers[i] = connect_waited(t, &fds[i]);
  for (int i = 0; i < MANY; i++) {
    int size = 4 * EACH;
    setsockopt(peers[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    CHECK(write(peers[i], block, EACH) == EACH);
    wait_for(t, ABI_FD_READ, fds[i]);
  }
  for (int round = 0; round < 3; round++) {
    sub_none(t);
    for (uint32_t i = 0; i < MANY; i++) sub_fd(t, ABI_FD_READ, fds[i], i);
    CHECK(poll_all(t) == 0 && event_count(t) == MANY);
    for (uint32_t i = 0; i < MANY; i++) CHECK(event_nbytes(t, i) > 0);
  }
  for (int i = 0; i < MANY; i++) {
    for (uint32_t got = 0; got < EACH;) {
      int status = read_fd(t, fds[i], 7000, &count);
      CHECK(status == 0 || status == WASI_AGAIN);
      if (status != 0) continue;
      for (uint32_t k = 0; k < count; k++) CHECK(t->bytes[DATA + k] == pattern(got + k));
      got += count;
    }
    CHECK(read_fd(t, fds[i], 1, &count) == WASI_AGAIN);
    CHECK(write(peers[i], "z", 1) == 1);
    while (!wait_for(t, ABI_FD_READ, fds[i])) {}
    CHECK(read_fd(t, fds[i], 9, &count) == 0 && count == 1);
    close(peers[i]);
  }
}

static void data_before_a_reset_is_read_first(struct test *t) {
  uint32_t fd, count;
  int peer = connect_waited(t, &fd);
  CHECK(write(peer, "abc", 3) == 3);
  while (!wait_for(t, ABI_FD_READ, fd)) {}
  reset_peer(peer);
  wait_for(t, ABI_FD_READ, fd);
  int status = read_fd(t, fd, 8, &count);
  if (status == 0) { /* a kernel may drop it with the reset */
    CHECK(count == 3);
    status = read_fd(t, fd, 8, &count);
  }
  CHECK(status == ECONNRESET_WASI && read_fd(t, fd, 8, &count) == 0 && count == 0);
}

static void a_close_on_unread_bytes_resets(struct test *t) {
  uint32_t fd;
  char byte;
  int peer = connect_waited(t, &fd);
  CHECK(write(peer, "unread", 6) == 6);
  while (!wait_for(t, ABI_FD_READ, fd)) {}
  CHECK(px_fd_close(&t->host, fd) == 0);
  CHECK(recv(peer, &byte, 1, 0) < 0 && errno == ECONNRESET);
  close(peer);
}

static void a_close_is_seen_at_once_while_a_read_is_awaited(struct test *t) {
  uint32_t fd;
  char byte;
  int peer = connect_waited(t, &fd);
  CHECK(px_fd_close(&t->host, fd) == 0);
  CHECK(recv(peer, &byte, 1, 0) == 0);
  close(peer);
}

static void a_number_that_is_used_again_gets_nothing_of_before(struct test *t) {
  uint32_t fd, count, first = 0;
  for (int i = 0; i < 300; i++) {
    int peer = connect_waited(t, &fd);
    if (i == 0) first = fd;
    CHECK(fd == first);
    if (i % 3 == 0) CHECK(write(peer, "old", 3) == 3);
    if (i % 5 == 0) CHECK(write_fd(t, fd, 100, &count) == 0);
    if (i % 2 == 0) wait_for(t, ABI_FD_READ, t->listener);
    CHECK(px_fd_close(&t->host, fd) == 0);
    int next = connect_waited(t, &fd);
    CHECK(read_fd(t, fd, 8, &count) == WASI_AGAIN);
    t->bytes[DATA] = (uint8_t)i;
    CHECK(write(next, t->bytes + DATA, 1) == 1);
    while (!wait_for(t, ABI_FD_READ, fd)) {}
    CHECK(read_fd(t, fd, 8, &count) == 0 && count == 1 && t->bytes[DATA] == (uint8_t)i);
    CHECK(px_fd_close(&t->host, fd) == 0);
    close(peer);
    close(next);
  }
}

static void a_guest_that_waited_once_and_spins_gets_on(struct test *t) {
  uint32_t fd, other, count;
  char bytes[8];
  int peer = connect_waited(t, &fd);
  wait_for(t, ABI_FD_READ, t->listener);
  for (int i = 0; i < 50; i++) {
    CHECK(write(peer, "ping", 4) == 4);
    while (read_fd(t, fd, 8, &count) == WASI_AGAIN) {}
    CHECK(count == 4 && write_fd(t, fd, 4, &count) == 0 && count == 4);
    /* It asks for more, as such a guest does, and so it comes out. */
    CHECK(read_fd(t, fd, 8, &count) == WASI_AGAIN);
    CHECK(recv(peer, bytes, 4, MSG_WAITALL) == 4 && memcmp(bytes, "ping", 4) == 0);
  }
  int second = connect_peer(t, &other);
  close(peer);
  close(second);
}

static void interest_that_is_dropped_leaves_connections_waiting(struct test *t) {
  uint32_t fd;
  wait_for(t, ABI_FD_READ, t->listener);
  int peer = connect_waited(t, &fd);
  int waiting = connect_peer_only(t);
  CHECK(wait_for(t, ABI_FD_WRITE, fd) && wait_for(t, ABI_FD_WRITE, fd));
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == 0);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_AGAIN);
  close(peer);
  close(waiting);
}

static void connections_nobody_accepted_end_with_their_listener(struct test *t) {
  char byte;
  wait_for(t, ABI_FD_READ, t->listener);
  int waiting = connect_peer_only(t), second = connect_peer_only(t);
  CHECK(wait_for(t, ABI_FD_READ, t->listener));
  CHECK(px_fd_close(&t->host, t->listener) == 0);
  CHECK(recv(waiting, &byte, 1, 0) <= 0 && recv(second, &byte, 1, 0) <= 0);
  int late = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)t->listener_port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(connect(late, (struct sockaddr *)&address, sizeof address) < 0 && errno == ECONNREFUSED);
  close(late);
  close(waiting);
  close(second);
}

static void a_pipe_that_was_read_meanwhile_is_not_reported(struct test *t) {
  int ends[2];
  char byte;
  CHECK(pipe(ends) == 0 && signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  uint32_t fd = (uint32_t)px_host_add_base(&t->host, 9, ends[0]);
  for (int i = 0; i < 3; i++) {
    CHECK(!wait_for(t, ABI_FD_READ, fd)); /* from here on it is watched */
    CHECK(write(ends[1], "x", 1) == 1 && read(ends[0], &byte, 1) == 1);
    CHECK(!wait_for(t, ABI_FD_READ, fd));
    CHECK(write(ends[1], "x", 1) == 1 && wait_for(t, ABI_FD_READ, fd) && wait_for(t, ABI_FD_READ, fd));
    CHECK(read(ends[0], &byte, 1) == 1);
  }
  px_host_drop(&t->host, fd);
  close(ends[0]);
  CHECK(write(ends[1], "x", 1) < 0 && errno == EPIPE); /* nobody holds the other end */
  close(ends[1]);
}

static void a_forked_child_takes_nothing_along(struct test *t) {
  uint32_t fd, count;
  int peer = connect_waited(t, &fd);
  pid_t child = fork();
  if (child == 0) _exit(0);
  CHECK(write(peer, "abc", 3) == 3);
  while (!wait_for(t, ABI_FD_READ, fd)) {}
  CHECK(read_fd(t, fd, 8, &count) == 0 && count == 3);
  CHECK(waitpid(child, NULL, 0) == child);
  CHECK(write(peer, "def", 3) == 3);
  while (!wait_for(t, ABI_FD_READ, fd)) {}
  CHECK(read_fd(t, fd, 8, &count) == 0 && count == 3 && t->bytes[DATA] == 'd');
  close(peer);
}

static void five_thousand_connections(struct test *t) {
  enum { MANY = 5000 };
  static int peers[MANY];
  static uint32_t fds[MANY];
  uint32_t count;
  struct rlimit old, high;
  CHECK(getrlimit(RLIMIT_NOFILE, &old) == 0);
  high = (struct rlimit){.rlim_cur = old.rlim_max, .rlim_max = old.rlim_max};
  CHECK(setrlimit(RLIMIT_NOFILE, &high) == 0);
  uint32_t fit = old.rlim_max < 2 * MANY + 64 ? (uint32_t)old.rlim_max / 2 - 64 : MANY;
  uint32_t many = strcmp(t->backend, "select") == 0 ? 400 : fit;
  for (uint32_t i = 0; i < many; i++) peers[i] = connect_peer(t, &fds[i]);
  sub_none(t);
  for (uint32_t i = 0; i < many; i++) sub_fd(t, ABI_FD_READ, fds[i], i);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, MANY);
  CHECK(poll_all(t) == 0 && event_count(t) == 1);
  for (uint32_t i = 17; i < many; i += 97) CHECK(write(peers[i], "x", 1) == 1);
  uint32_t seen = 0;
  for (uint32_t i = 17; i < many;) {
    CHECK(poll_all(t) == 0);
    for (uint32_t k = 0; k + 1 < event_count(t); k++, seen++, i += 97) {
      uint32_t which = (uint32_t)event_userdata(t, k);
      CHECK(which % 97 == 17 && event_nbytes(t, k) == 1);
      CHECK(read_fd(t, fds[which], 8, &count) == 0 && count == 1);
      CHECK(write_fd(t, fds[which], 1, &count) == 0);
    }
  }
  CHECK(poll_all(t) == 0 && event_count(t) == 1);
  for (uint32_t i = 17; i < many; i += 97) {
    char byte;
    CHECK(recv(peers[i], &byte, 1, 0) == 1);
  }
  for (uint32_t i = 0; i < many; i++) close(peers[i]);
  CHECK(setrlimit(RLIMIT_NOFILE, &old) == 0);
}

const struct scenario input_scenarios[] = {
#define S(name) {#name, name}
    S(a_guest_that_does_not_read_stalls_its_peer),
    S(what_is_held_for_a_guest_that_does_not_read_is_bounded),
    S(connections_that_wait_to_be_read_starve_nobody),
    S(data_before_a_reset_is_read_first),
    S(a_close_on_unread_bytes_resets),
    S(a_close_is_seen_at_once_while_a_read_is_awaited),
    S(a_number_that_is_used_again_gets_nothing_of_before),
    S(a_guest_that_waited_once_and_spins_gets_on),
    S(interest_that_is_dropped_leaves_connections_waiting),
    S(connections_nobody_accepted_end_with_their_listener),
    S(a_pipe_that_was_read_meanwhile_is_not_reported),
    S(a_forked_child_takes_nothing_along),
    S(five_thousand_connections),
    {NULL, NULL},
};
