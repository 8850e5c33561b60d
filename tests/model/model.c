/* SPDX-License-Identifier: MIT
 * Runs sequences of operations against a host and against an oracle that is slow and obvious: before each
 * poll_oneoff it asks the kernel about every subscription, one poll(2) each, and writes down the events
 * that there must be. `model BACKEND` reads sequences from stdin (a u16 length and that many bytes each;
 * the bytes are the operations), and prints the first difference, or nothing.
 *
 * Byte by byte: an operation, then what it works on and how much. Any bytes are a sequence, so that
 * fast-check can shrink them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../host/native/host.h"

enum { MEMORY = 1 << 17, SUBS = 1024, EVENTS = 32768, NEVENTS = 16, RESULT = 24, IOVS = 64, DATA = 65536 };
enum { FDS = 24, SUBS_MAX = 24, SEQUENCE_MAX = 4096 };

struct expected {
  uint64_t userdata, nbytes;
  uint16_t error, flags;
  uint8_t type;
};

struct world {
  struct px_host host;
  uint8_t *bytes;
  struct px_memory memory;
  int peers[FDS]; /* of the guest's fd; -1: none */
  uint16_t port;
  const uint8_t *at, *end;
  uint64_t userdata;
  uint32_t subs, edition;
  int step;
};

static char failure[1024];

static void fail(const struct world *w, const char *format, ...) {
  va_list values;
  int n = snprintf(failure, sizeof failure, "step %d: ", w->step);
  va_start(values, format);
  vsnprintf(failure + n, sizeof failure - (size_t)n, format, values);
  va_end(values);
}

static uint32_t next(struct world *w) { return w->at < w->end ? *w->at++ : 0; }

static void put(struct world *w, size_t at, uint64_t value, size_t size) {
  memcpy(w->bytes + at, &value, size);
}

static uint64_t get(const struct world *w, size_t at, size_t size) {
  uint64_t value = 0;
  memcpy(&value, w->bytes + at, size);
  return value;
}

static void iovec(struct world *w, uint32_t length) {
  put(w, IOVS, DATA, 4);
  put(w, IOVS + 4, length, 4);
}

/* Whether what stands in the table at `fd` has a socket of ours behind it, and which one. */
static const struct px_entry *entry(struct world *w, uint32_t fd) {
  return px_fd_table_get(&w->host.table, fd);
}

static void add_pair(struct world *w, bool tcp) {
  int ends[2], fd;
  if (!tcp) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0) return;
    fd = px_host_add(&w->host, (struct px_entry){.kind = PX_STREAM,
                                                 .host_fd = ends[0],
                                                 .base_fd = -1,
                                                 .flags = ABI_FDFLAGS_NONBLOCK,
                                                 .rights = UINT64_MAX});
  } else {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(w->port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(ends[1], (struct sockaddr *)&address, sizeof address) < 0) {
      close(ends[1]);
      return;
    }
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    uint32_t status = (uint32_t)px_sock_accept(&w->host, w->memory, 3, ABI_FDFLAGS_NONBLOCK, RESULT);
    fd = status == 0 ? (int)get(w, RESULT, 4) : -1;
  }
  if (fd >= 0 && fd < FDS && w->peers[fd] < 0) {
    w->peers[fd] = ends[1];
  } else {
    if (fd >= 0) px_fd_close(&w->host, (uint32_t)fd);
    close(ends[1]);
  }
}

