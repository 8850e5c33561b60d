/* SPDX-License-Identifier: MIT
 * Scenarios of sockets that the app has accepted and hands off: who comes first, the bytes that were read
 * already, wakes from other threads, and what becomes of those that nobody takes. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../../host/native/requests.h"
#include "harness.h"

/* A TCP connection of the app: it has accepted ends[0]; ends[1] is the peer's. */
static void tcp_pair(struct test *t, int ends[2]) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 8) == 0);
  CHECK(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
  ends[1] = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(connect(ends[1], (struct sockaddr *)&address, sizeof address) == 0);
  ends[0] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  CHECK(ends[0] >= 0);
  close(listener);
}

static int put(struct test *t, uint32_t listener, int fd, const char *bytes) {
  struct px_arrival *arrival =
      px_arrival_make(fd, NULL, (const uint8_t *)bytes, (uint32_t)strlen(bytes));
  CHECK(arrival != NULL);
  int status = px_inbox_put(&t->host, listener, arrival);
  if (status < 0) free(arrival);
  return status;
}

static uint32_t accept_fd(struct test *t, uint32_t listener) {
  uint32_t fd;
  CHECK(px_sock_accept(&t->host, t->memory, listener, ABI_FDFLAGS_NONBLOCK, RESULT) == 0);
  memcpy(&fd, t->bytes + RESULT, 4);
  return fd;
}

/* Hands off a new connection with `bytes` read: the guest's fd. */
static uint32_t hand_off(struct test *t, const char *bytes, int *peer) {
  int ends[2];
  tcp_pair(t, ends);
  *peer = ends[1];
  CHECK(put(t, t->listener, ends[0], bytes) == 0);
  return accept_fd(t, t->listener);
}

static void send_text(struct test *t, int fd, const char *text) {
  CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

/* Waits until the kernel has as much for a socket of the guest. */
static void await_kernel(struct test *t, uint32_t fd) {
  struct pollfd p = {.fd = t->host.table.entries[fd].host_fd, .events = POLLIN};
  CHECK(poll(&p, 1, 5000) == 1);
}

static void a_socket_handed_off_is_accepted_before_those_of_the_kernel(struct test *t) {
  int ends[2], peer = connect_peer_only(t);
  tcp_pair(t, ends);
  send_text(t, peer, "kernel");
  send_text(t, ends[1], "app");
  CHECK(wait_for(t, ABI_FD_READ, t->listener));
  CHECK(put(t, t->listener, ends[0], "") == 0);
  CHECK(wait_for(t, ABI_FD_READ, t->listener));
  CHECK(event_nbytes(t, 0) == 1 && !event_hangup(t, 0) && event_count(t) == 1);
  uint32_t first = accept_fd(t, t->listener);
  CHECK(wait_for(t, ABI_FD_READ, t->listener));
  uint32_t second = accept_fd(t, t->listener);
  CHECK(!wait_for(t, ABI_FD_READ, t->listener));
  CHECK(wait_for(t, ABI_FD_READ, first) && reads(t, first, 0, 10, "app"));
  CHECK(wait_for(t, ABI_FD_READ, second) && reads(t, second, 0, 10, "kernel"));
  CHECK(px_fd_fdstat_get(&t->host, t->memory, first, DATA) == 0 && t->bytes[DATA] == 6);
  uint32_t count;
  t->bytes[DATA] = 'x';
  CHECK(write_fd(t, first, 1, &count) == 0 && wait_for(t, ABI_FD_WRITE, first)); /* io-uring: with the wait */
  char byte;
  CHECK(recv(ends[1], &byte, 1, 0) == 1 && byte == 'x');
  close(peer), close(ends[1]);
}

static void bytes_that_the_app_had_read_come_first(struct test *t) {
  int peer;
  uint32_t fd = hand_off(t, "abc", &peer), count;
  CHECK(reads(t, fd, ABI_RI_PEEK, 10, "abc"));
  send_text(t, peer, "defg");
  await_kernel(t, fd);
  CHECK(reads(t, fd, ABI_RI_PEEK, 10, "abcdefg") || t->host.io != NULL);
  CHECK(wait_for(t, ABI_FD_READ, fd) && event_count(t) == 1);
  CHECK(event_nbytes(t, 0) == 7 && event_type(t, 0) == ABI_FD_READ);
  CHECK(reads(t, fd, ABI_RI_PEEK, 10, "abcdefg"));
  CHECK(reads(t, fd, 0, 2, "ab") && reads(t, fd, ABI_RI_PEEK, 1, "c"));
  CHECK(reads(t, fd, 0, 2, "cd") && reads(t, fd, 0, 10, "efg"));
  CHECK(recv_fd(t, fd, 1, 0, &count) == WASI_AGAIN);
  CHECK(!wait_for(t, ABI_FD_READ, fd));
  close(peer);
  CHECK(wait_for(t, ABI_FD_READ, fd) && reads(t, fd, 0, 10, ""));
}

struct later {
  struct test *t;
  int fd;
  const char *text;
  uint32_t listener;
};

static void pause_ms(long ms) { nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL); }

