/* SPDX-License-Identifier: MIT
 * The world around the guest: its listeners, streams and directory, the peers that connect, send,
 * half-close and reset, a memory that grows, and the companion that does so while a call waits. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

enum { FIRST_SIZE = 1 << 17, LARGEST = 1 << 20, PAGE = 1 << 16 };

static uint32_t below_of(struct random *random, uint32_t limit) {
  return (uint32_t)(random_next(random) >> 32) % limit;
}

static void close_one(struct world *w, int at, bool reset) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  if (reset) setsockopt(w->peers[at], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(w->peers[at]);
  w->peers[at] = w->peers[--w->peer_count];
}

void peer_add(struct world *w, int fd) {
  if (w->peer_count == PEERS_MAX) close_one(w, (int)(w->calls % PEERS_MAX), false);
  w->peers[w->peer_count++] = fd;
}

static int own(struct world *w, int fd) {
  if (fd >= 0 && w->owned_count == OWNED_MAX) {
    close(fd);
    return -1;
  }
  if (fd >= 0) w->owned[w->owned_count++] = fd;
  return fd;
}

/* ---- what the guest is given ---- */

static void listen_somewhere(struct world *w) {
  if (w->port_count == LISTENERS_MAX) return;
  int at = w->port_count;
  bool of_unix = once_in(w, 3);
  struct sockaddr_in tcp = {.sin_family = AF_INET};
  struct sockaddr_un path = {.sun_family = AF_UNIX};
  socklen_t length = sizeof tcp;
  tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(of_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  w->paths[at][0] = '\0';
  if (of_unix) {
    /* An abstract name, which no file is left of. */
    int size = snprintf(path.sun_path + 1, sizeof path.sun_path - 1, "pollux-fuzz-%d-%d-%llu-%d",
                        (int)getpid(), w->number, (unsigned long long)w->epoch, at);
    snprintf(w->paths[at], sizeof w->paths[at], "@%s", path.sun_path + 1);
    length = (socklen_t)(sizeof path.sun_family + 1 + (size_t)size);
  }
  struct sockaddr *address = of_unix ? (struct sockaddr *)&path : (struct sockaddr *)&tcp;
  if (bind(fd, address, length) < 0 || listen(fd, 8) < 0 ||
      (!of_unix && getsockname(fd, address, &length) < 0)) {
    close(fd);
    return;
  }
  w->ports[at] = ntohs(tcp.sin_port);
  if (px_host_add_listener(&w->host, fd) >= 0) w->port_count++;
}

static void add_pair(struct world *w, bool stream) {
  int pair[2];
  bool reads = once_in(w, 2);
  if (w->owned_count >= OWNED_MAX || pipe2(pair, O_CLOEXEC | O_NONBLOCK) < 0) return;
  int mine = own(w, pair[reads ? 0 : 1]);
  pthread_mutex_lock(&w->lock);
  peer_add(w, pair[reads ? 1 : 0]);
  pthread_mutex_unlock(&w->lock);
  if (stream)
    px_host_add_stream(&w->host, mine);
  else
    px_host_add_base(&w->host, mine, mine);
}

static void add_terminal(struct world *w) {
  int master, slave;
  if (openpty(&master, &slave, NULL, NULL, NULL) < 0) return;
  fcntl(master, F_SETFL, O_NONBLOCK);
  fcntl(slave, F_SETFL, O_NONBLOCK);
  if (own(w, slave) >= 0) px_host_add_base(&w->host, slave, slave);
  pthread_mutex_lock(&w->lock);
  peer_add(w, master);
  pthread_mutex_unlock(&w->lock);
}

static void add_single(struct world *w, int fd) {
  if (own(w, fd) >= 0) px_host_add_base(&w->host, fd, fd);
}

static void lend(struct world *w) {
  switch (below(w, 7)) {
    case 0: add_single(w, eventfd(below(w, 2), EFD_CLOEXEC | EFD_NONBLOCK)); break;
    case 1: add_single(w, open("/dev/null", O_RDWR | O_CLOEXEC)); break;
    case 2: add_terminal(w); break;
    case 3:
    case 4: add_pair(w, true); break;
    default: add_pair(w, false); break;
  }
}

static void fill_directory(const struct world *w) {
  int dir = open(w->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  mkdirat(dir, "d", 0700);
  mkdirat(dir, "d/e", 0700);
  mkfifoat(dir, "fifo", 0600);
  int ignored = symlinkat("d/e", dir, "link") | symlinkat("loop", dir, "loop") |
                symlinkat("../..", dir, "d/up") | symlinkat("/etc/passwd", dir, "root");
  (void)ignored;
  int file = openat(dir, "a", O_CREAT | O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0600);
  if (file >= 0) close(file);
  close(dir);
}

void world_open(struct world *w) {
  w->peer_count = w->owned_count = w->port_count = 0;
  if (px_host_open(&w->host, w->ops) < 0) fail(w, "no host");
  w->memory = (struct px_memory){.data = malloc(FIRST_SIZE), .size = FIRST_SIZE};
  for (size_t i = 0; i < FIRST_SIZE; i += 8) {
    uint64_t value = random_next(&w->random);
    memcpy(w->memory.data + i, &value, 8);
  }
  w->edge = once_in(w, 4);
  if (w->edge) px_poller_trigger_edge(&w->host.poller);
  fill_directory(w);
  lend(w);
  listen_somewhere(w);
  px_host_add_directory(&w->host, w->root, "/");
  px_host_add_device(&w->host);
  listen_somewhere(w);
  lend(w);
}

void world_close(struct world *w) {
  px_host_close(&w->host);
  call_all_closed(w);
  while (w->peer_count > 0) close_one(w, 0, w->peer_count % 2 == 0);
  while (w->owned_count > 0) close(w->owned[--w->owned_count]);
  free(w->memory.data);
}

/* ---- acts ---- */

static void connect_one(struct world *w) {
  if (w->port_count == 0) return;
  int at = (int)below(w, (uint32_t)w->port_count);
  bool of_unix = w->paths[at][0] != '\0';
  struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_port = htons((uint16_t)w->ports[at])};
  struct sockaddr_un path = {.sun_family = AF_UNIX};
  tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  size_t size = strlen(w->paths[at]);
  if (of_unix) memcpy(path.sun_path + 1, w->paths[at] + 1, size - 1);
  int fd = socket(of_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  int status = of_unix
                   ? connect(fd, (struct sockaddr *)&path, (socklen_t)(sizeof path.sun_family + size))
                   : connect(fd, (struct sockaddr *)&tcp, sizeof tcp);
  if (status < 0 && errno != EINPROGRESS)
    close(fd);
  else
    peer_add(w, fd);
}

static void move_bytes(struct random *random, int fd, bool out) {
  static const char zeros[1 << 15];
  char bytes[1 << 13];
  uint32_t size = below_of(random, 4) == 0 ? sizeof zeros : 1 + below_of(random, 300);
  ssize_t n = 0;
  if (out)
    n = send(fd, zeros, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  else
    for (int i = 0; i < 8 && n >= 0; i++) n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n >= 0 || errno != ENOTSOCK) return; /* else a pipe or a terminal */
  n = out ? write(fd, zeros, size < 4096 ? size : 4096) : read(fd, bytes, sizeof bytes);
}

/* Under the lock. */
static void act_of_peer(struct world *w, struct random *random) {
  if (w->peer_count == 0) return;
  int at = (int)below_of(random, (uint32_t)w->peer_count), fd = w->peers[at];
  switch (below_of(random, 10)) {
    case 0: close_one(w, at, false); break;
    case 1: close_one(w, at, true); break;
    case 2: shutdown(fd, SHUT_WR); break;
    case 3:
    case 4:
    case 5: move_bytes(random, fd, false); break;
    default: move_bytes(random, fd, true); break;
  }
}

/* The old memory is gone: whoever kept a pointer into it is found. */
static void grow_memory(struct world *w) {
  if (w->memory.size >= LARGEST) return;
  uint8_t *grown = malloc(w->memory.size + PAGE);
  memcpy(grown, w->memory.data, w->memory.size);
  memset(grown + w->memory.size, 0, PAGE);
  free(w->memory.data);
  w->memory.data = grown;
  w->memory.size += PAGE;
}

void act(struct world *w) {
  if (once_in(w, 400)) lend(w);
  if (once_in(w, 400)) listen_somewhere(w);
  if (once_in(w, 300)) px_host_add_directory(&w->host, w->root, "again");
  if (once_in(w, 300)) grow_memory(w);
  pthread_mutex_lock(&w->lock);
  if (once_in(w, 4))
    connect_one(w);
  else
    act_of_peer(w, &w->random);
  pthread_mutex_unlock(&w->lock);
}

/* ---- the companion ---- */

/* Whether the thread of the calls sleeps in the kernel: it has seen all that happened. */
static bool sleeps(const struct world *w) {
  char path[64], text[256];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)w->thread);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return true;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return true;
  text[n] = '\0';
  const char *name_end = strrchr(text, ')');
  return name_end != NULL && name_end[1] == ' ' && name_end[2] == 'S';
}