static void drop_peer(struct world *w, uint32_t fd, bool reset) {
  if (w->peers[fd] < 0) return;
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  if (reset) setsockopt(w->peers[fd], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(w->peers[fd]);
  w->peers[fd] = -1;
}

static void move(struct world *w, uint32_t from, uint32_t to) {
  int replaced;
  if (from == 3 || to == 3) return; /* the listener is needed to the end */
  if (px_fd_renumber(&w->host, from, to, &replaced) != 0 || from == to) return;
  if (w->peers[to] >= 0) close(w->peers[to]);
  w->peers[to] = w->peers[from];
  w->peers[from] = -1;
}

/* Mostly a descriptor that is open, as most numbers are of nothing. */
static uint32_t pick(struct world *w) {
  uint32_t byte = next(w), open[FDS], count = 0;
  for (uint32_t fd = 0; fd < FDS; fd++)
    if (entry(w, fd) != NULL && (fd > 3 || byte % 8 == 0)) open[count++] = fd;
  return byte >= 240 || count == 0 ? byte % FDS : open[byte / 8 % count];
}

static void subscribe(struct world *w, uint32_t slot) {
  uint32_t kind = next(w), fd = pick(w);
  size_t at = SUBS + (size_t)slot * 48;
  memset(w->bytes + at, 0, 48);
  put(w, at, kind & 128 ? 7 : ++w->userdata, 8);
  if (kind % 8 == 0) {
    put(w, at + 16, kind / 8 % 4, 4);                                    /* which clock */
    put(w, at + 24, kind & 64 ? UINT64_C(3600000000000) : 0, 8);         /* an hour, or now */
    put(w, at + 40, kind & 64 ? 0 : kind / 32 % 2, 2);                   /* or long ago */
    return;
  }
  put(w, at + 8, kind % 2 ? ABI_FD_READ : ABI_FD_WRITE, 1);
  put(w, at + 16, fd == FDS - 1 ? UINT32_MAX - kind : fd, 4);
  if (kind & 32) memcpy(w->bytes + at + 24, "no-count", 8);
}

static bool expect_clock(const struct world *w, size_t at, struct expected *event) {
  *event = (struct expected){.userdata = get(w, at, 8), .type = ABI_CLOCK};
  if (get(w, at + 16, 4) > ABI_CLOCK_MONOTONIC) {
    event->error = WASI_INVAL;
    return true;
  }
  return get(w, at + 24, 8) == 0;
}

static bool expect_fd(struct world *w, size_t at, struct expected *event) {
  uint32_t fd = (uint32_t)get(w, at + 16, 4);
  bool reads = w->bytes[at + 8] == ABI_FD_READ, counts = memcmp(w->bytes + at + 24, "no-count", 8) != 0;
  const struct px_entry *found = entry(w, fd);
  *event = (struct expected){.userdata = get(w, at, 8), .type = w->bytes[at + 8]};
  if (found == NULL) {
    event->error = WASI_BADF;
    return true;
  }
  if (found->host_fd < 0) {
    event->nbytes = reads ? 1 : 0;
    return true;
  }
  struct pollfd one = {.fd = found->host_fd, .events = reads ? POLLIN : POLLOUT};
  if (poll(&one, 1, 0) <= 0) return false;
  int bytes = 0;
  if (reads && counts && found->kind == PX_STREAM) ioctl(found->host_fd, FIONREAD, &bytes);
  event->nbytes = !reads ? 0 : found->kind == PX_LISTENER || !counts ? 1 : (uint64_t)bytes;
  bool over = (one.revents & POLLHUP) != 0, broken = (one.revents & POLLERR) != 0;
  event->flags = reads ? over || broken : over && !broken;
  return true;
}

static uint32_t expect(struct world *w, struct expected *events) {
  uint32_t count = 0;
  for (uint32_t slot = 0; slot < w->subs; slot++) {
    size_t at = SUBS + (size_t)slot * 48;
    bool ready = w->bytes[at + 8] == ABI_CLOCK ? expect_clock(w, at, &events[count])
                                               : expect_fd(w, at, &events[count]);
    if (ready) count++;
  }
  return count;
}

static bool equal(const struct world *w, uint32_t i, const struct expected *event) {
  size_t at = EVENTS + (size_t)i * 32;
  return get(w, at, 8) == event->userdata && get(w, at + 8, 2) == event->error &&
         w->bytes[at + 10] == event->type && get(w, at + 16, 8) == event->nbytes &&
         get(w, at + 24, 2) == event->flags;
}

/* Calls poll_oneoff and compares. Where nothing is ready a clock that is due ends the wait. */
static void check_poll(struct world *w) {
  struct expected before[SUBS_MAX + 1], after[SUBS_MAX + 1];
  uint32_t count = expect(w, before);
  bool added = count == 0;
  if (added) {
    memset(w->bytes + SUBS + w->subs * 48u, 0, 48);
    put(w, SUBS + w->subs++ * 48u, 99, 8);
    count = expect(w, before);
  }
  int status = px_poll_begin(&w->host, w->memory, SUBS, EVENTS, w->subs, NEVENTS);
  if (status == 0) status = px_poll_wait(&w->host);
  if (status == 0) status = px_poll_finish(&w->host, w->memory, EVENTS, NEVENTS);
  /* The other end of a TCP connection may be told a moment later: then neither answer is wrong. */
  bool steady = expect(w, after) == count && memcmp(before, after, count * sizeof before[0]) == 0;
  uint32_t told = (uint32_t)get(w, NEVENTS, 4);
  if (added) w->subs--;
  if (!steady) return;
  if (status != 0) {
    fail(w, "poll_oneoff answered %d", status);
    return;
  }
  if (told != count) fail(w, "%u events, expected %u", told, count);
  for (uint32_t i = 0; i < count && i < told && failure[0] == 0; i++) {
    if (equal(w, i, &before[i])) continue;
    size_t at = EVENTS + (size_t)i * 32;
    fail(w, "event %u: userdata %lu error %lu type %u nbytes %lu flags %lu, expected %lu %u %u %lu %u", i,
         get(w, at, 8), get(w, at + 8, 2), w->bytes[at + 10], get(w, at + 16, 8), get(w, at + 24, 2),
         before[i].userdata, before[i].error, before[i].type, before[i].nbytes, before[i].flags);
  }
}

static void poll_new_array(struct world *w) {
  w->subs = next(w) % 8;
  for (uint32_t slot = 0; slot < w->subs; slot++) subscribe(w, slot);
  check_poll(w);
}

static void poll_edited_array(struct world *w) {
  uint32_t how = next(w), slot = w->subs == 0 ? 0 : next(w) % w->subs;
  if (how % 3 == 0 && w->subs < SUBS_MAX - 1) {
    subscribe(w, w->subs);
    w->subs++;
  } else if (how % 3 == 1 && w->subs > 0) {
    w->subs--;
    memmove(w->bytes + SUBS + slot * 48u, w->bytes + SUBS + w->subs * 48u, 48);
  } else if (w->subs > 0) {
    subscribe(w, slot);
  }
  check_poll(w);
}

static void transfer(struct world *w, uint32_t fd, uint32_t how, uint32_t size) {
  static uint8_t bytes[4096];
  iovec(w, size);
  switch (how % 6) {
    case 0: px_fd_read(&w->host, w->memory, fd, IOVS, 1, RESULT); break;
    case 1: px_sock_recv(&w->host, w->memory, fd, IOVS, 1, ABI_RI_PEEK, RESULT, RESULT + 8); break;
    case 2: px_fd_write(&w->host, w->memory, fd, IOVS, 1, RESULT); break;
    case 3: /* until it does not take more */
      iovec(w, 32768);
      for (int i = 0; i < 400 && px_fd_write(&w->host, w->memory, fd, IOVS, 1, RESULT) == 0; i++) continue;
      break;
    case 4:
      if (fd < FDS && w->peers[fd] >= 0 && send(w->peers[fd], bytes, size, MSG_NOSIGNAL) < 0) break;
      break;
    default:
      if (fd >= FDS || w->peers[fd] < 0) break;
      while (recv(w->peers[fd], bytes, sizeof bytes, 0) > 0) continue;
  }
}

static void step(struct world *w) {
  uint32_t op = next(w), fd = pick(w);
  switch (op % 16) {
    case 0: case 1: add_pair(w, op / 16 % 2); break;
    case 2: case 3: case 4: case 5: transfer(w, fd, op / 16, next(w) * 4u); break;
    case 6:
      if (w->peers[fd] >= 0) shutdown(w->peers[fd], op & 16 ? SHUT_WR : SHUT_RDWR);
      break;
    case 7: drop_peer(w, fd, op & 16); break;
    case 8: px_sock_shutdown(&w->host, fd, 1 + op / 16 % 3); break;
    case 9:
      if (fd != 3) px_fd_close(&w->host, fd);
      if (fd != 3) drop_peer(w, fd, false);
      break;
    case 10: move(w, fd, pick(w)); break;
    case 11: poll_edited_array(w); break;
    case 12: check_poll(w); break;
    default: poll_new_array(w);
  }
}

static void open_world(struct world *w, const struct px_backend_ops *ops, int listener) {
  if (px_host_open(&w->host, ops) != 0) {
    fprintf(stderr, "the backend does not open\n");
    exit(2);
  }
  w->memory = (struct px_memory){.data = w->bytes, .size = MEMORY};
  for (int fd = 0; fd < 3; fd++) px_host_add_base(&w->host, fd, -1);
  px_host_add_listener(&w->host, fcntl(listener, F_DUPFD_CLOEXEC, 0));
  for (int fd = 0; fd < FDS; fd++) w->peers[fd] = -1;
}

static int listen_on_loopback(uint16_t *port) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 128) < 0 ||
      getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
    perror("listen");
    exit(2);
  }
  *port = ntohs(address.sin_port);
  return fd;
}

int main(int argc, char **argv) {
  const struct px_backend_ops *ops = argc > 1 ? px_backend_find(argv[1]) : NULL;
  if (ops == NULL) return 2;
  struct world w = {.bytes = calloc(1, MEMORY)};
  int listener = listen_on_loopback(&w.port);
  uint8_t bytes[SEQUENCE_MAX];
  uint16_t length;
  for (uint32_t number = 0; fread(&length, 2, 1, stdin) == 1; number++) {
    if (length > sizeof bytes || fread(bytes, 1, length, stdin) != length) return 2;
    open_world(&w, ops, listener);
    w.at = bytes;
    w.end = bytes + length;
    w.subs = 0;
    w.userdata = 100;
    for (w.step = 0; w.at < w.end && failure[0] == 0; w.step++) step(&w);
    for (uint32_t fd = 0; fd < FDS; fd++) drop_peer(&w, fd, true);
    px_host_close(&w.host);
    if (failure[0] != 0) {
      printf("sequence %u, %s\n", number, failure);
      break;
    }
  }
  close(listener);
  free(w.bytes);
  return 0;
}