static void *send_later(void *data) {
  struct later *later = data;
  struct test *t = later->t;
  pause_ms(5);
  send_text(t, later->fd, later->text);
  return NULL;
}

static void waitall_spans_what_was_read_and_what_comes(struct test *t) {
  int peer;
  uint32_t fd = hand_off(t, "abcdef", &peer), count;
  pthread_t thread;
  struct later later = {t, peer, "ghijklmn", 0};
  CHECK(px_fd_fdstat_set_flags(&t->host, fd, 0) == 0);
  CHECK(recv_fd(t, fd, 6, ABI_RI_PEEK | ABI_RI_WAITALL, &count) == 0 && count == 6);
  CHECK(reads(t, fd, 0, 2, "ab"));
  CHECK(pthread_create(&thread, NULL, send_later, &later) == 0);
  CHECK(reads(t, fd, ABI_RI_PEEK | ABI_RI_WAITALL, 12, "cdefghijklmn"));
  CHECK(reads(t, fd, ABI_RI_WAITALL, 11, "cdefghijklm"));
  pthread_join(thread, NULL);
  CHECK(reads(t, fd, 0, 10, "n"));
  close(peer);
}

static void bytes_left_make_it_readable_and_not_writable(struct test *t) {
  int peer, n;
  uint32_t fd = hand_off(t, "abc", &peer), count;
  do {
    n = write_fd(t, fd, 400000, &count);
    if (n == WASI_AGAIN && wait_for(t, ABI_FD_WRITE, fd)) n = 0;
  } while (n == 0);
  CHECK(n == WASI_AGAIN);
  sub_none(t);
  sub_fd(t, ABI_FD_WRITE, fd, 1);
  sub_fd(t, ABI_FD_READ, fd, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 2);
  CHECK(!wait_for(t, ABI_FD_WRITE, fd)); /* and nothing spins: the clock ends it */
  static char sink[1 << 20];
  while (recv(peer, sink, sizeof sink, MSG_DONTWAIT) > 0 || !wait_for(t, ABI_FD_WRITE, fd)) {
  }
  sub_none(t);
  sub_fd(t, ABI_FD_WRITE, fd, 1);
  sub_fd(t, ABI_FD_READ, fd, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 2 && event_nbytes(t, 1) == 3);
  CHECK(reads(t, fd, 0, 10, "abc") && !wait_for(t, ABI_FD_READ, fd));
  close(peer);
}

static void a_reset_is_told_behind_the_bytes(struct test *t) {
  int peer;
  uint32_t fd = hand_off(t, "abc", &peer), count;
  reset_peer(peer);
  await_kernel(t, fd);
  CHECK(wait_for(t, ABI_FD_READ, fd));
  CHECK(reads(t, fd, 0, 10, "abc"));
  CHECK(wait_for(t, ABI_FD_READ, fd));
  CHECK(recv_fd(t, fd, 10, 0, &count) == 15); /* ECONNRESET */
  CHECK(reads(t, fd, 0, 10, ""));
}

