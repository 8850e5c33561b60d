/* SPDX-License-Identifier: MIT
 * Listening on TCP. See listen.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen.h"

static int open_listener(const struct addrinfo *address, int backlog, bool reuseport, bool any,
                         const char **step) {
  int on = 1, off = 0;
  *step = "socket";
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  *step = "setsockopt";
  /* Accepted sockets inherit TCP_NODELAY on Linux: one call here saves one for each connection. */
  bool set = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
             setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
             (!reuseport || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
             (address->ai_family != AF_INET6 ||
              setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on, sizeof on) == 0);
  if (set) {
    *step = "bind";
    set = bind(fd, address->ai_addr, address->ai_addrlen) == 0;
  }
  if (set) {
    *step = "listen";
    set = listen(fd, backlog) == 0;
  }
  if (set) return fd;
  int error = errno;
  close(fd);
  return -error;
}

void px_listen_tcp(const char *host, int port, int backlog, bool reuseport,
                   struct px_listen_result *result) {
  memset(result, 0, sizeof *result);
  result->fd = -1;
  bool any = host == NULL || host[0] == '\0';
  char service[16];
  snprintf(service, sizeof service, "%d", port);
  struct addrinfo hints = {
      .ai_family = any ? AF_INET6 : AF_UNSPEC,
      .ai_socktype = SOCK_STREAM,
      .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
  };
  struct addrinfo *list = NULL;
  result->step = "resolve";
  result->error = getaddrinfo(any ? NULL : host, service, &hints, &list);
  if (result->error != 0) return;
  int fd = open_listener(list, backlog, reuseport, any, &result->step);
  freeaddrinfo(list);
  if (fd == -EAFNOSUPPORT && any) { /* a machine without IPv6 */
    hints.ai_family = AF_INET;
    result->step = "resolve";
    result->error = getaddrinfo(NULL, service, &hints, &list);
    if (result->error != 0) return;
    fd = open_listener(list, backlog, reuseport, any, &result->step);
    freeaddrinfo(list);
  }
  if (fd < 0) {
    result->error = -fd;
    return;
  }
  px_address_local(fd, &result->address);
  result->fd = fd;
}
