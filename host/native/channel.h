/* SPDX-License-Identifier: MIT
 * A stream between the app and a guest in the same process, without a socket: two bounded rings of bytes, and
 * what each side has done. Each side may be on a thread of its own; no function waits.
 *
 * It behaves as a connected socket does. Each side may end its own direction; a side that goes away with
 * bytes unread, or the app's before both directions have ended, resets the other, which still gets what was
 * sent before. Every int answers >= 0, or -errno. */
#ifndef PX_CHANNEL_H
#define PX_CHANNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct px_host;

enum {
  PX_RING_SIZE = 65536, /* bytes each way */
  /* A side that was told "full" is told of room when there is this much. */
  PX_RING_ROOM = PX_RING_SIZE / 4,
};

struct px_ring {
  uint8_t *data;
  uint32_t at, used;
};

struct px_channel {
  pthread_mutex_t lock;
  int holders; /* the two sides */
  struct px_ring to_guest, to_app;

  /* The app's side */
  bool app_ended, app_closed; /* its output; all of it */
  bool app_waits_for_bytes, app_waits_for_room;
  void (*tell)(void *context); /* told on the guest's thread, with the lock held; NULL: nobody listens */
  void *tell_context;

  /* The guest's side */
  bool guest_ended, guest_deaf, guest_closed; /* its output; its input; all of it */
  bool guest_reset;   /* ECONNRESET is due to the guest, or to the app */
  bool app_reset;
  uint32_t low_mark;  /* the guest's readiness to read begins with so many bytes */
  uint32_t told;      /* readiness that the guest's thread knows, which alone writes it */
  struct px_host *host; /* whose guest has the other end; NULL: closed */
  uint32_t guest_fd;    /* for its thread alone, as the next; PX_NONE: not accepted yet */
  uint32_t shown;       /* what the poller was told */

  /* inbox.c */
  struct px_channel *next_changed;
  bool changed;

  char name[64]; /* the app's, as the guest may ask for it; UTF-8 */
};

/* A channel whose guest's end is for `host`. NULL: out of memory. */
struct px_channel *px_channel_make(struct px_host *host, const char *name);

/* ---- the app's side ---- */

/* From now on `tell` is called, which may be at once: something may have happened already. */
void px_channel_listen(struct px_channel *channel, void (*tell)(void *context), void *context);
/* How many bytes it took; where that is less than all, `tell` will say when there is room. -EPIPE: nobody will read
 * them; -ECONNRESET, once. */
ssize_t px_channel_put(struct px_channel *channel, const uint8_t *bytes, size_t size);
/* Bytes that the guest wrote; 0: it has ended; -EAGAIN: `tell` will say when there are some; -ECONNRESET. */
ssize_t px_channel_get(struct px_channel *channel, uint8_t *bytes, size_t size);
/* Nothing more will be put. */
void px_channel_end(struct px_channel *channel);
/* The guest's end is gone, so that nothing put will ever be read. */
bool px_channel_is_over(struct px_channel *channel);
/* The app lets go of it: unless both directions have ended, that is a reset. The channel is then not the
 * app's any more. */
void px_channel_abandon(struct px_channel *channel);

/* ---- the guest's side, on its thread ---- */

/* Bytes that the app wrote; 0: it has ended; -EAGAIN, -ECONNRESET. */
ssize_t px_channel_receive(struct px_channel *channel, const struct iovec *iov, size_t count, bool peek);
/* How many bytes it took; -EAGAIN, -EPIPE, -ECONNRESET. */
ssize_t px_channel_send(struct px_channel *channel, const struct iovec *iov, size_t count);
/* `how` as shutdown(2). -ENOTCONN. */
int px_channel_shutdown(struct px_channel *channel, int how);
/* A transfer that had moved something took ECONNRESET: the next call is to tell it. */
void px_channel_fail(struct px_channel *channel);
uint32_t px_channel_readable(struct px_channel *channel);
/* As SO_RCVLOWAT; 1 ends it. */
void px_channel_set_low_mark(struct px_channel *channel, uint32_t bytes);
/* Makes `told` what the guest's end is ready for now, as receive, send and shutdown do; from here on a change of
 * it is marked in the inbox. */
void px_channel_look(struct px_channel *channel);
/* The guest's end is closed, and its hold on the channel over. */
void px_channel_close(struct px_channel *channel);

#endif
