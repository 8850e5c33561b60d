/* SPDX-License-Identifier: MIT
 * Listening sockets: opened on TCP or on a path, or inherited from whoever started us. All are
 * non-blocking once a host has them, and closed on exec. */
#ifndef PX_LISTEN_H
#define PX_LISTEN_H

#include <stdbool.h>

#include "address.h"

struct px_listen_result {
  int fd;           /* -1: failed */
  const char *step; /* which step failed; addon.ts lists them */
  int error;        /* errno of that step; for "resolve" an EAI_* number */
  struct px_address address;
};

/* Binds and listens on the first address that `host` resolves to: SO_REUSEADDR, and TCP_NODELAY, which
 * accepted sockets inherit. "" or NULL: all interfaces, both families where the machine has IPv6; an
 * IPv6 address is bound for IPv6 alone. */
void px_listen_tcp(const char *host, int port, int backlog, bool reuseport,
                   struct px_listen_result *result);

/* Binds and listens on a socket file, or with a first '@' on an abstract name. A file on which nobody
 * accepts any more is replaced: EADDRINUSE where somebody does, ENOTSOCK where it is no socket, and
 * ENAMETOOLONG beyond 107 bytes. `mode`: permissions of the file, -1 leaves them to the umask.
 * `absolute`: the same path from the root, by which it is removed with the listener (socket_file.h). */
void px_listen_unix(const char *path, const char *absolute, int mode, int backlog,
                    struct px_listen_result *result);

/* Takes an inherited listening socket: a duplicate of `fd`, which stays open, so that several guests
 * may have it. Fails at "type" unless it is a stream socket of TCP or Unix, at "listening" unless it
 * listens. */
void px_listen_inherited(int fd, struct px_listen_result *result);

#endif
