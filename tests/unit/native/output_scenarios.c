/* SPDX-License-Identifier: MIT
 * Scenarios of bytes that the guest has written: what must hold although a backend sends them later. They
 * hold for plain sockets, and so for each backend. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

enum { ECONNRESET_WASI = 15, EPIPE_WASI = 64 };

static void fill(struct test *t, uint64_t from, uint32_t length) {
  for (uint32_t i = 0; i < length; i++) t->bytes[DATA + i] = pattern(from + i);
}

/* Reads to the end, or to an error, at its own pace, and compares with the pattern. */
struct reader {
  int fd, error;
  uint64_t total, wrong;
  _Atomic bool done;
  bool slow;
};

static void *read_to_end(void *data) {
  struct reader *r = data;
  static _Thread_local uint8_t buffer[30011];
  ssize_t n;
  while ((n = recv(r->fd, buffer, sizeof buffer, 0)) > 0) {
    for (ssize_t i = 0; i < n; i++) r->wrong += buffer[i] != pattern(r->total + (uint64_t)i);
    r->total += (uint64_t)n;
    if (r->slow) nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
  }
  r->error = n < 0 ? errno : 0;
  r->done = true;
  return NULL;
}

static void *read_to_end_later(void *data) {
  nanosleep(&(struct timespec){.tv_nsec = 50 * 1000000}, NULL);
  return read_to_end(data);
}

/* Writes until the connection takes no more. How many bytes it took. */
static uint64_t write_all_it_takes(struct test *t, uint32_t fd) {
  uint64_t total = 0;
  uint32_t count;
  for (;;) {
    fill(t, total, 40000);
    int status = write_fd(t, fd, 40000, &count);
    if (status == WASI_AGAIN) return total;
    CHECK(status == 0 && count > 0);
    total += count;
  }
}

static void bytes_stay_in_order_through_short_sends(struct test *t) {
  enum { TOTAL = 3000000 };
  uint32_t fd, count;
  pthread_t thread;
  struct reader r = {.fd = connect_waited(t, &fd), .slow = true};
  CHECK(pthread_create(&thread, NULL, read_to_end, &r) == 0);
  for (uint64_t at = 0, size = 1; at < TOTAL; size = size * 3 % 70001 + 1) {
    uint32_t want = at + size > TOTAL ? (uint32_t)(TOTAL - at) : (uint32_t)size;
    fill(t, at, want);
    int status = write_fd(t, fd, want, &count);
    CHECK(status == 0 || status == WASI_AGAIN);
    if (status == 0) at += count;
    if (status == WASI_AGAIN || at % 5 == 0)
      while (!wait_for(t, ABI_FD_WRITE, fd)) {}
  }
  CHECK(px_fd_close(&t->host, fd) == 0);
  while (!r.done) wait_for(t, ABI_FD_READ, t->listener);
  pthread_join(thread, NULL);
  CHECK(r.total == TOTAL && r.wrong == 0 && r.error == 0);
  close(r.fd);
}

static void a_close_delivers_what_was_written(struct test *t) {
  uint32_t fd;
  pthread_t thread;
  struct reader r = {.fd = connect_waited(t, &fd)};
  uint64_t total = write_all_it_takes(t, fd);
  CHECK(px_fd_close(&t->host, fd) == 0);
  CHECK(pthread_create(&thread, NULL, read_to_end, &r) == 0);
  while (!r.done) wait_for(t, ABI_FD_READ, t->listener);
  pthread_join(thread, NULL);
  CHECK(r.total == total && r.wrong == 0 && r.error == 0);
  close(r.fd);
}

static void the_end_of_the_guest_delivers_what_was_written(struct test *t) {
  uint32_t fd, other, count;
  pthread_t thread;
  struct reader r = {.fd = connect_waited(t, &fd)};
  int small = connect_waited(t, &other);
  uint64_t total = write_all_it_takes(t, fd);
  memcpy(t->bytes + DATA, "last", 4);
  CHECK(write_fd(t, other, 4, &count) == 0);
  CHECK(pthread_create(&thread, NULL, read_to_end_later, &r) == 0);
  px_host_close(&t->host);
  pthread_join(thread, NULL);
  CHECK(r.total == total && r.wrong == 0 && r.error == 0);
  char bytes[8];
  CHECK(recv(small, bytes, 8, MSG_WAITALL) == 4 && memcmp(bytes, "last", 4) == 0);
  close(r.fd);
  close(small);
}

static void a_shutdown_comes_behind_what_was_written(struct test *t) {
  uint32_t fd, count;
  pthread_t thread;
  struct reader r = {.fd = connect_waited(t, &fd)};
  uint64_t total = write_all_it_takes(t, fd);
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_WR) == 0);
  CHECK(write_fd(t, fd, 1, &count) == EPIPE_WASI);
  CHECK(pthread_create(&thread, NULL, read_to_end, &r) == 0);
  while (!r.done) wait_for(t, ABI_FD_READ, fd);
  pthread_join(thread, NULL);
  CHECK(r.total == total && r.wrong == 0 && r.error == 0);
  CHECK(write(r.fd, "back", 4) == 4);
  while (!wait_for(t, ABI_FD_READ, fd)) {}
  CHECK(read_fd(t, fd, 8, &count) == 0 && count == 4);
  close(r.fd);
}

