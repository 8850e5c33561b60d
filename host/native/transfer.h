/* SPDX-License-Identifier: MIT
 * The frame of a read or write that may be made in parts: of stream.c and channel_guest.c. */
#ifndef PX_TRANSFER_H
#define PX_TRANSFER_H

#include "buffers.h"
#include "host.h"

/* What a call that is made again, as it could not wait, has moved already. */
static inline uint64_t px_transfer_resume(struct px_host *host, struct px_buffers *b) {
  uint64_t done = host->resuming ? host->resume_done : 0;
  host->resume_done = 0;
  if (done > b->total) done = b->total; /* somebody changed the array meanwhile */
  if (done > 0) px_buffers_advance(b, (size_t)done);
  return done;
}

static inline int px_transfer_finish(struct px_memory memory, uint64_t bytes, uint32_t count_at,
                                     uint64_t *counter) {
  *counter += bytes;
  px_put_uint32_t(px_at(memory, count_at, 4), (uint32_t)bytes);
  return WASI_SUCCESS;
}

#endif
