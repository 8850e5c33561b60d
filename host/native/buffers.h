/* SPDX-License-Identifier: MIT
 * The buffers of one read or write: the guest's list of them, checked and turned into the host's. */
#ifndef PX_BUFFERS_H
#define PX_BUFFERS_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "errno_map.h"
#include "guest_abi.h"

/* Those past IOV_MAX are left for the next call: a short transfer is always allowed. */
struct px_buffers {
  struct iovec iov[IOV_MAX];
  size_t count, at; /* `at`: first that is not used up */
  uint64_t total;
};

/* Fills `b`. WASI_FAULT: a buffer or the list is not all in the memory. WASI_INVAL: more than the 32
 * bits in which the count goes back, which only overlapping buffers can be. */
static inline int px_buffers_load(struct px_buffers *b, struct px_memory memory, uint32_t iovs,
                                  uint32_t length) {
  const uint8_t *records = px_at(memory, iovs, (uint64_t)length * ABI_IOVEC_SIZE);
  if (records == NULL) return WASI_FAULT;
  b->count = length < IOV_MAX ? length : IOV_MAX;
  b->at = 0;
  b->total = 0;
  for (size_t i = 0; i < b->count; i++, records += ABI_IOVEC_SIZE) {
    uint32_t bytes = px_get_uint32_t(records + 4);
    uint8_t *data = px_at(memory, px_get_uint32_t(records), bytes);
    if (data == NULL) return WASI_FAULT;
    b->iov[i] = (struct iovec){.iov_base = data, .iov_len = bytes};
    b->total += bytes;
  }
  return b->total > UINT32_MAX ? WASI_INVAL : WASI_SUCCESS;
}

/* Takes the first `bytes` as done. */
static inline void px_buffers_advance(struct px_buffers *b, size_t bytes) {
  while (b->at < b->count && bytes >= b->iov[b->at].iov_len) bytes -= b->iov[b->at++].iov_len;
  if (bytes > 0) {
    b->iov[b->at].iov_base = (uint8_t *)b->iov[b->at].iov_base + bytes;
    b->iov[b->at].iov_len -= bytes;
  }
}

#endif
