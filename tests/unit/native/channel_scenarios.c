/* SPDX-License-Identifier: MIT
 * Scenarios of channels: the guest's end as a descriptor, the app's end on this thread or on another one. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../../host/native/channel_guest.h"
#include "../../../host/native/requests.h"
#include "harness.h"

/* A channel that the guest has not accepted. */
static struct px_channel *offer(struct test *t, uint32_t listener) {
  struct px_channel *channel = px_channel_make(&t->host, "test");
  CHECK(channel != NULL);
  struct px_arrival *arrival = px_arrival_make(-1, channel, NULL, 0);
  CHECK(arrival != NULL && px_inbox_put(&t->host, listener, arrival) == 0);
  return channel;
}

static struct px_channel *open_channel(struct test *t, uint32_t *fd) {
  struct px_channel *channel = offer(t, t->listener);
  CHECK(px_sock_accept(&t->host, t->memory, t->listener, ABI_FDFLAGS_NONBLOCK, RESULT) == 0);
  memcpy(fd, t->bytes + RESULT, 4);
  return channel;
}

static void put(struct test *t, struct px_channel *channel, const char *text) {
  size_t size = strlen(text);
  CHECK(px_channel_put(channel, (const uint8_t *)text, size) == (ssize_t)size);
}

static bool gets(struct px_channel *channel, const char *expected) {
  uint8_t bytes[100];
  ssize_t n = px_channel_get(channel, bytes, sizeof bytes);
  return n == (ssize_t)strlen(expected) && memcmp(bytes, expected, (size_t)n) == 0;
}

static bool writes(struct test *t, uint32_t fd, const char *text) {
  uint32_t count;
  memcpy(t->bytes + DATA, text, strlen(text));
  return write_fd(t, fd, (uint32_t)strlen(text), &count) == 0 && count == strlen(text);
}

/* What the guest sees of `fd`: PX_READ, PX_WRITE and PX_HANGUP. */
static uint32_t readiness(struct test *t, uint32_t fd) {
  uint32_t seen = 0;
  sub_none(t);
  sub_fd(t, ABI_FD_READ, fd, 1);
  sub_fd(t, ABI_FD_WRITE, fd, 2);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 0, false, 3);
  CHECK(poll_all(t) == 0);
  for (uint32_t i = 0; i < event_count(t); i++) {
    if (event_userdata(t, i) == 1) seen |= PX_READ | (event_hangup(t, i) ? PX_HANGUP : 0u);
    if (event_userdata(t, i) == 2) seen |= PX_WRITE;
    CHECK(event_error(t, i) == 0);
  }
  return seen;
}

static void readiness_follows_what_both_ends_do(struct test *t) {
  uint32_t fd, count;
  struct px_channel *c = open_channel(t, &fd);
  CHECK(readiness(t, fd) == PX_WRITE);
  put(t, c, "hello");
  CHECK(readiness(t, fd) == (PX_READ | PX_WRITE));
  CHECK(wait_for(t, ABI_FD_READ, fd) && event_nbytes(t, 0) == 5);
  CHECK(reads(t, fd, ABI_RI_PEEK, 9, "hello") && reads(t, fd, 0, 2, "he"));
  CHECK(wait_for(t, ABI_FD_READ, fd) && event_nbytes(t, 0) == 3);
  CHECK(reads(t, fd, 0, 9, "llo") && readiness(t, fd) == PX_WRITE);
  CHECK(recv_fd(t, fd, 1, 0, &count) == WASI_AGAIN);
  while (write_fd(t, fd, 10000, &count) == 0) CHECK(count > 0);
  CHECK(readiness(t, fd) == 0);
  static uint8_t sink[PX_RING_SIZE];
  CHECK(px_channel_get(c, sink, 100) == 100 && readiness(t, fd) == 0); /* too little to be worth a wake */
  CHECK(px_channel_get(c, sink, PX_RING_ROOM) == PX_RING_ROOM && readiness(t, fd) == PX_WRITE);
  px_channel_end(c);
  CHECK(readiness(t, fd) == (PX_READ | PX_WRITE) && reads(t, fd, 0, 9, ""));
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_WR) == 0);
  CHECK(readiness(t, fd) == (PX_READ | PX_WRITE | PX_HANGUP) || event_hangup(t, 1));
  CHECK(write_fd(t, fd, 1, &count) == 64); /* EPIPE */
  px_channel_abandon(c);
}

