/* SPDX-License-Identifier: MIT
 * Outbound connections of a guest. What the kernel can do at once (a numeric address, a Unix socket) is
 * begun on the guest's thread; a name, with all its addresses, is the connector's (connector.h).
 *
 * Until the connector is done the guest's fd stands for no socket: its entry has host_fd
 * PX_NEVER_READY and in base_fd the number of the connector's job. After a failure it has
 * PX_ALWAYS_READY, and in base_fd the WASI errno that each use of it answers. */
#ifndef PX_CONNECT_H
#define PX_CONNECT_H

#include "host.h"

/* Whom to connect to: `path` where it is not NULL ('@' begins an abstract name), else host and port. */
struct px_target {
  const char *host;
  int port;
  const char *path;
};

/* Begins to connect, and unless `fdflags` has NONBLOCK waits for the end of it. The guest fd; or -1 with
 * `*status`: WASI_MFILE and the like, PX_STOPPED, or of a blocking one what connect(2) says. A
 * non-blocking one tells such errors at its first use. Of `rights` those count that a connection has. */
int px_connect(struct px_host *host, const struct px_target *target, uint32_t fdflags,
               uint64_t rights, int *status);

/* The waiting part of it, for a guest fd that px_connect gave with PX_SUSPEND: the same answers. */
int px_connect_wait(struct px_host *host, int guest_fd, int *status);

/* The socket of an entry without one: SUCCESS once it has one, WASI_AGAIN where it is non-blocking and
 * not there yet, PX_STOPPED, or why it will never be there. */
int px_connect_await(struct px_host *host, struct px_entry *entry);

/* An entry without a socket goes away. */
void px_connect_cancel(struct px_host *host, const struct px_entry *entry);

/* An entry without a socket is now that of guest fd `to`. */
void px_connect_moved(struct px_host *host, const struct px_entry *entry, uint32_t to);

/* Gives the sockets that the connector has finished to their entries, and tells the poller. */
void px_connects_take(struct px_host *host);

static inline void px_connects_collect(struct px_host *host) {
  if (host->connector != NULL) px_connects_take(host);
}

void px_connector_close(struct px_host *host);

#endif
