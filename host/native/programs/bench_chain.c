/* SPDX-License-Identifier: MIT
 * The limit to compare examples/bench-chain.ts with: the same in C, without a library. N pairs of sockets are
 * watched, A of them get a byte; each byte that arrives sends one into the next pair, until W have been sent
 * so. One line of JSON a run says how long it took until all A + W had arrived. The idea is libevent's bench. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 65536, EVENTS = 1024, FAILED = 1, MISUSED = 2 };

/* One mechanism: `open` once all pairs are there; `turn` waits once and hands each ready pair to arrived(). */
struct backend {
  const char *name;
  void (*open)(void);
  void (*turn)(void);
};

static int pairs = 100, active = 1, writes = 100, runs = 25;
/* By pair: the end that is watched, and the one that is written to. */
static int *inputs, *outputs;
/* Of the present run. */
static int bytes, reads, written;

static void die(int status, const char *what, const char *why) {
  fprintf(stderr, "pollux-chain: %s%s%s\n", what, why[0] == 0 ? "" : ": ", why);
  exit(status);
}

static void *must_allocate(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) die(FAILED, "calloc", strerror(errno));
  return memory;
}

static void send_byte(int pair) {
  ssize_t sent;
  do sent = send(outputs[pair], "e", 1, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  /* A pair never holds more than A + W bytes: where that is more than a socket takes, nobody is served by
   * waiting, as we are the reader as well. */
  if (sent != 1) die(FAILED, "send", strerror(errno));
}

static void arrived(int pair) {
  static char buffer[READ_BYTES];
  ssize_t count = recv(inputs[pair], buffer, sizeof buffer, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) die(FAILED, "recv", count == 0 ? "the other end is closed" : strerror(errno));
  reads++;
  bytes += (int)count;
  int next = pair + 1 == pairs ? 0 : pair + 1;
  for (ssize_t i = 0; i < count && written < writes; i++) {
    written++;
    send_byte(next);
  }
}

/* ---- epoll ---- */

static int epoll_fd;

static void epoll_open(void) {
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die(FAILED, "epoll_create1", strerror(errno));
  for (int i = 0; i < pairs; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, inputs[i], &event) != 0)
      die(FAILED, "epoll_ctl", strerror(errno));
  }
}

static void epoll_turn(void) {
  static struct epoll_event events[EVENTS];
  int count = epoll_wait(epoll_fd, events, EVENTS, -1);
  if (count < 0 && errno != EINTR) die(FAILED, "epoll_wait", strerror(errno));
  for (int i = 0; i < count; i++) arrived((int)events[i].data.u32);
}

/* ---- poll ---- */

static struct pollfd *table;

static void poll_open(void) {
  table = must_allocate((size_t)pairs, sizeof *table);
  for (int i = 0; i < pairs; i++) table[i] = (struct pollfd){.fd = inputs[i], .events = POLLIN};
}

static void poll_turn(void) {
  int count = poll(table, (nfds_t)pairs, -1);
  if (count < 0 && errno != EINTR) die(FAILED, "poll", strerror(errno));
  for (int i = 0; count > 0; i++) {
    if (table[i].revents == 0) continue;
    count--;
    arrived(i);
  }
}

/* ---- select ---- */

static fd_set watched;
static int highest;

static void select_open(void) {
  FD_ZERO(&watched);
  for (int i = 0; i < pairs; i++) {
    if (inputs[i] >= FD_SETSIZE) {
      char what[128];
      snprintf(what, sizeof what, "pair %d of %d has descriptor %d", i, pairs, inputs[i]);
      die(FAILED, what, "select stops at 1,024 (FD_SETSIZE); use --backend poll or epoll for more");
    }
    FD_SET(inputs[i], &watched);
    if (inputs[i] > highest) highest = inputs[i];
  }
}

static void select_turn(void) {
  fd_set ready = watched;
  int count = select(highest + 1, &ready, NULL, NULL, NULL);
  if (count < 0 && errno != EINTR) die(FAILED, "select", strerror(errno));
  for (int i = 0; count > 0; i++) {
    if (!FD_ISSET(inputs[i], &ready)) continue;
    count--;
    arrived(i);
  }
}

static const struct backend backends[] = {
    {"epoll", epoll_open, epoll_turn},
    {"poll", poll_open, poll_turn},
    {"select", select_open, select_turn},
};

/* ---- the program ---- */