static void a_reset_is_told_behind_what_was_sent(struct test *t) {
  uint32_t fd, count;
  struct px_channel *c = open_channel(t, &fd);
  put(t, c, "last");
  CHECK(wait_for(t, ABI_FD_READ, fd) && !event_hangup(t, 0));
  px_channel_abandon(c);
  CHECK(wait_for(t, ABI_FD_READ, fd) && event_hangup(t, 0));
  CHECK(reads(t, fd, 0, 9, "last") && recv_fd(t, fd, 9, 0, &count) == 15);
  CHECK(reads(t, fd, 0, 9, "") && write_fd(t, fd, 1, &count) == 64);
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_WR) == WASI_NOTCONN);
  c = open_channel(t, &fd);
  px_channel_abandon(c);
  CHECK(wait_for(t, ABI_FD_WRITE, fd) && write_fd(t, fd, 1, &count) == 15);
  CHECK(reads(t, fd, 0, 9, ""));
}

static void the_app_sees_how_the_guest_ends(struct test *t) {
  uint32_t fd;
  struct px_channel *c = open_channel(t, &fd);
  CHECK(writes(t, fd, "bye") && px_fd_close(&t->host, fd) == 0);
  CHECK(gets(c, "bye") && gets(c, "") && px_channel_is_over(c));
  CHECK(px_channel_put(c, (const uint8_t *)"x", 1) == -EPIPE);
  px_channel_abandon(c);
  c = open_channel(t, &fd);
  put(t, c, "unread");
  CHECK(writes(t, fd, "bye") && px_fd_close(&t->host, fd) == 0);
  CHECK(gets(c, "bye") && px_channel_get(c, t->bytes, 1) == -ECONNRESET && gets(c, ""));
  px_channel_abandon(c);
  c = open_channel(t, &fd);
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_RD) == 0 && reads(t, fd, 0, 9, ""));
  CHECK(px_channel_put(c, (const uint8_t *)"x", 1) == -EPIPE && writes(t, fd, "still"));
  CHECK(gets(c, "still") && px_channel_get(c, t->bytes, 1) == -EAGAIN);
  px_channel_abandon(c);
  c = offer(t, t->listener);
  CHECK(px_fd_close(&t->host, t->listener) == 0);
  CHECK(px_channel_get(c, t->bytes, 1) == -ECONNRESET && px_channel_is_over(c));
  px_channel_abandon(c);
}

static void calls_on_it_are_those_of_a_connection(struct test *t) {
  uint32_t fd;
  int replaced;
  struct px_channel *c = open_channel(t, &fd), *d;
  CHECK(px_fd_fdstat_get(&t->host, t->memory, fd, DATA) == 0);
  CHECK(t->bytes[DATA] == ABI_FILETYPE_SOCKET_STREAM && t->bytes[DATA + 2] == ABI_FDFLAGS_NONBLOCK);
  CHECK(px_sock_accept(&t->host, t->memory, fd, 0, RESULT) == WASI_INVAL);
  CHECK(px_sock_shutdown(&t->host, fd, 0) == WASI_INVAL);
  CHECK(px_fd_read(&t->host, t->memory, fd, MEMORY - 4, 1, RESULT) == WASI_FAULT);
  CHECK(px_fd_read(&t->host, t->memory, fd, IOVS, 1, MEMORY - 2) == WASI_FAULT);
  CHECK(px_sock_send(&t->host, t->memory, fd, IOVS, 1, 1, RESULT) == WASI_INVAL);
  uint32_t other;
  d = open_channel(t, &other);
  put(t, c, "moved");
  CHECK(px_fd_renumber(&t->host, fd, other, &replaced) == 0);
  CHECK(px_channel_is_over(d));
  CHECK(wait_for(t, ABI_FD_READ, fd) && event_error(t, 0) == WASI_BADF);
  CHECK(wait_for(t, ABI_FD_READ, other) && event_error(t, 0) == 0);
  CHECK(reads(t, other, 0, 9, "moved") && !wait_for(t, ABI_FD_READ, other));
  put(t, c, "again");
  CHECK(wait_for(t, ABI_FD_READ, other) && reads(t, other, 0, 9, "again"));
  CHECK(px_fd_fdstat_set_rights(&t->host, other, 0, 0) == 0);
  uint32_t count;
  CHECK(recv_fd(t, other, 1, 0, &count) == WASI_NOTCAPABLE);
  px_channel_abandon(c), px_channel_abandon(d);
}