static void *put_later(void *data) {
  struct later *later = data;
  pause_ms(5);
  if (put(later->t, later->listener, later->fd, later->text) != 0) exit(1);
  return NULL;
}

static void a_hand_off_wakes_whoever_waits_for_the_listener(struct test *t) {
  for (int how = 0; how < 4; how++) {
    int ends[2];
    uint32_t fd = 0, count;
    pthread_t thread;
    tcp_pair(t, ends);
    struct later later = {t, ends[0], "hello", t->listener};
    CHECK(pthread_create(&thread, NULL, put_later, &later) == 0);
    CHECK(px_fd_fdstat_set_flags(&t->host, t->listener, how == 1 ? 0 : ABI_FDFLAGS_NONBLOCK) == 0);
    if (how == 0) {
      sub_none(t);
      sub_fd(t, ABI_FD_READ, t->listener, 1);
      CHECK(poll_all(t) == 0 && event_userdata(t, 0) == 1);
    } else if (how == 2) {
      int set = px_poll_set_open(&t->host, 0);
      sub_none(t);
      sub_fd(t, ABI_FD_READ, t->listener, 1);
      memcpy(t->bytes + DATA, t->bytes + SUBS, 48);
      CHECK(write_fd(t, (uint32_t)set, 48, &count) == 0);
      CHECK(read_fd(t, (uint32_t)set, 3200, &count) == 0 && count == 32 && t->bytes[DATA] == 1);
      CHECK(px_fd_close(&t->host, (uint32_t)set) == 0);
    } else if (how == 3) {
      while (px_sock_accept(&t->host, t->memory, t->listener, 1, RESULT) == WASI_AGAIN) {
      }
      memcpy(&fd, t->bytes + RESULT, 4);
    }
    if (how < 3) fd = accept_fd(t, t->listener);
    pthread_join(thread, NULL);
    CHECK(reads(t, fd, 0, 10, "hello"));
    CHECK(px_fd_close(&t->host, fd) == 0);
    close(ends[1]);
  }
}

static void a_drained_listener_gives_what_is_queued_first(struct test *t) {
  int a[2], b[2];
  tcp_pair(t, a), tcp_pair(t, b);
  CHECK(put(t, t->listener, a[0], "a") == 0);
  px_host_request(&t->host, PX_REQUEST_DRAIN);
  CHECK(wait_for(t, ABI_FD_READ, t->listener) && !event_hangup(t, 0));
  CHECK(put(t, t->listener, b[0], "b") == -ESHUTDOWN);
  CHECK(reads(t, accept_fd(t, t->listener), 0, 9, "a"));
  CHECK(wait_for(t, ABI_FD_READ, t->listener) && event_hangup(t, 0));
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_INVAL);
  close(a[1]), close(b[0]), close(b[1]);
}

static void who_waits_at_a_listener_that_is_closed_is_refused(struct test *t) {
  int a[2], b[2], c[2];
  char byte;
  tcp_pair(t, a), tcp_pair(t, b), tcp_pair(t, c);
  CHECK(put(t, t->listener, a[0], "") == 0 && put(t, t->listener, b[0], "x") == 0);
  CHECK(put(t, 77, c[0], "") == -EBADF && put(t, 0, c[0], "") == -EBADF);
  CHECK(px_fd_close(&t->host, t->listener) == 0);
  CHECK(recv(a[1], &byte, 1, 0) == 0 && recv(b[1], &byte, 1, 0) == 0);
  CHECK(put(t, t->listener, c[0], "") == -EBADF);
  close(a[1]), close(b[1]), close(c[0]), close(c[1]);
}

