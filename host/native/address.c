/* SPDX-License-Identifier: MIT
 * See address.h. */
#define _GNU_SOURCE
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* The kernel's answer of getsockname or getpeername, of any family that we use. */
union any {
  struct sockaddr plain;
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
  struct sockaddr_un un;
};

/* An IPv4 peer of a dual-stack listener shows as IPv4. A link-local address means nothing without the
 * interface that it is on. */
static void host_of_in6(const struct sockaddr_in6 *from, struct px_address *to) {
  const struct in6_addr *address = &from->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(address)) {
    inet_ntop(AF_INET, &address->s6_addr[12], to->host, sizeof to->host);
    return;
  }
  char zone[IF_NAMESIZE];
  inet_ntop(AF_INET6, address, to->host, sizeof to->host);
  if (from->sin6_scope_id == 0 || if_indextoname(from->sin6_scope_id, zone) == NULL) return;
  size_t length = strlen(to->host);
  snprintf(to->host + length, sizeof to->host - length, "%%%s", zone);
}

/* A path ends at its NUL or at the length; an abstract name begins with NUL, may hold more of them, and
 * is shown as ss(8) shows it. */
static void path_of_un(const struct sockaddr_un *from, socklen_t length, struct px_address *to) {
  to->is_unix = true;
  size_t size = length > offsetof(struct sockaddr_un, sun_path)
                    ? length - offsetof(struct sockaddr_un, sun_path)
                    : 0;
  if (size > sizeof from->sun_path) size = sizeof from->sun_path;
  bool abstract = size > 0 && from->sun_path[0] == '\0';
  size_t used = abstract ? size : strnlen(from->sun_path, size);
  for (size_t i = 0; i < used; i++) to->path[i] = from->sun_path[i] == '\0' ? '@' : from->sun_path[i];
}

static int ask(int (*which)(int, struct sockaddr *, socklen_t *), int fd,
               struct px_address *address) {
  union any end;
  socklen_t length = sizeof end;
  memset(&end, 0, sizeof end);
  memset(address, 0, sizeof *address);
  if (which(fd, &end.plain, &length) < 0) return -errno;
  if (end.plain.sa_family == AF_UNIX) {
    path_of_un(&end.un, length, address);
  } else if (end.plain.sa_family == AF_INET6) {
    host_of_in6(&end.in6, address);
    address->port = ntohs(end.in6.sin6_port);
  } else {
    inet_ntop(AF_INET, &end.in.sin_addr, address->host, sizeof address->host);
    address->port = ntohs(end.in.sin_port);
  }
  return 0;
}

int px_address_local(int fd, struct px_address *address) { return ask(getsockname, fd, address); }

static void spell(const struct px_address *address, char *out, size_t size) {
  if (address->is_unix)
    snprintf(out, size, "%s", address->path);
  else
    snprintf(out, size, strchr(address->host, ':') != NULL ? "[%s]:%d" : "%s:%d", address->host,
             address->port);
}

int px_describe(int fd, char *out, size_t size) {
  struct px_address ends[2];
  char names[2][PX_LINK_MAX / 2];
  int status = ask(getpeername, fd, &ends[0]);
  if (status == 0) status = ask(getsockname, fd, &ends[1]);
  if (status < 0) return status;
  for (int i = 0; i < 2; i++) spell(&ends[i], names[i], sizeof names[i]);
  snprintf(out, size, "%s:%s->%s", ends[1].is_unix ? "unix" : "tcp", names[0], names[1]);
  return 0;
}