static void edge_trigger_is_quiet_until_drained(struct test *t) {
  uint32_t fd, count;
  px_poller_trigger_edge(&t->host.poller);
  struct px_channel *c = open_channel(t, &fd);
  CHECK(readiness(t, fd) == PX_WRITE && readiness(t, fd) == 0);
  put(t, c, "abc");
  CHECK(readiness(t, fd) == PX_READ && readiness(t, fd) == 0);
  CHECK(reads(t, fd, 0, 2, "ab") && readiness(t, fd) == 0);
  put(t, c, "def");
  CHECK(reads(t, fd, 0, 9, "cdef") && readiness(t, fd) == 0); /* short: drained */
  put(t, c, "ghi");
  CHECK(readiness(t, fd) == PX_READ);
  while (write_fd(t, fd, 10000, &count) == 0) {
  }
  static uint8_t sink[PX_RING_SIZE];
  CHECK(readiness(t, fd) == 0 && px_channel_get(c, sink, sizeof sink) > 0);
  CHECK(readiness(t, fd) == PX_WRITE && readiness(t, fd) == 0);
  CHECK(reads(t, fd, 0, 9, "ghi"));
  px_channel_abandon(c);
  CHECK(readiness(t, fd) == (PX_READ | PX_HANGUP));
}

static void the_set_of_dev_poll_gives_more_channels_than_fit_by_turns(struct test *t) {
  enum { CHANNELS = 40 };
  struct px_channel *channels[CHANNELS];
  uint32_t fds[CHANNELS], count, seen[CHANNELS] = {0};
  int set = px_poll_set_open(&t->host, ABI_FDFLAGS_NONBLOCK);
  for (uint32_t i = 0; i < CHANNELS; i++) {
    channels[i] = open_channel(t, &fds[i]);
    sub_none(t);
    sub_fd(t, ABI_FD_READ, fds[i], i);
    memcpy(t->bytes + DATA, t->bytes + SUBS, 48);
    CHECK(write_fd(t, (uint32_t)set, 48, &count) == 0);
  }
  CHECK(read_fd(t, (uint32_t)set, 3200, &count) == WASI_AGAIN);
  for (uint32_t i = 0; i < CHANNELS; i++) put(t, channels[i], "x");
  for (int round = 0; round < 400; round++) {
    CHECK(read_fd(t, (uint32_t)set, 96, &count) == 0 && count == 96);
    for (uint32_t at = 0; at < count; at += 32) seen[t->bytes[DATA + at]]++;
  }
  for (uint32_t i = 0; i < CHANNELS; i++) CHECK(seen[i] > 0);
  for (uint32_t i = 0; i < CHANNELS; i++) CHECK(reads(t, fds[i], 0, 9, "x"));
  CHECK(read_fd(t, (uint32_t)set, 3200, &count) == WASI_AGAIN);
  for (uint32_t i = 0; i < CHANNELS; i++) px_channel_abandon(channels[i]);
}

/* ---- two threads ---- */

static void pause_us(long us) { nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL); }

struct app {
  struct test *t;
  struct px_channel *channel;
  uint64_t bytes; /* to put, and to get */
  _Atomic uint32_t told;
  bool slow;
};

static void tell(void *context) {
  struct app *app = context;
  atomic_fetch_add(&app->told, 1);
}