static const char usage[] =
    "usage: pollux-chain [-n PAIRS] [-a ACTIVE] [-w WRITES] [-r RUNS] [--backend epoll|poll|select]";

static int number_of(const char *option, const char *text, int least) {
  char *end = NULL;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != 0 || value < least || value > 1000000000) {
    fprintf(stderr, "pollux-chain: %s needs a whole number of at least %d, not '%s'\n%s\n", option, least,
            text, usage);
    exit(MISUSED);
  }
  return (int)value;
}

static const struct backend *backend_of(const char *name) {
  for (size_t i = 0; i < sizeof backends / sizeof backends[0]; i++)
    if (strcmp(name, backends[i].name) == 0) return &backends[i];
  fprintf(stderr, "pollux-chain: unknown backend '%s'; there are epoll, poll, select\n", name);
  exit(MISUSED);
}

static const struct backend *read_arguments(int count, char **words) {
  const struct backend *backend = &backends[0];
  for (int i = 1; i < count; i += 2) {
    const char *option = words[i];
    const char *value = i + 1 < count ? words[i + 1] : "";
    if (strcmp(option, "-n") == 0)
      pairs = number_of(option, value, 1);
    else if (strcmp(option, "-a") == 0)
      active = number_of(option, value, 1);
    else if (strcmp(option, "-w") == 0)
      writes = number_of(option, value, 0);
    else if (strcmp(option, "-r") == 0)
      runs = number_of(option, value, 1);
    else if (strcmp(option, "--backend") == 0)
      backend = backend_of(value);
    else {
      fprintf(stderr, "pollux-chain: unknown option '%s'\n%s\n", option, usage);
      exit(MISUSED);
    }
  }
  if (active > pairs) {
    fprintf(stderr, "pollux-chain: -a %d is more than there are pairs, -n %d\n", active, pairs);
    exit(MISUSED);
  }
  return backend;
}

static bool make_pair(int pair, int listener, const struct sockaddr_un *address, socklen_t length) {
  outputs[pair] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (outputs[pair] < 0) return false;
  if (connect(outputs[pair], (const struct sockaddr *)address, length) != 0) return false;
  inputs[pair] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return inputs[pair] >= 0;
}

static void make_pairs(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die(FAILED, "getrlimit", strerror(errno));
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die(FAILED, "setrlimit", strerror(errno));
  inputs = must_allocate((size_t)pairs, sizeof *inputs);
  outputs = must_allocate((size_t)pairs, sizeof *outputs);
  /* Made as the guest must make them, by connections to a listener of our own, so that both run on the same
   * sockets. Bound to no name, it gets an abstract one that nobody else has: unix(7). */
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length = sizeof address.sun_family;
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) die(FAILED, "socket", strerror(errno));
  if (bind(listener, (struct sockaddr *)&address, length) != 0) die(FAILED, "bind", strerror(errno));
  if (listen(listener, 1) != 0) die(FAILED, "listen", strerror(errno));
  length = sizeof address;
  if (getsockname(listener, (struct sockaddr *)&address, &length) != 0)
    die(FAILED, "getsockname", strerror(errno));
  for (int i = 0; i < pairs; i++)
    if (!make_pair(i, listener, &address, length)) {
      fprintf(stderr, "pollux-chain: pair %d of %d: %s; ask for fewer pairs (-n), or raise the limit (ulimit -n)\n",
              i, pairs, strerror(errno));
      exit(FAILED);
    }
  close(listener);
}

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void run_once(const struct backend *backend, int run) {
  bytes = reads = written = 0;
  int64_t start = now_ns();
  for (int i = 0; i < active; i++) send_byte((int)((int64_t)i * pairs / active));
  while (bytes < active + writes) backend->turn();
  int64_t ns = now_ns() - start;
  printf("{\"run\":%d,\"runs\":%d,\"pairs\":%d,\"active\":%d,\"writes\":%d,\"bytes\":%d,\"reads\":%d,"
         "\"written\":%d,\"ns\":%lld,\"nsPerEvent\":%.3f}\n",
         run, runs, pairs, active, writes, bytes, reads, written, (long long)ns,
         (double)ns / (double)bytes);
}

int main(int count, char **words) {
  const struct backend *backend = read_arguments(count, words);
  make_pairs();
  backend->open();
  for (int run = 1; run <= runs; run++) run_once(backend, run);
  return fflush(stdout) == 0 ? 0 : FAILED;
}
