/* SPDX-License-Identifier: MIT
 * Scenarios of what a backend that waits for signals could miss: descriptors that send none, events that
 * send none, a full queue of signals, descriptors shared with others. They hold on every backend. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

/* How many events of `fd` there are now; a due clock ends a poll without any. */
static uint32_t ready_now(struct test *t, uint32_t fd, int tag) {
  sub_none(t);
  sub_fd(t, tag, fd, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 9);
  CHECK(poll_all(t) == 0 && event_userdata(t, event_count(t) - 1) == 9);
  return event_count(t) - 1;
}

/* Waits for one event of `fd` itself: one that is missed ends the test by its time limit. */
static void await(struct test *t, uint32_t fd, int tag) {
  sub_none(t);
  sub_fd(t, tag, fd, 1);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 1);
}

static uint32_t add(struct test *t, int host_fd, bool unix_socket) {
  struct px_entry entry = {.kind = unix_socket ? PX_STREAM : PX_BASE, .host_fd = host_fd, .base_fd = -1,
                           .flags = ABI_FDFLAGS_NONBLOCK, .rights = PX_STREAM_RIGHTS};
  int fd = px_host_add(&t->host, entry);
  CHECK(fd >= 0);
  return (uint32_t)fd;
}

struct later {
  pthread_t thread;
  void (*act)(int fd);
  int fd;
};

static void *act_later(void *data) {
  struct later *later = data;
  usleep(20000); /* likely into the wait; before it, the scenario holds as well */
  later->act(later->fd);
  return NULL;
}

static void begin(struct test *t, struct later *later, void (*act)(int fd), int fd) {
  *later = (struct later){.act = act, .fd = fd};
  CHECK(pthread_create(&later->thread, NULL, act_later, later) == 0);
}

static void put_byte(int fd) {
  ssize_t ignored = write(fd, "x", 1);
  (void)ignored;
}

static void put_eight(int fd) {
  uint64_t one = 1;
  ssize_t ignored = write(fd, &one, sizeof one);
  (void)ignored;
}

static void close_it(int fd) { close(fd); }

static void empty_it(int fd) {
  static char bytes[1 << 16];
  while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0) continue;
}

static void a_unix_socket_that_polls_found_full_is_reported_once_it_drains(struct test *t) {
  int pair[2];
  uint32_t count;
  struct later later;
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
  uint32_t fd = add(t, pair[0], true);
  /* No write fails or falls short: it is the poll that tells that there is no more room. */
  while (ready_now(t, fd, ABI_FD_WRITE) == 1) CHECK(write_fd(t, fd, 1000, &count) == 0);
  begin(t, &later, empty_it, pair[1]);
  await(t, fd, ABI_FD_WRITE);
  pthread_join(later.thread, NULL);
  close(pair[1]);
}

/* The end of a pipe that is waited on for what it cannot do is woken by its hangup alone. */
static void a_pipe_wakes_who_waits_in_the_other_direction(struct test *t) {
  for (int reads = 0; reads < 2; reads++) {
    int ends[2];
    struct later later;
    CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    uint32_t fd = add(t, ends[reads ? 0 : 1], false);
    int tag = reads ? ABI_FD_WRITE : ABI_FD_READ;
    CHECK(ready_now(t, fd, tag) == 0);
    /* select has no set for the hangup of who waits to write: it is looked for once before a wait. */
    if (reads && strcmp(t->backend, "select") == 0) {
      close(ends[1]);
    } else {
      begin(t, &later, close_it, ends[reads ? 1 : 0]);
    }
    await(t, fd, tag);
    if (!reads || strcmp(t->backend, "select") != 0) pthread_join(later.thread, NULL);
    close(ends[reads ? 0 : 1]);
  }
}

static void what_the_guest_shut_down_itself_is_ready(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 0);
  CHECK(read_fd(t, fd, 10, &count) == WASI_AGAIN);
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_RD) == 0);
  await(t, fd, ABI_FD_READ);
  CHECK(read_fd(t, fd, 10, &count) == 0 && count == 0);
  close(peer);
}

static void the_end_that_came_while_nobody_asked_for_it_is_kept(struct test *t) {
  uint32_t fd, other, count;
  int peer = connect_peer(t, &fd), quiet = connect_peer(t, &other);
  CHECK(ready_now(t, fd, ABI_FD_READ) == 0);
  CHECK(write(peer, "abcd", 4) == 4 && shutdown(peer, SHUT_WR) == 0);
  /* Two calls: one that hears of it, one that looks at the other direction again. */
  CHECK(ready_now(t, fd, ABI_FD_WRITE) == 1 && ready_now(t, fd, ABI_FD_WRITE) == 1);
  CHECK(read_fd(t, fd, 100, &count) == 0 && count == 4);
  await(t, fd, ABI_FD_READ);
  CHECK(read_fd(t, fd, 100, &count) == 0 && count == 0);
  close(peer);
  close(quiet);
}

