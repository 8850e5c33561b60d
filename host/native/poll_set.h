/* SPDX-License-Identifier: MIT
 * /dev/poll: a registered interest set, so that a wait costs what is ready and not what is watched.
 *
 * fd_write takes records of `subscription` (48 bytes): each adds its fd and type, or its clock by
 * userdata, or changes the userdata of one that is there; with "remove" in the padding behind the
 * tag it takes it out. fd_read gives records of `event` (32 bytes), level-triggered, as poll_oneoff would
 * write them; it waits unless the descriptor is non-blocking. A clock stays due until it is changed or
 * removed. Closing a descriptor takes it out of the set. docs/guest-contract.md is the reference. */
#ifndef PX_POLL_SET_H
#define PX_POLL_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "guest_abi.h"

struct px_host;

struct px_member {
  uint32_t key; /* of its watch; of a free member: the next free one */
  bool counts[2];
  bool write_first; /* whose turn it is where there is room for one of the two */
  uint64_t userdata[2]; /* of READ and of WRITE */
};

/* A subscription that the watch of a descriptor can't hold: a clock, or one of a bad descriptor. */
struct px_loose {
  uint8_t record[ABI_SUBSCRIPTION_SIZE];
  uint64_t start_ns; /* of a clock: when it was written, on the monotonic clock */
};

struct px_poll_set {
  bool open;
  uint32_t fd; /* the guest's */
  struct px_member *members;
  uint32_t room, free;
  struct px_loose *clocks, *bad;
  uint32_t clock_count, bad_count;
  uint32_t random; /* where a read begins that has no room for all */
};

/* Opens the set. Guest fd; -EBUSY: it is open already; -EMFILE, -ENOMEM. */
int px_poll_set_open(struct px_host *host, uint16_t flags);
/* The guest fd `fd` is about to be closed or moved: takes it out, or ends the set where it is the set. */
void px_poll_set_forget(struct px_host *host, uint32_t fd);

/* fd_read and fd_write of it. WASI_INVAL: no room for one event, or not whole records, or a tag or flag
 * that the witx does not know. */
int px_poll_set_read(struct px_host *host, struct px_memory memory, uint32_t iovs,
                     uint32_t iovs_length, uint32_t nread);
int px_poll_set_write(struct px_host *host, struct px_memory memory, uint32_t iovs,
                      uint32_t iovs_length, uint32_t nwritten);

/* How long until something that needs no wait is there, in ns: 0 now, UINT64_MAX never. */
uint64_t px_poll_set_left_ns(const struct px_host *host);
/* The last wait found something of the set among its first `hits` ready keys, or a clock is due. */
bool px_poll_set_ready(const struct px_host *host, int hits);

#endif
