/* SPDX-License-Identifier: MIT
 * Socket addresses in words: of listeners for the log, of connections for /dev/fd. */
#ifndef PX_ADDRESS_H
#define PX_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/* One end of a socket. Of TCP the first two are set, of a Unix socket the last alone. */
struct px_address {
  char host[64]; /* numeric, IPv6 without brackets, with its zone where it has one */
  int port;
  char path[sizeof((struct sockaddr_un *)0)->sun_path + 1]; /* '@' begins an abstract name; "": unnamed */
  bool is_unix;
};

/* Two ends, each with a path or an IPv6 address. */
enum { PX_LINK_MAX = 272 };

/* The local end of a socket. 0 or -errno. */
int px_address_local(int fd, struct px_address *address);

/* Writes "tcp:PEER:PORT->LOCAL:PORT" as /proc/self/fd would spell it, IPv6 in brackets, or
 * "unix:PEER->LOCAL", where an end without a name is empty. 0, or -errno: ENOTCONN for what is not
 * connected. */
int px_describe(int fd, char *out, size_t size);

#endif