static void the_end_that_came_before_the_first_poll_is_kept(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "abcd", 4) == 4 && shutdown(peer, SHUT_WR) == 0);
  CHECK(ready_now(t, fd, ABI_FD_WRITE) == 1);
  CHECK(read_fd(t, fd, 100, &count) == 0 && count == 4);
  await(t, fd, ABI_FD_READ);
  close(peer);
}

static void eventfds_and_terminals_wake_like_sockets(struct test *t) {
  struct later later;
  int event = eventfd(0, EFD_CLOEXEC), master, slave;
  CHECK(openpty(&master, &slave, NULL, NULL, NULL) == 0);
  uint32_t of_event = add(t, event, false), of_slave = add(t, slave, false), sock;
  int peer = connect_peer(t, &sock);
  CHECK(ready_now(t, of_event, ABI_FD_READ) == 0 && ready_now(t, of_event, ABI_FD_WRITE) == 1);
  begin(t, &later, put_eight, event);
  await(t, of_event, ABI_FD_READ);
  pthread_join(later.thread, NULL);
  /* The eventfd stays ready, and nobody asks for it: the socket and the terminal are heard beside it. */
  begin(t, &later, put_byte, peer);
  await(t, sock, ABI_FD_READ);
  pthread_join(later.thread, NULL);
  CHECK(ready_now(t, of_slave, ABI_FD_READ) == 0);
  begin(t, &later, close_it, master);
  await(t, of_slave, ABI_FD_READ);
  pthread_join(later.thread, NULL);
  px_host_drop(&t->host, of_event);
  px_host_drop(&t->host, of_slave);
  close(event);
  close(slave);
  close(peer);
}

static void a_hundred_eventfds_are_each_heard(struct test *t) {
  enum { MANY = 100 };
  int events[MANY];
  uint32_t fds[MANY];
  for (int i = 0; i < MANY; i++) {
    events[i] = eventfd(0, EFD_CLOEXEC);
    fds[i] = add(t, events[i], false);
  }
  for (int i = 0; i < MANY; i++) CHECK(ready_now(t, fds[i], ABI_FD_READ) == 0);
  for (int i = MANY - 1; i >= 0; i--) {
    sub_none(t);
    for (int j = 0; j < MANY; j++) sub_fd(t, ABI_FD_READ, fds[j], (uint64_t)j);
    put_eight(events[i]);
    CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == (uint64_t)i);
    uint64_t value;
    CHECK(read(events[i], &value, sizeof value) == sizeof value);
    px_poller_unmute(&t->host.poller, fds[i]);
  }
  for (int i = 0; i < MANY; i++) {
    px_host_drop(&t->host, fds[i]);
    close(events[i]);
  }
}

/* As a terminal is at 0, 1 and 2: three numbers, one open file. */
static void two_descriptors_of_one_open_file_are_both_heard(struct test *t) {
  struct later later;
  int fds[2];
  CHECK(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
  int twin = dup(fds[0]);
  uint32_t first = add(t, fds[0], false), second = add(t, twin, false);
  CHECK(ready_now(t, first, ABI_FD_READ) == 0 && ready_now(t, second, ABI_FD_READ) == 0);
  begin(t, &later, put_byte, fds[1]);
  await(t, second, ABI_FD_READ);
  await(t, first, ABI_FD_READ);
  pthread_join(later.thread, NULL);
  px_host_drop(&t->host, first);
  px_host_drop(&t->host, second);
  close(fds[0]);
  close(fds[1]);
  close(twin);
}

static void two_hosts_share_standard_input(struct test *t) {
  struct later later;
  struct test other = {.backend = t->backend, .bytes = calloc(1, MEMORY)}, *o = &other;
  int fds[2];
  CHECK(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
  CHECK(px_host_open(&o->host, t->host.ops) == 0);
  o->memory = (struct px_memory){.data = o->bytes, .size = MEMORY};
  uint32_t mine = add(t, fds[0], false), theirs = add(o, fds[0], false);
  CHECK(ready_now(t, mine, ABI_FD_READ) == 0 && ready_now(o, theirs, ABI_FD_READ) == 0);
  begin(t, &later, put_byte, fds[1]);
  await(t, mine, ABI_FD_READ);
  await(o, theirs, ABI_FD_READ);
  pthread_join(later.thread, NULL);
  char byte;
  CHECK(read(fds[0], &byte, 1) == 1);
  CHECK(ready_now(t, mine, ABI_FD_READ) == 0 && ready_now(o, theirs, ABI_FD_READ) == 0);
  px_host_close(&o->host); /* takes nothing away from the first */
  begin(t, &later, put_byte, fds[1]);
  await(t, mine, ABI_FD_READ);
  pthread_join(later.thread, NULL);
  px_host_drop(&t->host, mine);
  CHECK((fcntl(fds[0], F_GETFL) & O_ASYNC) == 0);
  free(o->bytes);
  close(fds[0]);
  close(fds[1]);
}

static sigset_t blocked_signals(void) {
  sigset_t set;
  pthread_sigmask(SIG_BLOCK, NULL, &set);
  return set;
}

static void fifty_hosts_on_one_thread_wait_in_turn(struct test *t) {
  enum { MANY = 50 };
  static struct test others[MANY];
  int pipes[MANY][2];
  uint32_t fds[MANY];
  sigset_t before = blocked_signals();
  for (int i = 0; i < MANY; i++) {
    struct test *o = &others[i];
    *o = (struct test){.backend = t->backend, .bytes = calloc(1, MEMORY)};
    CHECK(px_host_open(&o->host, t->host.ops) == 0);
    o->memory = (struct px_memory){.data = o->bytes, .size = MEMORY};
    CHECK(pipe2(pipes[i], O_CLOEXEC | O_NONBLOCK) == 0);
    fds[i] = add(o, pipes[i][0], false);
    CHECK(ready_now(o, fds[i], ABI_FD_READ) == 0);
  }
  for (int i = 0; i < MANY; i++) put_byte(pipes[i][1]);
  for (int i = MANY - 1; i >= 0; i--) await(&others[i], fds[i], ABI_FD_READ);
  /* Closed in an order of their own, while the rest goes on. */
  for (int i = 0; i < MANY; i++) {
    int at = (i * 7) % MANY, next = (at + 7) % MANY;
    px_host_close(&others[at].host);
    if (i < MANY - 1) await(&others[next], fds[next], ABI_FD_READ);
    free(others[at].bytes);
    close(pipes[at][0]);
    close(pipes[at][1]);
  }
  sigset_t after = blocked_signals();
  for (int signal = 1; signal <= SIGRTMAX; signal++)
    CHECK(sigismember(&before, signal) == sigismember(&after, signal));
}

static void *open_and_close(void *data) {
  struct test *t = data;
  struct px_host first, second;
  sigset_t before = blocked_signals();
  CHECK(px_host_open(&first, t->host.ops) == 0 && px_host_open(&second, t->host.ops) == 0);
  px_host_close(&first);
  px_host_close(&second);
  sigset_t after = blocked_signals();
  for (int signal = 1; signal <= SIGRTMAX; signal++)
    CHECK(sigismember(&before, signal) == sigismember(&after, signal));
  return NULL;
}

static void a_thread_gets_its_signal_mask_back(struct test *t) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, open_and_close, t) == 0);
  pthread_join(thread, NULL);
}

