/* SPDX-License-Identifier: MIT
 * Scenarios of sockets: blocking and not, flags, limits, hostile arguments. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

static void fdstat_tells_a_stream_socket_and_its_flags(struct test *t) {
  uint32_t fd;
  int peer = connect_peer(t, &fd);
  CHECK(px_fd_fdstat_get(&t->host, t->memory, fd, DATA) == 0);
  CHECK(t->bytes[DATA] == 6 && t->bytes[DATA + 2] == ABI_FDFLAGS_NONBLOCK);
  CHECK(px_fd_fdstat_set_flags(&t->host, fd, 0) == 0);
  CHECK(px_fd_fdstat_get(&t->host, t->memory, fd, DATA) == 0 && t->bytes[DATA + 2] == 0);
  CHECK(px_fd_fdstat_set_flags(&t->host, fd, 1) == WASI_INVAL);
  CHECK(px_fd_fdstat_get(&t->host, t->memory, fd, MEMORY - 23) == WASI_FAULT);
  CHECK(px_fd_fdstat_get(&t->host, t->memory, 77, DATA) == WASI_BADF);
  CHECK(px_fd_fdstat_get(&t->host, t->memory, t->listener, DATA) == 0);
  CHECK(t->bytes[DATA] == 6 && t->bytes[DATA + 2] == ABI_FDFLAGS_NONBLOCK);
  close(peer);
}

static void numbers_are_given_lowest_first(struct test *t) {
  uint32_t a, b, c, d;
  int p = connect_peer(t, &a), q = connect_peer(t, &b), r = connect_peer(t, &c);
  CHECK(a == 4 && b == 5 && c == 6);
  CHECK(px_fd_close(&t->host, b) == 0 && px_fd_close(&t->host, a) == 0);
  int s = connect_peer(t, &d);
  CHECK(d == 4);
  int u = connect_peer(t, &d);
  CHECK(d == 5);
  close(p), close(q), close(r), close(s), close(u);
}

static void a_closed_connection_reaches_the_peer(struct test *t) {
  uint32_t fd;
  char byte;
  int peer = connect_peer(t, &fd);
  CHECK(px_fd_close(&t->host, fd) == 0 && recv(peer, &byte, 1, 0) == 0);
  CHECK(px_fd_close(&t->host, fd) == WASI_BADF);
  close(peer);
}

static void non_blocking_calls_answer_again(struct test *t) {
  uint32_t fd, count;
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_AGAIN);
  int peer = connect_peer(t, &fd);
  CHECK(read_fd(t, fd, 8, &count) == WASI_AGAIN);
  int status;
  uint64_t total = 0;
  while ((status = write_fd(t, fd, 100000, &count)) == 0) total += count;
  CHECK(status == WASI_AGAIN && total > 0);
  close(peer);
}

struct later {
  int fd;
  const char *text;
};

static void *write_later(void *data) {
  struct later *later = data;
  for (const char *c = later->text; *c != '\0'; c++) {
    nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    if (write(later->fd, c, 1) != 1) exit(1);
  }
  return NULL;
}

static void blocking_reads_wait_and_waitall_fills_the_buffer(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  pthread_t thread;
  struct later later = {peer, "abcdef"};
  CHECK(px_fd_fdstat_set_flags(&t->host, fd, 0) == 0);
  CHECK(pthread_create(&thread, NULL, write_later, &later) == 0);
  CHECK(read_fd(t, fd, 1, &count) == 0 && count == 1 && t->bytes[DATA] == 'a');
  CHECK(recv_fd(t, fd, 3, ABI_RI_PEEK | ABI_RI_WAITALL, &count) == 0 && count == 3);
  CHECK(recv_fd(t, fd, 5, ABI_RI_WAITALL, &count) == 0 && count == 5);
  CHECK(memcmp(t->bytes + DATA, "bcdef", 5) == 0);
  pthread_join(thread, NULL);
  CHECK(write(peer, "xy", 2) == 2 && shutdown(peer, SHUT_WR) == 0);
  CHECK(recv_fd(t, fd, 5, ABI_RI_WAITALL, &count) == 0 && count == 2); /* short at the end */
  close(peer);
}

static void peek_leaves_the_bytes(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "abc", 3) == 3);
  for (int i = 0; i < 2; i++)
    CHECK(recv_fd(t, fd, 2, ABI_RI_PEEK, &count) == 0 && count == 2 && t->bytes[DATA] == 'a');
  CHECK(recv_fd(t, fd, 8, 0, &count) == 0 && count == 3);
  CHECK(recv_fd(t, fd, 8, 4, &count) == WASI_INVAL);
  close(peer);
}

