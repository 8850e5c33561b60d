/* SPDX-License-Identifier: MIT
 * A listening socket that whoever started us left open. See listen.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "listen.h"

static int option(int fd, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -errno;
}

/* 0, or -errno with the step. */
static int check(int fd, const char **step, int *family) {
  *step = "descriptor"; /* EBADF or ENOTSOCK */
  int type = option(fd, SO_TYPE);
  if (type < 0) return type;
  *step = "type";
  *family = option(fd, SO_DOMAIN);
  bool known = *family == AF_INET || *family == AF_INET6 || *family == AF_UNIX;
  if (type != SOCK_STREAM || !known) return -EPROTOTYPE;
  *step = "listening";
  return option(fd, SO_ACCEPTCONN) == 1 ? 0 : -EINVAL;
}

void px_listen_inherited(int fd, struct px_listen_result *result) {
  int family = 0, on = 1;
  memset(result, 0, sizeof *result);
  result->fd = -1;
  result->error = -check(fd, &result->step, &family);
  if (result->error != 0) return;
  result->step = "duplicate";
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) {
    result->error = errno;
    return;
  }
  /* As on our own listeners; where it fails, connections are slower and nothing else. */
  if (family != AF_UNIX) setsockopt(copy, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  px_address_local(copy, &result->address);
  result->fd = copy;
}
