/* SPDX-License-Identifier: MIT
 * Scenarios of bytes under way: what must hold although a backend receives ahead of the guest and sends
 * behind it. They hold for plain sockets, and so for each backend. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../host/native/connect.h"
#include "harness.h"

#define MS UINT64_C(1000000)
enum { ECONNRESET_WASI = 15, EPIPE_WASI = 64 };

static uint8_t pattern(uint64_t at) { return (uint8_t)(at * 31 + (at >> 8) * 7 + (at >> 16)); }

static void fill(struct test *t, uint64_t from, uint32_t length) {
  for (uint32_t i = 0; i < length; i++) t->bytes[DATA + i] = pattern(from + i);
}

/* One wait of at most 2 ms for `tag` of `fd`; true where that is what ended it. */
static bool wait_for(struct test *t, int tag, uint32_t fd) {
  sub_none(t);
  sub_fd(t, tag, fd, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 2 * MS, false, 2);
  CHECK(poll_all(t) == 0);
  return event_userdata(t, 0) == 1;
}

/* A connection that the guest has waited for once: from then on a backend may be at work on it. */
static int connect_waited(struct test *t, uint32_t *fd) {
  int peer = connect_peer(t, fd);
  sub_none(t);
  sub_fd(t, ABI_FD_READ, *fd, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1);
  return peer;
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

/* A socket that listens and that the guest knows nothing of. */
static int other_listener(int family, struct sockaddr_un *name, int *port) {
  int fd = socket(family, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  *name = (struct sockaddr_un){.sun_family = AF_UNIX};
  snprintf(name->sun_path + 1, sizeof name->sun_path - 1, "pollux-native-%d", getpid());
  socklen_t name_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name->sun_path + 1));
  bool bound = family == AF_UNIX ? bind(fd, (struct sockaddr *)name, name_length) == 0
                                 : bind(fd, (struct sockaddr *)&address, length) == 0;
  if (!bound || listen(fd, 8) != 0) exit(1);
  if (family != AF_UNIX) getsockname(fd, (struct sockaddr *)&address, &length);
  *port = ntohs(address.sin_port);
  return fd;
}

static void talk(struct test *t, uint32_t fd, int listener) {
  uint32_t count;
  char bytes[8];
  for (int tries = 0; tries < 1000 && !wait_for(t, ABI_FD_WRITE, fd); tries++) {}
  int peer = accept(listener, NULL, NULL);
  memcpy(t->bytes + DATA, "hello", 5);
  CHECK(peer >= 0 && write_fd(t, fd, 5, &count) == 0 && count == 5);
  CHECK(!wait_for(t, ABI_FD_READ, fd));
  CHECK(recv(peer, bytes, 5, MSG_WAITALL) == 5 && memcmp(bytes, "hello", 5) == 0);
  CHECK(write(peer, "you", 3) == 3);
  while (!wait_for(t, ABI_FD_READ, fd)) {}
  CHECK(event_nbytes(t, 0) == 3 && read_fd(t, fd, 8, &count) == 0 && count == 3);
  CHECK(px_fd_close(&t->host, fd) == 0 && recv(peer, bytes, 1, 0) == 0);
  close(peer);
}

static void an_outbound_connection_is_used_as_any_other(struct test *t) {
  struct sockaddr_un name;
  char path[sizeof name.sun_path];
  int port, status, listener = other_listener(AF_INET, &name, &port);
  struct px_target tcp = {.host = "127.0.0.1", .port = port};
  int fd = px_connect(&t->host, &tcp, ABI_FDFLAGS_NONBLOCK, UINT64_MAX, &status);
  CHECK(fd > 0 && status == 0);
  talk(t, (uint32_t)fd, listener);
  close(listener);
  listener = other_listener(AF_UNIX, &name, &port);
  snprintf(path, sizeof path, "@%s", name.sun_path + 1);
  struct px_target local = {.path = path};
  fd = px_connect(&t->host, &local, ABI_FDFLAGS_NONBLOCK, UINT64_MAX, &status);
  CHECK(fd > 0 && status == 0);
  talk(t, (uint32_t)fd, listener);
  close(listener);
}

static void a_refused_connection_is_told_by_the_first_use(struct test *t) {
  struct sockaddr_un name;
  int port, status, listener = other_listener(AF_INET, &name, &port);
  close(listener);
  for (int tag = ABI_FD_READ; tag <= ABI_FD_WRITE; tag++) {
    uint32_t count;
    struct px_target tcp = {.host = "127.0.0.1", .port = port};
    int fd = px_connect(&t->host, &tcp, ABI_FDFLAGS_NONBLOCK, UINT64_MAX, &status);
    CHECK(fd > 0 && status == 0);
    for (int tries = 0; tries < 1000 && !wait_for(t, tag, (uint32_t)fd); tries++) {}
    CHECK(event_type(t, 0) == tag && event_error(t, 0) == 0);
    status = tag == ABI_FD_READ ? read_fd(t, (uint32_t)fd, 8, &count)
                                : write_fd(t, (uint32_t)fd, 8, &count);
    CHECK(status == px_wasi_errno(ECONNREFUSED));
    CHECK(write_fd(t, (uint32_t)fd, 8, &count) == EPIPE_WASI);
    CHECK(px_fd_close(&t->host, (uint32_t)fd) == 0);
  }
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

const struct scenario completion_scenarios[] = {
#define S(name) {#name, name}
    S(bytes_stay_in_order_through_short_sends),
    S(a_close_delivers_what_was_written),
    S(the_end_of_the_guest_delivers_what_was_written),
    S(a_shutdown_comes_behind_what_was_written),
    S(a_guest_that_does_not_read_stalls_its_peer),
    S(what_is_held_for_a_guest_that_does_not_read_is_bounded),
    S(connections_that_wait_to_be_read_starve_nobody),
    S(a_reset_under_pending_output_is_told_once),
    S(a_write_to_who_has_gone_is_told_by_a_later_call),
    S(data_before_a_reset_is_read_first),
    S(a_close_on_unread_bytes_resets),
    S(a_close_is_seen_at_once_while_a_read_is_awaited),
    S(a_number_that_is_used_again_gets_nothing_of_before),
    S(a_guest_that_waited_once_and_spins_gets_on),
    S(interest_that_is_dropped_leaves_connections_waiting),
    S(connections_nobody_accepted_end_with_their_listener),
    S(blocking_calls_wait_on_what_was_polled_before),
    S(what_was_written_goes_out_before_another_call_blocks),
    S(an_outbound_connection_is_used_as_any_other),
    S(a_refused_connection_is_told_by_the_first_use),
    S(a_pipe_that_was_read_meanwhile_is_not_reported),
    S(a_forked_child_takes_nothing_along),
    S(five_thousand_connections),
    {NULL, NULL},
};
