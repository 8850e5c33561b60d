/* SPDX-License-Identifier: MIT
 * See harness.h. Runs `harness [SCENARIO [BACKEND]]`: all scenarios on all backends, one line each. */
#define _GNU_SOURCE
#include "harness.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void put(struct test *t, size_t at, uint64_t value, size_t size) {
  memcpy(t->bytes + at, &value, size);
}

static uint64_t get(struct test *t, size_t at, size_t size) {
  uint64_t value = 0;
  memcpy(&value, t->bytes + at, size);
  return value;
}

void sub_none(struct test *t) { t->subs = 0; }

void sub_fd(struct test *t, int tag, uint32_t fd, uint64_t userdata) {
  size_t at = SUBS + (size_t)t->subs++ * 48;
  memset(t->bytes + at, 0, 48);
  put(t, at, userdata, 8);
  put(t, at + 8, (uint64_t)tag, 1);
  put(t, at + 16, fd, 4);
}

void sub_clock(struct test *t, uint32_t id, uint64_t timeout_ns, bool absolute, uint64_t userdata) {
  size_t at = SUBS + (size_t)t->subs++ * 48;
  memset(t->bytes + at, 0, 48);
  put(t, at, userdata, 8);
  put(t, at + 16, id, 4);
  put(t, at + 24, timeout_ns, 8);
  put(t, at + 40, absolute, 2);
}

int poll_all(struct test *t) {
  int status = px_poll_begin(&t->host, t->memory, SUBS, EVENTS, t->subs, NEVENTS);
  if (status == 0) status = px_poll_wait(&t->host);
  if (status == 0) status = px_poll_finish(&t->host, t->memory, EVENTS, NEVENTS);
  return status;
}

uint32_t event_count(struct test *t) { return (uint32_t)get(t, NEVENTS, 4); }
uint64_t event_userdata(struct test *t, uint32_t i) { return get(t, EVENTS + i * 32u, 8); }
int event_error(struct test *t, uint32_t i) { return (int)get(t, EVENTS + i * 32u + 8, 2); }
int event_type(struct test *t, uint32_t i) { return (int)get(t, EVENTS + i * 32u + 10, 1); }
uint64_t event_nbytes(struct test *t, uint32_t i) { return get(t, EVENTS + i * 32u + 16, 8); }
bool event_hangup(struct test *t, uint32_t i) { return get(t, EVENTS + i * 32u + 24, 2) & 1; }

int connect_peer_only(struct test *t) {
  int peer = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)t->listener_port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(connect(peer, (struct sockaddr *)&address, sizeof address) == 0);
  return peer;
}

int connect_peer(struct test *t, uint32_t *guest) {
  int peer = connect_peer_only(t);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, ABI_FDFLAGS_NONBLOCK, RESULT) == 0);
  *guest = (uint32_t)get(t, RESULT, 4);
  return peer;
}

void reset_peer(int peer) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(peer);
}

static void iovec(struct test *t, uint32_t length) {
  put(t, IOVS, DATA, 4);
  put(t, IOVS + 4, length, 4);
}

int read_fd(struct test *t, uint32_t fd, uint32_t length, uint32_t *count) {
  iovec(t, length);
  int status = px_fd_read(&t->host, t->memory, fd, IOVS, 1, RESULT);
  *count = (uint32_t)get(t, RESULT, 4);
  return status;
}

int write_fd(struct test *t, uint32_t fd, uint32_t length, uint32_t *count) {
  iovec(t, length);
  int status = px_fd_write(&t->host, t->memory, fd, IOVS, 1, RESULT);
  *count = (uint32_t)get(t, RESULT, 4);
  return status;
}

int recv_fd(struct test *t, uint32_t fd, uint32_t length, uint32_t flags, uint32_t *count) {
  iovec(t, length);
  int status = px_sock_recv(&t->host, t->memory, fd, IOVS, 1, flags, RESULT, RESULT + 8);
  *count = (uint32_t)get(t, RESULT, 4);
  return status;
}

bool reads(struct test *t, uint32_t fd, uint32_t flags, uint32_t size, const char *expected) {
  uint32_t count;
  int status = recv_fd(t, fd, size, flags, &count);
  return status == 0 && count == strlen(expected) && memcmp(t->bytes + DATA, expected, count) == 0;
}

bool wait_for(struct test *t, int tag, uint32_t fd) {
  sub_none(t);
  sub_fd(t, tag, fd, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 2000000, false, 2);
  CHECK(poll_all(t) == 0);
  return event_userdata(t, 0) == 1;
}

int connect_waited(struct test *t, uint32_t *fd) {
  int peer = connect_peer(t, fd);
  sub_none(t);
  sub_fd(t, ABI_FD_READ, *fd, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1);
  return peer;
}

uint64_t now_ns(int clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void remember(void *context, const char *message) {
  struct test *t = context;
  snprintf(t->warning, sizeof t->warning, "%s", message);
}

static void open_listener(struct test *t) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 128) == 0);
  CHECK(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
  t->listener_port = ntohs(address.sin_port);
  for (int i = 0; i < 3; i++) CHECK(px_host_add_base(&t->host, i, -1) == i);
  t->listener = (uint32_t)px_host_add_listener(&t->host, fd);
  CHECK(t->listener == 3);
}

static void run(const struct scenario *scenario, const struct px_backend_ops *ops) {
  struct test test = {.backend = ops->name, .bytes = calloc(1, MEMORY)}, *t = &test;
  int refused = px_backend_probe(ops);
  if (refused < 0) { /* by this machine or a policy on it */
    printf("skipped %s [%s]: %s\n", scenario->name, ops->name, px_backend_reason(ops, refused));
    free(t->bytes);
    return;
  }
  CHECK(px_host_open(&t->host, ops) == 0);
  t->memory = (struct px_memory){.data = t->bytes, .size = MEMORY};
  t->host.warn = remember;
  t->host.warn_context = t;
  open_listener(t);
  scenario->run(t);
  px_host_close(&t->host);
  free(t->bytes);
  printf("ok %s [%s]\n", scenario->name, ops->name);
}

int main(int argc, char **argv) {
  const struct scenario *const suites[] = {poll_scenarios, clock_scenarios, socket_scenarios,
                                            file_scenarios, edge_scenarios, hint_scenarios,
                                            poll_set_scenarios, connect_scenarios,
                                            input_scenarios, output_scenarios, random_scenarios,
                                            slot_scenarios, handoff_scenarios, channel_scenarios,
                                            limit_scenarios, suspend_scenarios};
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t s = 0; s < sizeof suites / sizeof suites[0]; s++)
    for (const struct scenario *scenario = suites[s]; scenario->name != NULL; scenario++)
      for (int b = 0; px_backends[b] != NULL; b++)
        if ((argc < 2 || strcmp(argv[1], scenario->name) == 0) &&
            (argc < 3 || strcmp(argv[2], px_backends[b]->name) == 0))
          run(scenario, px_backends[b]);
  return 0;
}
