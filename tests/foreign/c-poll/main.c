/* SPDX-License-Identifier: MIT
 * An echo server in C on accept(2) and poll(2) of wasi-libc: one table of descriptors that is scanned.
 *
 * wasi-libc's poll() makes its subscriptions and events on the stack, 160 bytes a descriptor, so link
 * with a stack of some megabytes (-Wl,-z,stack-size=4194304). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 3, MAX = 4096, SIZE = 16384 };

/* What was read and not yet sent. While there is any, nothing more is read. */
struct pending {
  size_t from, to;
  char bytes[SIZE];
};

static struct pollfd fds[MAX];
static struct pending *pendings[MAX];
static nfds_t count = 1;

static void add(int fd) {
  if (count == MAX) {
    close(fd);
    return;
  }
  fds[count] = (struct pollfd){.fd = fd, .events = POLLIN};
  pendings[count] = calloc(1, sizeof(struct pending));
  if (pendings[count] == NULL) abort();
  count++;
}

/* The last one moves into the hole. */
static void drop(nfds_t i) {
  close(fds[i].fd);
  free(pendings[i]);
  count--;
  fds[i] = fds[count];
  pendings[i] = pendings[count];
}

static void accept_all(void) {
  for (;;) {
    int fd = accept4(LISTENER, NULL, NULL, SOCK_NONBLOCK);
    if (fd >= 0) {
      add(fd);
    } else if (errno == EMFILE || errno == ENFILE) {
      usleep(100000); /* no descriptor is free: one will be when a client leaves */
      return;
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != ECONNABORTED && errno != EINTR) {
      perror("accept");
      exit(1);
    }
  }
}

/* False: the connection is over. */
static int turn(struct pollfd *fd, struct pending *pending) {
  if (pending->from == pending->to) {
    ssize_t n = recv(fd->fd, pending->bytes, SIZE, 0);
    if (n < 0) return errno == EAGAIN;
    if (n == 0) return 0;
    pending->from = 0;
    pending->to = (size_t)n;
  }
  ssize_t n = send(fd->fd, pending->bytes + pending->from, pending->to - pending->from, 0);
  if (n < 0 && errno != EAGAIN) return 0;
  if (n > 0) pending->from += (size_t)n;
  fd->events = pending->from == pending->to ? POLLIN : POLLOUT;
  return 1;
}

int main(void) {
  fds[0] = (struct pollfd){.fd = LISTENER, .events = POLLIN};
  for (;;) {
    if (poll(fds, count, -1) < 0) {
      perror("poll");
      return 1;
    }
    /* From the end, so that what drop() moves into a hole was seen already. */
    for (nfds_t i = count; i-- > 1;)
      if (fds[i].revents != 0 && !turn(&fds[i], pendings[i])) drop(i);
    if (fds[0].revents != 0) accept_all();
  }
}