static void *drain_slowly(void *data) {
  int fd = *(int *)data;
  static char buffer[65536];
  ssize_t n;
  size_t total = 0;
  while ((n = read(fd, buffer, sizeof buffer)) > 0) {
    total += (size_t)n;
    nanosleep(&(struct timespec){.tv_nsec = 300000}, NULL);
  }
  return (void *)total;
}

static void a_blocking_write_takes_all(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  pthread_t thread;
  void *total;
  CHECK(px_fd_fdstat_set_flags(&t->host, fd, 0) == 0);
  CHECK(pthread_create(&thread, NULL, drain_slowly, &peer) == 0);
  for (int i = 0; i < 30; i++) CHECK(write_fd(t, fd, 400000, &count) == 0 && count == 400000);
  CHECK(px_fd_close(&t->host, fd) == 0);
  pthread_join(thread, &total);
  CHECK((size_t)total == 30u * 400000u);
  close(peer);
}

static void *connect_later(void *data) {
  struct test *t = data;
  nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  int peer = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)t->listener_port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(connect(peer, (struct sockaddr *)&address, sizeof address) == 0);
  close(peer);
  return NULL;
}

static void a_blocking_accept_waits_whatever_its_flags_say(struct test *t) {
  pthread_t thread;
  CHECK(px_fd_fdstat_set_flags(&t->host, t->listener, 0) == 0);
  CHECK(pthread_create(&thread, NULL, connect_later, t) == 0);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, ABI_FDFLAGS_NONBLOCK, RESULT) == 0);
  pthread_join(thread, NULL);
  uint32_t count;
  CHECK(px_fd_fdstat_get(&t->host, t->memory, 4, DATA) == 0);
  CHECK(t->bytes[DATA + 2] == ABI_FDFLAGS_NONBLOCK);
  CHECK(read_fd(t, 4, 1, &count) == 0 && count == 0);
}

static void *stop_soon(void *host) {
  nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  px_host_stop(host);
  return NULL;
}

static void a_stop_ends_a_blocking_accept(struct test *t) {
  pthread_t thread;
  CHECK(px_fd_fdstat_set_flags(&t->host, t->listener, 0) == 0);
  CHECK(pthread_create(&thread, NULL, stop_soon, &t->host) == 0);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == PX_STOPPED);
  pthread_join(thread, NULL);
}

static void many_buffers_are_filled_in_order(struct test *t) {
  uint32_t fd;
  int peer = connect_peer(t, &fd);
  enum { COUNT = 1500 };
  uint32_t iovs = 200000;
  for (uint32_t i = 0; i < COUNT; i++) {
    uint32_t pair[2] = {DATA + i, i % 3 == 0 ? 0 : 1};
    memcpy(t->bytes + iovs + i * 8, pair, 8);
    t->bytes[DATA + i] = (uint8_t)i;
  }
  CHECK(px_sock_send(&t->host, t->memory, fd, iovs, COUNT, 0, RESULT) == 0);
  uint32_t sent;
  memcpy(&sent, t->bytes + RESULT, 4);
  CHECK(sent > 0 && sent <= 1000);
  uint8_t got[1000];
  CHECK(recv(peer, got, sent, MSG_WAITALL) == (ssize_t)sent && got[0] == 1 && got[1] == 2 && got[2] == 4);
  CHECK(px_sock_send(&t->host, t->memory, fd, iovs, 1, 1, RESULT) == WASI_INVAL);
  close(peer);
}

static void hostile_pointers_answer_fault_and_lose_no_bytes(struct test *t) {
  uint32_t fd, count;
  int peer = connect_peer(t, &fd);
  CHECK(write(peer, "abc", 3) == 3);
  struct px_host *h = &t->host;
  uint32_t outside[2] = {MEMORY - 2, 8}, wraps[2] = {8, UINT32_MAX};
  CHECK(px_fd_read(h, t->memory, fd, UINT32_MAX, 1, RESULT) == WASI_FAULT);
  CHECK(px_fd_read(h, t->memory, fd, IOVS, UINT32_MAX, RESULT) == WASI_FAULT);
  CHECK(px_fd_read(h, t->memory, fd, IOVS, 1u << 29, RESULT) == WASI_FAULT);
  memcpy(t->bytes + IOVS, outside, 8);
  CHECK(px_fd_read(h, t->memory, fd, IOVS, 1, RESULT) == WASI_FAULT);
  memcpy(t->bytes + IOVS, wraps, 8);
  CHECK(px_fd_read(h, t->memory, fd, IOVS, 1, RESULT) == WASI_FAULT);
  CHECK(px_fd_write(h, t->memory, fd, IOVS, 1, RESULT) == WASI_FAULT);
  uint32_t good[2] = {DATA, 8};
  memcpy(t->bytes + IOVS, good, 8);
  CHECK(px_fd_read(h, t->memory, fd, IOVS, 1, MEMORY - 3) == WASI_FAULT);
  CHECK(px_sock_recv(h, t->memory, fd, IOVS, 1, 0, RESULT, MEMORY - 1) == WASI_FAULT);
  CHECK(px_sock_accept(h, t->memory, t->listener, 0, UINT32_MAX - 1) == WASI_FAULT);
  CHECK(read_fd(t, fd, 8, &count) == 0 && count == 3);
  struct px_memory none = {.data = NULL, .size = 0};
  CHECK(px_fd_read(h, none, fd, 0, 1, 0) == WASI_FAULT);
  close(peer);
}