/* Waits until it is told once more, as an event loop would. */
static void await_told(struct app *app, uint32_t before) {
  while (atomic_load(&app->told) == before) pause_us(20);
}

static void *put_all(void *data) {
  struct app *app = data;
  struct test *t = app->t;
  uint8_t bytes[5000];
  uint64_t at = 0;
  while (at < app->bytes) {
    size_t size = 1 + at % sizeof bytes;
    if (size > app->bytes - at) size = (size_t)(app->bytes - at);
    for (size_t i = 0; i < size; i++) bytes[i] = pattern(at + i);
    for (size_t done = 0; done < size;) {
      uint32_t before = atomic_load(&app->told);
      ssize_t n = px_channel_put(app->channel, bytes + done, size - done);
      CHECK(n >= 0);
      done += (size_t)n;
      if (done < size) await_told(app, before);
    }
    at += size;
    if (app->slow && at % 7 == 0) pause_us(100);
  }
  px_channel_end(app->channel);
  return NULL;
}

static void *get_all(void *data) {
  struct app *app = data;
  struct test *t = app->t;
  uint8_t bytes[3000];
  for (uint64_t at = 0;;) {
    uint32_t before = atomic_load(&app->told);
    ssize_t n = px_channel_get(app->channel, bytes, sizeof bytes);
    if (n == 0) {
      CHECK(at == app->bytes);
      return NULL;
    }
    if (n == -EAGAIN) {
      await_told(app, before);
      continue;
    }
    CHECK(n > 0);
    for (ssize_t i = 0; i < n; i++) CHECK(bytes[i] == pattern(at + (uint64_t)i));
    at += (uint64_t)n;
    if (app->slow && at % 5 == 0) pause_us(200);
  }
}

/* An echo by poll_oneoff, as the SDK does it: until the end, with what is left over waiting for room. */
static void echo_until_end(struct test *t, uint32_t fd, uint64_t bytes) {
  uint32_t count, kept = 0, sent = 0;
  uint64_t total = 0;
  for (bool ended = false; !ended || kept > 0;) {
    sub_none(t);
    sub_fd(t, kept > 0 ? ABI_FD_WRITE : ABI_FD_READ, fd, 1);
    CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_error(t, 0) == 0);
    if (kept == 0) {
      CHECK(read_fd(t, fd, 30000, &count) == 0);
      ended = count == 0;
      kept = count;
      sent = 0;
      total += count;
    }
    if (kept == 0) continue;
    memmove(t->bytes + DATA, t->bytes + DATA + sent, kept);
    sent = 0;
    int status = write_fd(t, fd, kept, &count);
    CHECK(status == 0 || status == WASI_AGAIN);
    if (status != 0) continue;
    kept -= count;
    sent = count;
  }
  CHECK(total == bytes);
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_WR) == 0);
}

static void megabytes_pass_between_two_threads(struct test *t) {
  for (int slow = 0; slow < 2; slow++) {
    uint32_t fd;
    pthread_t putter, getter;
    struct app app = {.t = t, .channel = open_channel(t, &fd), .bytes = slow ? 500000 : 8000000, .slow = slow};
    px_channel_listen(app.channel, tell, &app);
    CHECK(pthread_create(&putter, NULL, put_all, &app) == 0);
    CHECK(pthread_create(&getter, NULL, get_all, &app) == 0);
    echo_until_end(t, fd, app.bytes);
    pthread_join(putter, NULL);
    pthread_join(getter, NULL);
    CHECK(px_fd_close(&t->host, fd) == 0 && px_channel_is_over(app.channel));
    px_channel_abandon(app.channel);
  }
}

