/* SPDX-License-Identifier: MIT
 * An echo server in C on select(2) of wasi-libc, with a set of readers and a set of writers. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 3, SIZE = 16384 };

/* What was read and not yet sent, by descriptor. While there is any, nothing more is read. */
struct pending {
  size_t from, to;
  char bytes[SIZE];
};

static struct pending *pendings[FD_SETSIZE];
static fd_set readers, writers;

static void drop(int fd) {
  FD_CLR(fd, &readers);
  FD_CLR(fd, &writers);
  free(pendings[fd]);
  pendings[fd] = NULL;
  close(fd);
}

static void accept_all(void) {
  for (;;) {
    int fd = accept4(LISTENER, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE) usleep(100000);
      if (errno == ECONNABORTED || errno == EINTR) continue;
      if (errno == EAGAIN || errno == EMFILE || errno == ENFILE) return;
      perror("accept");
      exit(1);
    }
    if (fd >= FD_SETSIZE) { /* select's own limit */
      close(fd);
      continue;
    }
    pendings[fd] = calloc(1, sizeof(struct pending));
    if (pendings[fd] == NULL) abort();
    FD_SET(fd, &readers);
  }
}

/* False: the connection is over. */
static int turn(int fd, struct pending *pending) {
  if (pending->from == pending->to) {
    ssize_t n = read(fd, pending->bytes, SIZE);
    if (n < 0) return errno == EAGAIN;
    if (n == 0) return 0;
    pending->from = 0;
    pending->to = (size_t)n;
  }
  ssize_t n = write(fd, pending->bytes + pending->from, pending->to - pending->from);
  if (n < 0 && errno != EAGAIN) return 0;
  if (n > 0) pending->from += (size_t)n;
  if (pending->from == pending->to) {
    FD_CLR(fd, &writers);
    FD_SET(fd, &readers);
  } else {
    FD_CLR(fd, &readers);
    FD_SET(fd, &writers);
  }
  return 1;
}

int main(void) {
  FD_ZERO(&readers);
  FD_ZERO(&writers);
  FD_SET(LISTENER, &readers);
  for (;;) {
    fd_set readable = readers, writable = writers;
    if (select(FD_SETSIZE, &readable, &writable, NULL, NULL) < 0) {
      perror("select");
      return 1;
    }
    for (int fd = LISTENER + 1; fd < FD_SETSIZE; fd++) {
      if (pendings[fd] == NULL) continue;
      if (!FD_ISSET(fd, &readable) && !FD_ISSET(fd, &writable)) continue;
      if (!turn(fd, pendings[fd])) drop(fd);
    }
    if (FD_ISSET(LISTENER, &readable)) accept_all();
  }
}
