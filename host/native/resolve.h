/* SPDX-License-Identifier: MIT
 * Names to addresses by getaddrinfo(3), on threads of its own: it may take as long as a name server
 * does, and can't be called off. */
#ifndef PX_RESOLVE_H
#define PX_RESOLVE_H

#include <netdb.h>
#include <stdbool.h>

struct px_resolution;

/* Begins to resolve `host` for a stream socket. `notify_fd`, an eventfd of which a duplicate is taken,
 * is written to when that is done. NULL: no memory, descriptor or thread. */
struct px_resolution *px_resolve(const char *host, int port, int notify_fd);

/* Whether it is done; then `*error` is 0 or an EAI_* number, and `*addresses` valid until the release. */
bool px_resolution_done(const struct px_resolution *resolution, const struct addrinfo **addresses,
                        int *error);

/* Also before it is done. */
void px_resolution_release(struct px_resolution *resolution);

#endif