/* Some acts while a call waits; where none wakes it, quiet, and then the end. */
static void *companion(void *data) {
  struct world *w = data;
  uint64_t number = 0;
  int ticks = 0, acts = 0, slept = 0;
  while (!atomic_load(&w->done)) {
    nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    uint64_t now = atomic_load(&w->call_number);
    if (!atomic_load(&w->in_call) || now != number) {
      number = now;
      ticks = acts = slept = 0;
      continue;
    }
    if (++ticks < 3) continue;
    pthread_mutex_lock(&w->lock);
    bool waits = atomic_load(&w->in_call) && atomic_load(&w->call_number) == number;
    if (waits && acts < 6) {
      acts++;
      act_of_peer(w, &w->companion_random);
    } else if (waits) {
      slept = sleeps(w) ? slept + 1 : 0;
      /* Long enough for what the kernel passes on by a thread of its own, as a terminal's input. */
      if (slept == 20) px_host_stop(&w->host);
    }
    pthread_mutex_unlock(&w->lock);
  }
  return NULL;
}

void companion_start(struct world *w) {
  atomic_store(&w->done, false);
  atomic_store(&w->in_call, false);
  if (pthread_create(&w->companion, NULL, companion, w) != 0) fail(w, "no companion");
}

void companion_end(struct world *w) {
  atomic_store(&w->done, true);
  pthread_join(w->companion, NULL);
}