static void wrong_kinds_of_descriptor_have_their_errnos(struct test *t) {
  uint32_t fd, count;
  struct px_host *h = &t->host;
  int peer = connect_peer(t, &fd);
  CHECK(px_sock_shutdown(h, 77, 1) == WASI_BADF && px_sock_shutdown(h, 0, 1) == WASI_NOTSOCK);
  CHECK(px_sock_shutdown(h, fd, 0) == WASI_INVAL && px_sock_shutdown(h, fd, 4) == WASI_INVAL);
  CHECK(px_sock_accept(h, t->memory, fd, 0, RESULT) == WASI_INVAL);
  CHECK(px_sock_accept(h, t->memory, 0, 0, RESULT) == WASI_NOTSOCK);
  CHECK(px_sock_accept(h, t->memory, t->listener, 32, RESULT) == WASI_INVAL);
  CHECK(read_fd(t, t->listener, 1, &count) == WASI_NOTCONN);
  CHECK(read_fd(t, 0, 1, &count) == PX_DELEGATE && read_fd(t, 77, 1, &count) == WASI_BADF);
  CHECK(px_fd_fdstat_set_rights(h, fd, ABI_RIGHT_FD_WRITE, 0) == 0);
  CHECK(read_fd(t, fd, 1, &count) == WASI_NOTCAPABLE);
  CHECK(px_fd_fdstat_set_rights(h, fd, ABI_RIGHT_FD_READ, 0) == WASI_NOTCAPABLE);
  close(peer);
}

static void select_refuses_what_is_beyond_fd_setsize(struct test *t) {
  int held[1100], count = 0, peer;
  do {
    held[count] = dup(0);
  } while (held[count++] < 1030);
  peer = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)t->listener_port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(connect(peer, (struct sockaddr *)&address, sizeof address) == 0);
  int status = px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT);
  if (strcmp(t->backend, "select") == 0) {
    char byte;
    CHECK(status == WASI_MFILE && strstr(t->warning, "FD_SETSIZE") != NULL);
    CHECK(recv(peer, &byte, 1, 0) == 0);
  } else {
    CHECK(status == 0);
  }
  while (count > 0) close(held[--count]);
  close(peer);
}

static void out_of_descriptors_is_mfile_and_keeps_the_connection_waiting(struct test *t) {
  struct rlimit old, low;
  uint32_t fd;
  int first = connect_peer(t, &fd);
  int peer = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)t->listener_port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(connect(peer, (struct sockaddr *)&address, sizeof address) == 0);
  CHECK(getrlimit(RLIMIT_NOFILE, &old) == 0);
  low = (struct rlimit){.rlim_cur = (rlim_t)peer + 1, .rlim_max = old.rlim_max};
  CHECK(setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_MFILE);
  CHECK(setrlimit(RLIMIT_NOFILE, &old) == 0);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == 0);
  close(first);
  close(peer);
}

const struct scenario socket_scenarios[] = {
#define S(name) {#name, name}
    S(fdstat_tells_a_stream_socket_and_its_flags),
    S(numbers_are_given_lowest_first),
    S(a_closed_connection_reaches_the_peer),
    S(non_blocking_calls_answer_again),
    S(blocking_reads_wait_and_waitall_fills_the_buffer),
    S(peek_leaves_the_bytes),
    S(a_blocking_write_takes_all),
    S(a_blocking_accept_waits_whatever_its_flags_say),
    S(a_stop_ends_a_blocking_accept),
    S(many_buffers_are_filled_in_order),
    S(hostile_pointers_answer_fault_and_lose_no_bytes),
    S(wrong_kinds_of_descriptor_have_their_errnos),
    S(select_refuses_what_is_beyond_fd_setsize),
    S(out_of_descriptors_is_mfile_and_keeps_the_connection_waiting),
    {NULL, NULL},
};
