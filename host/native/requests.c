/* SPDX-License-Identifier: MIT
 * See requests.h. */
#define _GNU_SOURCE
#include "requests.h"

#include "limits.h"

#include <errno.h>
#include <unistd.h>

void px_host_request(struct px_host *host, uint32_t request) {
  if (atomic_fetch_or(&host->requests, request) & request) return;
  int saved = errno;
  /* The only failure is a full pipe, and then the guest is being woken already. */
  ssize_t ignored = write(host->wake_write_fd, "", 1);
  (void)ignored;
  errno = saved;
}

/* As after shutdown(2) of a listener in Linux: ready, hung up, and accept answers EINVAL. The socket
 * itself is untouched, as other instances may share it. */
static void drain(struct px_host *host) {
  host->draining = true;
  for (uint32_t fd = 0; host->io != NULL && fd < host->listeners_end; fd++) {
    const struct px_entry *entry = px_fd_table_get(&host->table, fd);
    if (entry != NULL && entry->kind == PX_LISTENER && entry->host_fd >= 0)
      host->io->stop_accepting(host->poller.backend, entry->host_fd);
  }
  px_limits_apply(host);
}

void px_requests_serve(struct px_host *host) {
  uint32_t requests = atomic_exchange(&host->requests, 0);
  if ((requests & PX_REQUEST_DRAIN) && !host->draining) drain(host);
  if (requests & PX_REQUEST_INBOX) px_inbox_look(host);
  uint32_t told = requests & (PX_REQUEST_ENDING | PX_REQUEST_HANGUP);
  if (told != 0 && host->called != NULL) host->called(host->called_context, told);
}