static void a_listener_without_a_socket_has_only_what_the_app_gives(struct test *t) {
  int listener = px_host_add_listener(&t->host, -1), ends[2];
  pthread_t thread;
  CHECK(listener > 0);
  uint32_t fd = (uint32_t)listener;
  CHECK(!wait_for(t, ABI_FD_READ, fd));
  CHECK(px_sock_accept(&t->host, t->memory, fd, 0, RESULT) == WASI_AGAIN);
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_RD) == WASI_NOTCONN);
  tcp_pair(t, ends);
  struct later later = {t, ends[0], "hello", fd};
  CHECK(pthread_create(&thread, NULL, put_later, &later) == 0);
  CHECK(px_fd_fdstat_set_flags(&t->host, fd, 0) == 0);
  CHECK(reads(t, accept_fd(t, fd), 0, 10, "hello"));
  pthread_join(thread, NULL);
  close(ends[1]);
  tcp_pair(t, ends);
  CHECK(put(t, fd, ends[0], "moved") == 0);
  int replaced;
  CHECK(px_fd_renumber(&t->host, fd, t->listener, &replaced) == 0);
  CHECK(wait_for(t, ABI_FD_READ, t->listener) && event_error(t, 0) == 0);
  CHECK(reads(t, accept_fd(t, t->listener), 0, 10, "moved"));
  CHECK(!wait_for(t, ABI_FD_READ, t->listener));
  CHECK(put(t, fd, -1, "") == -EBADF);
  px_host_request(&t->host, PX_REQUEST_DRAIN);
  CHECK(wait_for(t, ABI_FD_READ, t->listener) && event_hangup(t, 0));
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_INVAL);
  close(ends[1]);
}

static void a_renumbered_connection_keeps_its_bytes(struct test *t) {
  int peer, other, replaced;
  uint32_t fd = hand_off(t, "abc", &peer), to = hand_off(t, "xyz", &other);
  CHECK(px_fd_renumber(&t->host, fd, to, &replaced) == 0);
  CHECK(wait_for(t, ABI_FD_READ, to) && event_nbytes(t, 0) == 3);
  CHECK(wait_for(t, ABI_FD_READ, fd) && event_error(t, 0) == WASI_BADF);
  CHECK(reads(t, to, 0, 10, "abc") && !wait_for(t, ABI_FD_READ, to));
  close(peer), close(other);
}

static void edge_trigger_reports_a_hand_off_once(struct test *t) {
  int ends[2], peer;
  px_poller_trigger_edge(&t->host.poller);
  tcp_pair(t, ends);
  CHECK(put(t, t->listener, ends[0], "abc") == 0);
  CHECK(wait_for(t, ABI_FD_READ, t->listener) && !wait_for(t, ABI_FD_READ, t->listener));
  uint32_t fd = accept_fd(t, t->listener);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_AGAIN);
  CHECK(wait_for(t, ABI_FD_READ, fd) && !wait_for(t, ABI_FD_READ, fd));
  CHECK(reads(t, fd, 0, 2, "ab") && !wait_for(t, ABI_FD_READ, fd));
  CHECK(reads(t, fd, 0, 2, "c")); /* short: drained */
  CHECK(!wait_for(t, ABI_FD_READ, fd));
  send_text(t, ends[1], "def");
  CHECK(wait_for(t, ABI_FD_READ, fd) && reads(t, fd, 0, 9, "def"));
  hand_off(t, "", &peer);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_AGAIN);
  close(peer);
  tcp_pair(t, ends);
  CHECK(put(t, t->listener, ends[0], "") == 0 && wait_for(t, ABI_FD_READ, t->listener));
  close(ends[1]);
}

static void at_the_limit_of_connections_the_queue_waits(struct test *t) {
  int peer, ends[2];
  t->host.limits.connections = 1;
  uint32_t fd = hand_off(t, "", &peer);
  tcp_pair(t, ends);
  CHECK(put(t, t->listener, ends[0], "abc") == 0);
  CHECK(!wait_for(t, ABI_FD_READ, t->listener));
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, 0, RESULT) == WASI_AGAIN);
  CHECK(px_fd_close(&t->host, fd) == 0 && wait_for(t, ABI_FD_READ, t->listener));
  CHECK(reads(t, accept_fd(t, t->listener), 0, 9, "abc"));
  close(peer), close(ends[1]);
}