static void a_reset_under_pending_output_is_told_once(struct test *t) {
  uint32_t fd, count;
  int peer = connect_waited(t, &fd);
  CHECK(write_all_it_takes(t, fd) > 0);
  reset_peer(peer);
  while (!wait_for(t, ABI_FD_WRITE, fd)) {}
  int first = write_fd(t, fd, 8, &count);
  CHECK(first == ECONNRESET_WASI || first == EPIPE_WASI);
  CHECK(write_fd(t, fd, 8, &count) == EPIPE_WASI);
  CHECK(read_fd(t, fd, 8, &count) == 0 && count == 0);
  CHECK(wait_for(t, ABI_FD_READ, fd) && event_hangup(t, 0) && event_error(t, 0) == 0);
}

static void a_write_to_who_has_gone_is_told_by_a_later_call(struct test *t) {
  uint32_t fd, count;
  int peer = connect_waited(t, &fd), status = 0;
  close(peer);
  for (int tries = 0; tries < 1000 && status == 0; tries++) {
    status = write_fd(t, fd, 8, &count);
    wait_for(t, ABI_FD_WRITE, fd);
  }
  CHECK(status == ECONNRESET_WASI || status == EPIPE_WASI);
  CHECK(wait_for(t, ABI_FD_READ, fd) && event_hangup(t, 0));
}

struct later {
  int fd;
  const char *text;
};

static void *write_later(void *data) {
  struct later *later = data;
  for (const char *c = later->text; *c != '\0'; c++) {
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    if (write(later->fd, c, 1) != 1) exit(1);
  }
  return NULL;
}

static void blocking_calls_wait_on_what_was_polled_before(struct test *t) {
  uint32_t fd, count;
  pthread_t thread;
  struct reader r = {.fd = connect_waited(t, &fd), .slow = true};
  struct later later = {r.fd, "abcdefgh"};
  CHECK(px_fd_fdstat_set_flags(&t->host, fd, 0) == 0);
  CHECK(pthread_create(&thread, NULL, write_later, &later) == 0);
  CHECK(recv_fd(t, fd, 3, ABI_RI_PEEK | ABI_RI_WAITALL, &count) == 0 && count == 3);
  CHECK(read_fd(t, fd, 1, &count) == 0 && count == 1 && t->bytes[DATA] == 'a');
  CHECK(recv_fd(t, fd, 7, ABI_RI_WAITALL, &count) == 0 && count == 7);
  CHECK(memcmp(t->bytes + DATA, "bcdefgh", 7) == 0);
  pthread_join(thread, NULL);
  CHECK(pthread_create(&thread, NULL, read_to_end, &r) == 0);
  for (uint64_t at = 0; at < 3000000; at += 300000) {
    fill(t, at, 300000);
    CHECK(write_fd(t, fd, 300000, &count) == 0 && count == 300000);
  }
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_WR) == 0);
  while (!r.done) wait_for(t, ABI_FD_READ, t->listener);
  pthread_join(thread, NULL);
  CHECK(r.total == 3000000 && r.wrong == 0);
  close(r.fd);
}

struct answer {
  int peer, pipe;
};

static void *answer_into_pipe(void *data) {
  struct answer *a = data;
  char byte;
  if (recv(a->peer, &byte, 1, 0) != 1 || write(a->pipe, &byte, 1) != 1) exit(1);
  return NULL;
}

static void what_was_written_goes_out_before_another_call_blocks(struct test *t) {
  uint32_t fd, count;
  int ends[2], peer = connect_waited(t, &fd);
  pthread_t thread;
  CHECK(pipe(ends) == 0);
  struct answer a = {peer, ends[1]};
  CHECK(write_fd(t, fd, 1, &count) == 0);
  CHECK(pthread_create(&thread, NULL, answer_into_pipe, &a) == 0);
  CHECK(px_host_wait_fd(&t->host, ends[0], POLLIN) == 0);
  pthread_join(thread, NULL);
  close(ends[0]);
  close(ends[1]);
  close(peer);
}

const struct scenario output_scenarios[] = {
#define S(name) {#name, name}
    S(bytes_stay_in_order_through_short_sends),
    S(a_close_delivers_what_was_written),
    S(the_end_of_the_guest_delivers_what_was_written),
    S(a_shutdown_comes_behind_what_was_written),
    S(a_reset_under_pending_output_is_told_once),
    S(a_write_to_who_has_gone_is_told_by_a_later_call),
    S(blocking_calls_wait_on_what_was_polled_before),
    S(what_was_written_goes_out_before_another_call_blocks),
    {NULL, NULL},
};
