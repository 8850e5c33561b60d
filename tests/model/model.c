/* SPDX-License-Identifier: MIT
 * Runs sequences of operations against a host and against an oracle that is slow and obvious (oracle.c,
 * set.c). `model BACKEND` reads sequences from stdin (a u16 length and that many bytes each; the bytes are
 * the operations), and prints the first difference, or nothing.
 *
 * Byte by byte: --trigger edge or not; then an operation, what it works on and how much. Any bytes are a
 * sequence, so that fast-check can shrink them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world.h"

char failure[1024];

void fail(const struct world *w, const char *format, ...) {
  va_list values;
  int n = snprintf(failure, sizeof failure, "step %d: ", w->step);
  va_start(values, format);
  vsnprintf(failure + n, sizeof failure - (size_t)n, format, values);
  va_end(values);
}

/* A new descriptor of the guest, and its peer; no more than the model has places for. */
static void keep(struct world *w, int fd, int peer) {
  if (fd >= 0 && fd < FDS && w->peers[fd] < 0) {
    w->peers[fd] = peer;
    w->ledgers[fd] = (struct ledger){0};
    note_new_descriptor(w, (uint32_t)fd);
    return;
  }
  if (fd >= 0) px_fd_close(&w->host, (uint32_t)fd);
  close(peer);
}

/* A peer that the guest has to accept. */
static void queue_peer(struct world *w) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(w->port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (w->queued == QUEUE_MAX) return;
  int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(peer, (struct sockaddr *)&address, sizeof address) < 0) {
    close(peer);
    return;
  }
  fcntl(peer, F_SETFL, O_NONBLOCK);
  w->queue[w->queued++] = peer;
}

static void accept_one(struct world *w) {
  int status = px_sock_accept(&w->host, w->memory, LISTENER, ABI_FDFLAGS_NONBLOCK, RESULT);
  if (status == WASI_AGAIN) w->quiet[LISTENER][0] = false;
  if ((status == 0) != (w->queued > 0)) fail(w, "sock_accept: %d, with %u in the queue", status, w->queued);
  if (status != 0 || w->queued == 0) return;
  int peer = w->queue[0];
  memmove(w->queue, w->queue + 1, --w->queued * sizeof w->queue[0]);
  keep(w, (int)get(w, RESULT, 4), peer);
}

static void add_pair(struct world *w, bool tcp) {
  int ends[2];
  if (tcp) {
    queue_peer(w);
    accept_one(w);
  } else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0) {
    int fd = px_host_add(&w->host, (struct px_entry){.kind = PX_STREAM,
                                                     .host_fd = ends[0],
                                                     .base_fd = -1,
                                                     .flags = ABI_FDFLAGS_NONBLOCK,
                                                     .rights = UINT64_MAX});
    keep(w, fd, ends[1]);
  }
}