static void events_beyond_the_limit_of_queued_signals_are_found(struct test *t) {
  enum { MANY = 400, ROUNDS = 4 };
  static int peers[MANY];
  static uint32_t fds[MANY];
  static bool seen[MANY];
  uint32_t count;
  struct rlimit limit, small;
  CHECK(getrlimit(RLIMIT_SIGPENDING, &limit) == 0);
  for (int i = 0; i < MANY; i++) {
    peers[i] = connect_peer(t, &fds[i]);
    CHECK(ready_now(t, fds[i], ABI_FD_READ) == 0);
  }
  sub_none(t);
  for (int i = 0; i < MANY; i++) sub_fd(t, ABI_FD_READ, fds[i], (uint64_t)i);
  for (int round = 0; round < ROUNDS; round++) {
    small = (struct rlimit){.rlim_cur = round % 2 == 0 ? 0 : 10, .rlim_max = limit.rlim_max};
    CHECK(setrlimit(RLIMIT_SIGPENDING, &small) == 0);
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < MANY; i++) put_byte(peers[i]);
    for (int found = 0; found < MANY;) {
      CHECK(poll_all(t) == 0);
      uint32_t n = event_count(t);
      for (uint32_t e = 0; e < n; e++) {
        int at = (int)event_userdata(t, e);
        CHECK(!seen[at] && read_fd(t, fds[at], 10, &count) == 0 && count == 1);
        seen[at] = true;
        found++;
      }
    }
  }
  /* With no room for a single signal a wake must come through too. */
  small.rlim_cur = 0;
  CHECK(setrlimit(RLIMIT_SIGPENDING, &small) == 0);
  struct later later;
  begin(t, &later, put_byte, peers[7]);
  await(t, fds[7], ABI_FD_READ);
  pthread_join(later.thread, NULL);
  CHECK(setrlimit(RLIMIT_SIGPENDING, &limit) == 0);
  for (int i = 0; i < MANY; i++) close(peers[i]);
}

#define S(name) {#name, name}
const struct scenario hint_scenarios[] = {
    S(a_unix_socket_that_polls_found_full_is_reported_once_it_drains),
    S(a_pipe_wakes_who_waits_in_the_other_direction),
    S(what_the_guest_shut_down_itself_is_ready),
    S(the_end_that_came_while_nobody_asked_for_it_is_kept),
    S(the_end_that_came_before_the_first_poll_is_kept),
    S(eventfds_and_terminals_wake_like_sockets),
    S(a_hundred_eventfds_are_each_heard),
    S(two_descriptors_of_one_open_file_are_both_heard),
    S(two_hosts_share_standard_input),
    S(fifty_hosts_on_one_thread_wait_in_turn),
    S(a_thread_gets_its_signal_mask_back),
    S(events_beyond_the_limit_of_queued_signals_are_found),
    {NULL, NULL},
};
