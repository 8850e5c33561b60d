/* SPDX-License-Identifier: MIT
 * See poll_event.h. */
#define _GNU_SOURCE
#include "poll_event.h"

#include <sys/ioctl.h>

#include "channel_guest.h"
#include "unread.h"

uint64_t px_clock_left_ns(const uint8_t *record, uint64_t start_ns, uint64_t now_ns) {
  uint32_t id = px_get_uint32_t(record + ABI_SUB_CLOCK_ID);
  uint64_t timeout = px_get_uint64_t(record + ABI_SUB_TIMEOUT);
  if (id > ABI_CLOCK_MONOTONIC) return 0;
  uint64_t at = now_ns;
  if ((px_get_uint16_t(record + ABI_SUB_CLOCK_FLAGS) & ABI_CLOCK_ABSTIME) == 0) {
    timeout = timeout > UINT64_MAX - start_ns ? UINT64_MAX : start_ns + timeout;
  } else if (id == ABI_CLOCK_REALTIME) {
    at = px_now_ns(CLOCK_REALTIME);
  }
  return timeout > at ? timeout - at : 0;
}

void px_event_of_clock(const uint8_t *record, uint8_t *event) {
  bool known = px_get_uint32_t(record + ABI_SUB_CLOCK_ID) <= ABI_CLOCK_MONOTONIC;
  px_event_write(event, px_get_uint64_t(record + ABI_SUB_USERDATA),
                 known ? WASI_SUCCESS : WASI_INVAL, ABI_CLOCK, 0, 0);
}

/* Bytes to read. A listener answers 1, as Wasmtime does: something is there. So does what the kernel
 * can't count (an eventfd, a device), and what the base WASI keeps to itself. */
static uint64_t readable_bytes(struct px_host *host, const struct px_entry *entry) {
  int bytes = 0;
  if (entry == NULL) return 0;
  if (entry->kind == PX_POLL_SET) return ABI_EVENT_SIZE;
  if (entry->kind == PX_CHANNEL) return px_channel_readable(px_channel_of(host, entry));
  int host_fd = entry->kind == PX_FILE ? entry->base_fd : entry->host_fd;
  if (entry->kind == PX_LISTENER || host_fd < 0) return 1;
  uint64_t unread = px_unread_left(host, entry);
  if (entry->kind == PX_STREAM && host->io != NULL)
    return unread + (uint64_t)host->io->readable(host->poller.backend, host_fd);
  PX_COUNT(&host->counters, ioctl);
  if (ioctl(host_fd, FIONREAD, &bytes) < 0) return 1;
  return unread + (bytes > 0 ? (uint64_t)bytes : 0);
}

void px_event_of_fd(struct px_host *host, uint32_t key, uint32_t direction, uint64_t userdata,
                    bool counts, uint8_t *event) {
  const struct px_watch *watch = &host->poller.watches[key];
  px_poller_mute(&host->poller, key, direction);
  /* A socket's own error is no error of the subscription: the next call on it tells. Who waits to
   * write has no flag then: wasi-libc takes POLLOUT away where it is set, and a select() would be
   * woken for ever with nothing to see. */
  uint32_t closed = watch->readiness & (PX_HANGUP | PX_ERROR);
  bool told = direction == PX_READ ? closed != 0 : closed == PX_HANGUP;
  uint16_t flags = told ? ABI_EVENT_HANGUP : 0;
  uint64_t nbytes = 0;
  if (watch->error == 0 && direction == PX_READ)
    nbytes = counts ? readable_bytes(host, key == 0 ? NULL : px_fd_table_get(&host->table, key - 1))
                    : 1;
  px_event_write(event, userdata, watch->error, direction == PX_READ ? ABI_FD_READ : ABI_FD_WRITE,
                 nbytes, flags);
}
