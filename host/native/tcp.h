/* SPDX-License-Identifier: MIT
 * Listening sockets, and who is at the other end of a connection. */
#ifndef PX_TCP_H
#define PX_TCP_H

#include <stdbool.h>
#include <stddef.h>

struct px_listen_result {
  int fd;             /* -1: failed */
  const char *step;   /* which step failed: resolve, socket, setsockopt, bind, listen */
  int error;          /* errno of that step; for resolve an EAI_* number */
  char host[64];      /* numeric address that was bound, without brackets */
  int port;
};

enum { PX_PEER_MAX = 160 };

/* Binds and listens on the first address that `host` resolves to ("" or NULL: all interfaces, both
 * families where the machine has IPv6): non-blocking, close-on-exec, SO_REUSEADDR, TCP_NODELAY. */
void px_listen(const char *host, int port, int backlog, bool reuseport,
               struct px_listen_result *result);

/* Writes "tcp:PEER:PORT->LOCAL:PORT" as /proc/self/fd would spell it, IPv6 in brackets. 0, or -errno:
 * ENOTCONN for a listener. */
int px_describe(int fd, char *out, size_t size);

#endif