static void a_full_queue_and_a_number_beyond_the_backend_are_refused(struct test *t) {
  int ends[2], high = 1500;
  tcp_pair(t, ends);
  for (int i = 0; i < PX_ARRIVALS_MAX; i++) CHECK(put(t, t->listener, -1, "") == 0);
  CHECK(put(t, t->listener, ends[0], "") == -EAGAIN);
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  setrlimit(RLIMIT_NOFILE, &(struct rlimit){limit.rlim_max, limit.rlim_max});
  if (t->host.ops->fd_limit != 0 && dup2(ends[0], high) == high) {
    CHECK(put(t, t->listener, high, "") == -EMFILE);
    close(high);
  }
  close(ends[0]), close(ends[1]);
}

/* The bytes need a watch before the guest waits again, which makes room for more numbers. */
static void a_number_that_was_bad_is_seen_once_it_is_open(struct test *t) {
  int peers[100];
  uint32_t fd = 0;
  CHECK(wait_for(t, ABI_FD_READ, 90) && event_error(t, 0) == WASI_BADF);
  for (int i = 0; fd < 90; i++) {
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    CHECK(put(t, t->listener, ends[0], "abc") == 0);
    fd = accept_fd(t, t->listener);
    peers[i] = ends[1];
  }
  CHECK(wait_for(t, ABI_FD_READ, 90) && event_error(t, 0) == 0 && event_nbytes(t, 0) == 3);
  CHECK(reads(t, 90, 0, 9, "abc") && !wait_for(t, ABI_FD_READ, 90));
  CHECK(wait_for(t, ABI_FD_READ, 300) && event_error(t, 0) == WASI_BADF);
  for (uint32_t i = 4; i <= 90; i++) close(peers[i - 4]);
}

static int open_descriptors(void) {
  int count = 0;
  DIR *dir = opendir("/proc/self/fd");
  while (readdir(dir) != NULL) count++;
  closedir(dir);
  return count;
}

/* With LeakSanitizer at the end, of memory too. */
static void two_thousand_hand_offs_leave_nothing_behind(struct test *t) {
  int peer, before = 0;
  for (int i = 0; i < 2000; i++) {
    if (i == 10) before = open_descriptors();
    int ends[2]; /* TCP would use up the ports */
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    CHECK(put(t, t->listener, ends[0], "some bytes") == 0);
    uint32_t fd = accept_fd(t, t->listener);
    peer = ends[1];
    if (i % 3 != 0) CHECK(reads(t, fd, 0, i % 3 == 1 ? 4 : 10, i % 3 == 1 ? "some" : "some bytes"));
    if (i % 2 == 0) close(peer);
    CHECK(px_fd_close(&t->host, fd) == 0);
    if (i % 2 != 0) close(peer);
    if (i % 100 == 0) wait_for(t, ABI_FD_READ, t->listener);
  }
  wait_for(t, ABI_FD_READ, t->listener);
  CHECK(open_descriptors() <= before + 2);
  CHECK(t->host.counters.open_connections == 0);
}

#define S(name) {#name, name}
const struct scenario handoff_scenarios[] = {
    S(a_socket_handed_off_is_accepted_before_those_of_the_kernel),
    S(bytes_that_the_app_had_read_come_first),
    S(waitall_spans_what_was_read_and_what_comes),
    S(bytes_left_make_it_readable_and_not_writable),
    S(a_reset_is_told_behind_the_bytes),
    S(a_hand_off_wakes_whoever_waits_for_the_listener),
    S(a_drained_listener_gives_what_is_queued_first),
    S(who_waits_at_a_listener_that_is_closed_is_refused),
    S(a_listener_without_a_socket_has_only_what_the_app_gives),
    S(a_renumbered_connection_keeps_its_bytes),
    S(edge_trigger_reports_a_hand_off_once),
    S(at_the_limit_of_connections_the_queue_waits),
    S(a_full_queue_and_a_number_beyond_the_backend_are_refused),
    S(a_number_that_was_bad_is_seen_once_it_is_open),
    S(two_thousand_hand_offs_leave_nothing_behind),
    {NULL, NULL},
};