static void drop_peer(struct world *w, uint32_t fd, bool reset) {
  if (w->peers[fd] < 0) return;
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  if (reset) setsockopt(w->peers[fd], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(w->peers[fd]);
  w->peers[fd] = -1;
  w->ledgers[fd].ended = w->ledgers[fd].gone = true;
}

static void close_fd(struct world *w, uint32_t fd) {
  if (fd == LISTENER) return; /* it is needed to the end */
  if (px_fd_close(&w->host, fd) == 0) set_forgets(w, fd);
  note_new_descriptor(w, fd);
  drop_peer(w, fd, false);
}

static void move(struct world *w, uint32_t from, uint32_t to) {
  int replaced;
  if (from == LISTENER || to == LISTENER) return;
  if (px_fd_renumber(&w->host, from, to, &replaced) != 0 || from == to) return;
  set_forgets(w, to);
  if (from == w->set)
    w->set = to;
  else
    set_forgets(w, from);
  note_new_descriptor(w, from);
  note_new_descriptor(w, to);
  if (w->peers[to] >= 0) close(w->peers[to]);
  w->ledgers[to] = w->ledgers[from];
  w->peers[to] = w->peers[from];
  w->peers[from] = -1;
}

/* Most numbers are of nothing. */
uint32_t pick(struct world *w) {
  uint32_t byte = next(w), open[FDS], count = 0;
  for (uint32_t fd = 0; fd < FDS; fd++)
    if (entry(w, fd) != NULL && (fd > 3 || byte % 8 == 0)) open[count++] = fd;
  return byte >= 240 || count == 0 ? byte % FDS : open[byte / 8 % count];
}

void subscribe(struct world *w, size_t at) {
  uint32_t kind = next(w), fd = pick(w);
  memset(w->bytes + at, 0, 48);
  put(w, at, kind & 128 && !w->edge && w->host.io == NULL ? 7 : ++w->userdata, 8);
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

static void poll_new_array(struct world *w) {
  w->subs = next(w) % 8;
  for (uint32_t slot = 0; slot < w->subs; slot++) subscribe(w, SUBS + slot * 48u);
  check_poll(w);
}

/* A clock before all others comes or goes. */
static void edit_leading_clock(struct world *w) {
  if (w->subs > 0 && w->bytes[SUBS + 8] == ABI_CLOCK) {
    memmove(w->bytes + SUBS, w->bytes + SUBS + 48, --w->subs * 48u);
  } else if (w->subs < SUBS_MAX - 1) {
    memmove(w->bytes + SUBS + 48, w->bytes + SUBS, w->subs++ * 48u);
    memset(w->bytes + SUBS, 0, 48);
    put(w, SUBS, ++w->userdata, 8);
  }
}

static void poll_edited_array(struct world *w) {
  uint32_t how = next(w), slot = w->subs == 0 ? 0 : next(w) % w->subs;
  if (how % 4 == 3) {
    edit_leading_clock(w);
  } else if (how % 4 == 0 && w->subs < SUBS_MAX - 1) {
    subscribe(w, SUBS + w->subs * 48u);
    w->subs++;
  } else if (how % 4 == 1 && w->subs > 0) {
    w->subs--;
    memmove(w->bytes + SUBS + slot * 48u, w->bytes + SUBS + w->subs * 48u, 48);
  } else if (w->subs > 0) {
    subscribe(w, SUBS + slot * 48u);
  }
  check_poll(w);
}

/* EAGAIN, or less than there was room for: what an edge-triggered guest calls drained. And a use by which
 * nobody can learn whether it is. */
static int note_drained(struct world *w, uint32_t fd, int direction, int status, uint32_t size) {
  const struct px_entry *found = entry(w, fd);
  uint64_t moved = get(w, RESULT, 4);
  bool some = status == 0 && moved > 0 && moved < size;
  if (found != NULL && found->kind != PX_STREAM) note_new_descriptor(w, fd);
  if (status == WASI_AGAIN || some) w->quiet[fd][direction] = false;
  return status;
}

static int read_some(struct world *w, uint32_t fd, uint32_t size) {
  int status = px_fd_read(&w->host, w->memory, fd, IOVS, 1, RESULT);
  if (status == 0) w->ledgers[fd].got += get(w, RESULT, 4);
  return note_drained(w, fd, 0, status, size);
}

static int write_some(struct world *w, uint32_t fd, uint32_t size) {
  int status = px_fd_write(&w->host, w->memory, fd, IOVS, 1, RESULT);
  if (status == 0) w->ledgers[fd].written += get(w, RESULT, 4);
  return note_drained(w, fd, 1, status, size);
}

static void peer_transfer(struct world *w, uint32_t fd, bool sends, uint32_t size) {
  static uint8_t bytes[4096];
  struct ledger *ledger = &w->ledgers[fd];
  ssize_t n;
  if (w->peers[fd] < 0) return;
  if (sends && (n = send(w->peers[fd], bytes, size, MSG_NOSIGNAL)) > 0) ledger->sent += (uint64_t)n;
  if (!sends)
    while ((n = recv(w->peers[fd], bytes, sizeof bytes, 0)) > 0) ledger->taken += (uint64_t)n;
}

static void transfer(struct world *w, uint32_t fd, uint32_t how, uint32_t size) {
  if (fd == w->set && how % 6 < 4) return; /* set.c does that */
  iovec(w, size);
  switch (how % 6) {
    case 0: read_some(w, fd, size); break;
    case 1:
      if (px_sock_recv(&w->host, w->memory, fd, IOVS, 1, ABI_RI_PEEK, RESULT, RESULT + 8) == WASI_AGAIN)
        w->quiet[fd][0] = false;
      break;
    case 2: write_some(w, fd, size); break;
    case 3: /* until it does not take more */
      iovec(w, 32768);
      for (int i = 0; i < 400 && write_some(w, fd, 32768) == 0; i++) continue;
      break;
    default: peer_transfer(w, fd, how % 6 == 4, size);
  }
}

static void use_set(struct world *w, uint32_t how) {
  if (w->host.io != NULL) return; /* uring.c knows arrays alone */
  if (how % 4 == 0 || w->set == FDS)
    open_set(w);
  else if (how % 2 == 1)
    write_set(w);
  else
    read_set(w);
}

static void step(struct world *w) {
  uint32_t op = next(w), fd = pick(w);
  switch (op % 20) {
    case 0: case 1: add_pair(w, op / 20 % 2); break;
    case 2: case 3: case 4: case 5: transfer(w, fd, op / 20, next(w) * 4u); break;
    case 6:
      if (w->peers[fd] >= 0) shutdown(w->peers[fd], op / 20 % 2 ? SHUT_WR : SHUT_RDWR);
      w->ledgers[fd].ended = true;
      break;
    case 7: drop_peer(w, fd, op / 20 % 2); break;
    case 8:
      w->ledgers[fd].shut = true;
      px_sock_shutdown(&w->host, fd, 1 + op / 20 % 3);
      break;
    case 9: close_fd(w, fd); break;
    case 10: move(w, fd, pick(w)); break;
    case 11: poll_edited_array(w); break;
    case 12: check_poll(w); break;
    case 13: op / 20 % 2 ? queue_peer(w) : accept_one(w); break;
    case 14: case 15: case 16: use_set(w, op / 20); break;
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
  memset(w->quiet, 0, sizeof w->quiet);
  w->set = FDS;
  w->member_count = 0;
  w->queued = 0;
  if (w->edge) px_poller_trigger_edge(&w->host.poller);
}

/* Connections that nobody accepted are the listener's: they must not be there for the next sequence. */
static void close_world(struct world *w) {
  while (w->queued > 0 && failure[0] == 0) accept_one(w);
  while (w->queued > 0) close(w->queue[--w->queued]);
  for (uint32_t fd = 0; fd < FDS; fd++) drop_peer(w, fd, true);
  px_host_close(&w->host);
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
    w.at = bytes;
    w.end = bytes + length;
    w.edge = next(&w) % 3 == 0 && ops->io == NULL;
    open_world(&w, ops, listener);
    w.subs = 0;
    w.userdata = 100;
    for (w.step = 0; w.at < w.end && failure[0] == 0; w.step++) step(&w);
    close_world(&w);
    if (failure[0] != 0) {
      printf("sequence %u, %s\n", number, failure);
      break;
    }
  }
  close(listener);
  free(w.bytes);
  return 0;
}
