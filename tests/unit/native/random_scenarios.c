/* SPDX-License-Identifier: MIT
 * Random calls of a guest on many connections, and of their peers: whatever the order, each side gets the
 * bytes that the other wrote, in order and none twice, ends where it ended, and readiness is no lie. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

enum { PAIRS = 24, STEPS = 6000, PIECE = 60000 };

struct side {
  uint64_t sent, got; /* bytes */
  bool shut, ended;   /* wrote its last; read the other's end */
};

struct pair {
  bool open;
  uint32_t fd;
  int peer;
  struct side guest, other;
  uint32_t salt;
};

static uint64_t state;

static uint32_t below(uint32_t limit) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(state >> 33) % limit;
}

/* Small as a rule, and now and then large. */
static uint32_t size(void) { return 1 + below(below(4) == 0 ? PIECE : 100); }

static uint8_t byte_of(const struct pair *p, bool of_guest, uint64_t at) {
  return (uint8_t)(at * 7 + (at >> 9) + p->salt + (of_guest ? 101u : 0u));
}

static void guest_writes(struct test *t, struct pair *p) {
  uint32_t length = size(), count;
  for (uint32_t i = 0; i < length; i++) t->bytes[DATA + i] = byte_of(p, true, p->guest.sent + i);
  int status = write_fd(t, p->fd, length, &count);
  if (p->guest.shut) {
    CHECK(status == px_wasi_errno(EPIPE));
    return;
  }
  CHECK(status == 0 || status == WASI_AGAIN);
  if (status == 0) p->guest.sent += count;
}

static void check_bytes(struct test *t, const struct pair *p, bool of_guest, const uint8_t *bytes,
                        uint64_t from, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) CHECK(bytes[i] == byte_of(p, of_guest, from + i));
}

/* True where there was something, the end included. */
static bool guest_reads(struct test *t, struct pair *p) {
  uint32_t count, flags = below(4) == 0 ? ABI_RI_PEEK : 0;
  int status = recv_fd(t, p->fd, size(), flags, &count);
  CHECK(status == 0 || status == WASI_AGAIN);
  if (status == WASI_AGAIN) return false;
  check_bytes(t, p, false, t->bytes + DATA, p->guest.got, count);
  if (flags == 0) p->guest.got += count;
  if (count == 0) {
    CHECK(p->other.shut && p->guest.got == p->other.sent);
    p->guest.ended = true;
  }
  return true;
}