static void a_guest_that_blocks_is_served_too(struct test *t) {
  uint32_t fd, count;
  pthread_t putter, getter;
  struct app app = {.t = t, .channel = open_channel(t, &fd), .bytes = 400000};
  px_channel_listen(app.channel, tell, &app);
  CHECK(px_fd_fdstat_set_flags(&t->host, fd, 0) == 0);
  CHECK(pthread_create(&putter, NULL, put_all, &app) == 0);
  CHECK(pthread_create(&getter, NULL, get_all, &app) == 0);
  for (uint64_t total = 0; total < app.bytes; total += count) {
    uint32_t size = app.bytes - total < 100000 ? (uint32_t)(app.bytes - total) : 100000;
    /* As much as was never there at once: PEEK gets what can be, WAITALL all. */
    CHECK(recv_fd(t, fd, size < 1000 ? size : 1000, ABI_RI_PEEK | ABI_RI_WAITALL, &count) == 0);
    CHECK(count == (size < 1000 ? size : 1000) && t->bytes[DATA] == pattern(total));
    CHECK(recv_fd(t, fd, size, ABI_RI_WAITALL, &count) == 0 && count == size);
    for (uint32_t i = 0; i < size; i++) CHECK(t->bytes[DATA + i] == pattern(total + i));
    CHECK(write_fd(t, fd, size, &count) == 0 && count == size);
  }
  CHECK(read_fd(t, fd, 1, &count) == 0 && count == 0);
  CHECK(px_sock_shutdown(&t->host, fd, ABI_SD_WR) == 0);
  pthread_join(putter, NULL);
  pthread_join(getter, NULL);
  px_channel_abandon(app.channel);
}

static void *abandon_later(void *data) {
  struct app *app = data;
  pause_us((long)(app->bytes % 300));
  uint8_t byte = 1;
  if (app->bytes % 3 == 0) px_channel_put(app->channel, &byte, 1);
  if (app->bytes % 5 == 0) px_channel_end(app->channel);
  px_channel_abandon(app->channel);
  return NULL;
}

static void both_ends_may_go_at_any_moment(struct test *t) {
  for (uint32_t i = 0; i < 300; i++) {
    uint32_t fd, count;
    pthread_t thread;
    struct app app = {.t = t, .bytes = i * 7};
    if (i % 4 == 0) {
      app.channel = offer(t, t->listener);
      CHECK(pthread_create(&thread, NULL, abandon_later, &app) == 0);
      if (i % 8 == 0) pause_us(100);
      CHECK(px_sock_accept(&t->host, t->memory, t->listener, ABI_FDFLAGS_NONBLOCK, RESULT) == 0);
      memcpy(&fd, t->bytes + RESULT, 4);
    } else {
      app.channel = open_channel(t, &fd);
      CHECK(pthread_create(&thread, NULL, abandon_later, &app) == 0);
    }
    if (i % 3 == 0) readiness(t, fd);
    if (i % 5 == 0) write_fd(t, fd, 100, &count);
    if (i % 2 == 0)
      while (read_fd(t, fd, 100, &count) == WASI_AGAIN) sched_yield();
    CHECK(px_fd_close(&t->host, fd) == 0);
    pthread_join(thread, NULL);
  }
  CHECK(t->host.counters.open_connections == 0);
}

static void the_end_of_the_host_is_safe_for_channels_in_use(struct test *t) {
  struct px_channel *channels[8];
  struct app apps[8];
  pthread_t threads[8];
  for (int i = 0; i < 8; i++) {
    uint32_t fd;
    channels[i] = i % 2 == 0 ? open_channel(t, &fd) : offer(t, t->listener);
    apps[i] = (struct app){.t = t, .channel = channels[i], .bytes = (uint64_t)(i * 31)};
    CHECK(pthread_create(&threads[i], NULL, abandon_later, &apps[i]) == 0);
  }
  pause_us(60);
  px_host_close(&t->host);
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
}

#define S(name) {#name, name}
const struct scenario channel_scenarios[] = {
    S(readiness_follows_what_both_ends_do),
    S(a_reset_is_told_behind_what_was_sent),
    S(the_app_sees_how_the_guest_ends),
    S(calls_on_it_are_those_of_a_connection),
    S(edge_trigger_is_quiet_until_drained),
    S(the_set_of_dev_poll_gives_more_channels_than_fit_by_turns),
    S(megabytes_pass_between_two_threads),
    S(a_guest_that_blocks_is_served_too),
    S(both_ends_may_go_at_any_moment),
    S(the_end_of_the_host_is_safe_for_channels_in_use),
    {NULL, NULL},
};
