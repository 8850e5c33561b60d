/* SPDX-License-Identifier: MIT
 * See tcp.h. */
#define _GNU_SOURCE
#include "tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int port_of(const struct sockaddr_storage *address) {
  return ntohs(address->ss_family == AF_INET6
                   ? ((const struct sockaddr_in6 *)(const void *)address)->sin6_port
                   : ((const struct sockaddr_in *)(const void *)address)->sin_port);
}

/* The numeric address; an IPv4 peer of a dual-stack listener shows as IPv4. */
static void host_of(const struct sockaddr_storage *address, char *out, socklen_t size) {
  if (address->ss_family == AF_INET6) {
    const struct in6_addr *in6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(in6))
      inet_ntop(AF_INET, &in6->s6_addr[12], out, size);
    else
      inet_ntop(AF_INET6, in6, out, size);
  } else {
    inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, out, size);
  }
}

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

void px_listen(const char *host, int port, int backlog, bool reuseport,
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
  struct sockaddr_storage bound;
  socklen_t length = sizeof bound;
  getsockname(fd, (struct sockaddr *)&bound, &length);
  host_of(&bound, result->host, sizeof result->host);
  result->port = port_of(&bound);
  result->fd = fd;
}

int px_describe(int fd, char *out, size_t size) {
  struct sockaddr_storage ends[2];
  char names[2][64 + 2];
  for (int i = 0; i < 2; i++) {
    socklen_t length = sizeof ends[i];
    int status = i == 0 ? getpeername(fd, (struct sockaddr *)&ends[i], &length)
                        : getsockname(fd, (struct sockaddr *)&ends[i], &length);
    if (status < 0) return -errno;
    char host[64];
    host_of(&ends[i], host, sizeof host);
    snprintf(names[i], sizeof names[i], strchr(host, ':') != NULL ? "[%s]" : "%s", host);
  }
  snprintf(out, size, "tcp:%s:%d->%s:%d", names[0], port_of(&ends[0]), names[1], port_of(&ends[1]));
  return 0;
}