static void peer_writes(struct test *t, struct pair *p) {
  static uint8_t bytes[PIECE];
  uint32_t length = size();
  if (p->other.shut) return;
  for (uint32_t i = 0; i < length; i++) bytes[i] = byte_of(p, false, p->other.sent + i);
  ssize_t n = send(p->peer, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  CHECK(n > 0 || errno == EAGAIN);
  if (n > 0) p->other.sent += (uint64_t)n;
}

static ssize_t peer_reads(struct test *t, struct pair *p) {
  static uint8_t bytes[PIECE];
  ssize_t n = recv(p->peer, bytes, size(), MSG_DONTWAIT);
  if (n < 0) return n;
  check_bytes(t, p, true, bytes, p->other.got, (uint64_t)n);
  p->other.got += (uint64_t)n;
  if (n == 0) {
    CHECK(p->guest.shut && p->other.got == p->guest.sent);
    p->other.ended = true;
  }
  return n;
}

/* Polls some of them for something, and believes what it says. */
static void guest_polls(struct test *t, struct pair *pairs) {
  sub_none(t);
  for (uint32_t i = 0; i < PAIRS; i++) {
    if (pairs[i].open && below(3) > 0) sub_fd(t, ABI_FD_READ, pairs[i].fd, i);
    if (pairs[i].open && below(4) == 0) sub_fd(t, ABI_FD_WRITE, pairs[i].fd, PAIRS + i);
  }
  if (below(2) == 0) sub_fd(t, ABI_FD_READ, t->listener, 1000);
  sub_clock(t, ABI_CLOCK_MONOTONIC, below(3) * UINT64_C(200000), false, 2000);
  CHECK(poll_all(t) == 0 && event_count(t) > 0);
  uint32_t count = event_count(t), told[2 * PAIRS], n = 0;
  for (uint32_t i = 0; i < count; i++) {
    CHECK(event_error(t, i) == 0 && event_userdata(t, i) != 1000);
    if (event_userdata(t, i) < 2 * PAIRS) told[n++] = (uint32_t)event_userdata(t, i);
  }
  for (uint32_t i = 0; i < n; i++) {
    struct pair *p = &pairs[told[i] % PAIRS];
    if (told[i] < PAIRS) {
      CHECK(guest_reads(t, p));
    } else if (!p->guest.shut) {
      uint64_t before = p->guest.sent;
      guest_writes(t, p);
      CHECK(p->guest.sent > before);
    }
  }
}

static void open_pair(struct test *t, struct pair *p) {
  *p = (struct pair){.open = true, .salt = below(256)};
  p->peer = connect_peer(t, &p->fd);
}

/* The guest closes: with nothing unread its bytes arrive, and then the end. */
static void guest_closes(struct test *t, struct pair *p) {
  bool unread = p->guest.got < p->other.sent;
  CHECK(px_fd_close(&t->host, p->fd) == 0);
  p->guest.shut = true;
  for (int tries = 0; !p->other.ended; tries++) {
    ssize_t n = peer_reads(t, p);
    if (n < 0 && errno != EAGAIN) {
      CHECK(errno == ECONNRESET && unread);
      break;
    }
    if (n >= 0) continue;
    CHECK(tries < 100000);
    sub_none(t);
    sub_clock(t, ABI_CLOCK_MONOTONIC, 100000, false, 1);
    CHECK(poll_all(t) == 0);
  }
  close(p->peer);
  p->open = false;
}

/* The peer goes away by force, and the guest notices, by whatever it does. */
static void peer_resets(struct test *t, struct pair *p) {
  uint32_t count;
  int status = 0;
  reset_peer(p->peer);
  for (int tries = 0; (status == 0 || status == WASI_AGAIN) && tries < 100000; tries++) {
    status = below(2) == 0 ? read_fd(t, p->fd, 1000, &count) : write_fd(t, p->fd, 1000, &count);
    if (status == 0 && count == 0) break;
    sub_none(t);
    sub_fd(t, below(2) == 0 ? ABI_FD_READ : ABI_FD_WRITE, p->fd, 1);
    sub_clock(t, ABI_CLOCK_MONOTONIC, 100000, false, 2);
    CHECK(poll_all(t) == 0);
  }
  CHECK(status != WASI_AGAIN);
  CHECK(px_fd_close(&t->host, p->fd) == 0);
  p->open = false;
}

static void step(struct test *t, struct pair *pairs) {
  struct pair *p = &pairs[below(PAIRS)];
  uint32_t what = below(100);
  if (!p->open) {
    open_pair(t, p);
  } else if (what < 20) {
    guest_writes(t, p);
  } else if (what < 40) {
    guest_reads(t, p);
  } else if (what < 55) {
    peer_writes(t, p);
  } else if (what < 70) {
    peer_reads(t, p);
  } else if (what < 94) {
    guest_polls(t, pairs);
  } else if (what < 95) {
    int status = px_sock_shutdown(&t->host, p->fd, ABI_SD_WR);
    CHECK(status == 0 || p->guest.shut);
    p->guest.shut = true;
  } else if (what < 96) {
    shutdown(p->peer, SHUT_WR);
    p->other.shut = true;
  } else if (what < 98) {
    guest_closes(t, p);
  } else if (what == 98) {
    peer_resets(t, p);
  }
}

static void random_calls_lose_and_invent_nothing(struct test *t) {
  const char *given = getenv("POLLUX_SEED"), *steps = getenv("POLLUX_STEPS");
  struct pair pairs[PAIRS] = {{0}};
  state = given == NULL ? 1 : strtoull(given, NULL, 10);
  for (int i = steps == NULL ? STEPS : atoi(steps); i > 0; i--) step(t, pairs);
  for (int i = 0; i < PAIRS; i++)
    if (pairs[i].open) guest_closes(t, &pairs[i]);
}

const struct scenario random_scenarios[] = {
#define S(name) {#name, name}
    S(random_calls_lose_and_invent_nothing),
    {NULL, NULL},
};
