/* SPDX-License-Identifier: MIT
 * Ending a guest from outside: by its id from any thread, or by SIGINT and SIGTERM. */
#ifndef PX_STOP_H
#define PX_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "snapshot.h"

/* Gives the host an id, unique in the process. */
void px_registry_add(struct px_host *host);
/* From then on no other thread reaches the host. */
void px_registry_remove(struct px_host *host);
/* px_host_stop by id; false where there is no such host. Any thread. */
bool px_registry_stop(uint32_t id);

/* The thread of host `id` is gone, and did not close it (a runtime ended it by force): closes all that its guest
 * had open. False: no such host, or one that an event loop's driver still knows. */
bool px_registry_bury(uint32_t id);

/* The counters of a host by id; false where there is no such host. Any thread. */
bool px_registry_snapshot(uint32_t id, struct px_snapshot *snapshot);

/* Calls `use` with the host of that id, which stays open meanwhile; false where there is no such host. Any thread. */
bool px_registry_use(uint32_t id, void (*use)(struct px_host *host, void *context), void *context);

/* px_host_request by id; false where there is no such host. Any thread. */
bool px_registry_request(uint32_t id, uint32_t request);

/* While on, SIGINT and SIGTERM drain the host in place of ending the process: `notice` goes to stderr, and
 * what is not done after `drain_ms` is stopped, as is a guest that does not notice within PX_NOTICE_MS. With a
 * negative `drain_ms` they stop it at once. One that was stopped and makes no call within PX_GRACE_MS, and a
 * second signal, end the process by that signal all the same. SIGHUP makes
 * a PX_REQUEST_HANGUP of a host that has somebody to tell. */
enum { PX_GRACE_MS = 300, PX_NOTICE_MS = 2000 };
bool px_signals_catch(uint32_t id, int64_t drain_ms, const char *notice);
/* Restores what was before; the signal that came, 0 for none. */
int px_signals_release(void);

#endif
