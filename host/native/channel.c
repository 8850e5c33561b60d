/* SPDX-License-Identifier: MIT
 * See channel.h. */
#define _GNU_SOURCE
#include "channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host.h"

/* ---- rings ---- */

static uint32_t room_of(const struct px_ring *ring) { return PX_RING_SIZE - ring->used; }

static size_t ring_put(struct px_ring *ring, const uint8_t *bytes, size_t size) {
  if (size > room_of(ring)) size = room_of(ring);
  uint32_t end = (ring->at + ring->used) % PX_RING_SIZE;
  size_t first = PX_RING_SIZE - end < size ? PX_RING_SIZE - end : size;
  if (size == 0) return 0;
  memcpy(ring->data + end, bytes, first);
  if (first < size) memcpy(ring->data, bytes + first, size - first);
  ring->used += (uint32_t)size;
  return size;
}

/* Copies what begins `skip` bytes behind the first. */
static size_t ring_copy(const struct px_ring *ring, uint32_t skip, uint8_t *bytes, size_t size) {
  if (size > ring->used - skip) size = ring->used - skip;
  uint32_t begin = (ring->at + skip) % PX_RING_SIZE;
  size_t first = PX_RING_SIZE - begin < size ? PX_RING_SIZE - begin : size;
  if (size == 0) return 0;
  memcpy(bytes, ring->data + begin, first);
  if (first < size) memcpy(bytes + first, ring->data, size - first);
  return size;
}

static void ring_drop(struct px_ring *ring, size_t size) {
  ring->used -= (uint32_t)size;
  /* An empty ring begins anew, so that small messages touch few pages. */
  ring->at = ring->used == 0 ? 0 : (ring->at + (uint32_t)size) % PX_RING_SIZE;
}

/* ---- both sides ---- */

struct px_channel *px_channel_make(struct px_host *host, const char *name) {
  struct px_channel *channel = calloc(1, sizeof *channel);
  uint8_t *data = channel == NULL ? NULL : malloc((size_t)2 * PX_RING_SIZE);
  if (data == NULL) {
    free(channel);
    return NULL;
  }
  pthread_mutex_init(&channel->lock, NULL);
  channel->holders = 2;
  channel->to_guest.data = data;
  channel->to_app.data = data + PX_RING_SIZE;
  channel->low_mark = 1;
  channel->host = host;
  channel->guest_fd = PX_NONE;
  snprintf(channel->name, sizeof channel->name, "%s", name);
  return channel;
}

/* Unlocks, and frees it where both sides are gone. */
static void leave(struct px_channel *channel) {
  bool last = channel->holders == 0;
  pthread_mutex_unlock(&channel->lock);
  if (!last) return;
  pthread_mutex_destroy(&channel->lock);
  free(channel->to_guest.data);
  free(channel);
}

/* With the lock held. */
static uint32_t readiness_of(const struct px_channel *c) {
  uint32_t readiness = 0;
  if (c->to_guest.used >= c->low_mark || c->app_ended || c->app_closed || c->guest_deaf)
    readiness |= PX_READ;
  if (room_of(&c->to_app) >= PX_RING_ROOM || c->guest_ended || c->app_closed) readiness |= PX_WRITE;
  if (c->app_closed || (c->guest_ended && (c->app_ended || c->guest_deaf))) readiness |= PX_HANGUP;
  if (c->guest_reset) readiness |= PX_ERROR;
  return readiness;
}

/* The app's side did something: the guest's thread learns what its poller does not know yet. */
static void mark(struct px_channel *c) {
  if (c->host != NULL && readiness_of(c) != c->told) px_inbox_mark(c->host, c);
}

static void tell(struct px_channel *c) {
  if (c->tell != NULL) c->tell(c->tell_context);
}

/* ---- the app's side ---- */

void px_channel_listen(struct px_channel *c, void (*listener)(void *context), void *context) {
  pthread_mutex_lock(&c->lock);
  c->tell = listener;
  c->tell_context = context;
  tell(c);
  pthread_mutex_unlock(&c->lock);
}

ssize_t px_channel_put(struct px_channel *c, const uint8_t *bytes, size_t size) {
  ssize_t done = -EPIPE;
  pthread_mutex_lock(&c->lock);
  if (c->app_reset) {
    c->app_reset = false;
    done = -ECONNRESET;
  } else if (!c->app_ended && !c->guest_closed && !c->guest_deaf) {
    done = (ssize_t)ring_put(&c->to_guest, bytes, size);
    c->app_waits_for_room = (size_t)done < size;
    mark(c);
  }
  pthread_mutex_unlock(&c->lock);
  return done;
}

ssize_t px_channel_get(struct px_channel *c, uint8_t *bytes, size_t size) {
  ssize_t done = 0;
  pthread_mutex_lock(&c->lock);
  if (c->to_app.used > 0) {
    done = (ssize_t)ring_copy(&c->to_app, 0, bytes, size);
    ring_drop(&c->to_app, (size_t)done);
    mark(c);
  } else if (c->app_reset) {
    c->app_reset = false;
    done = -ECONNRESET;
  } else if (!c->guest_ended && !c->guest_closed) {
    c->app_waits_for_bytes = true;
    done = -EAGAIN;
  }
  pthread_mutex_unlock(&c->lock);
  return done;
}

void px_channel_end(struct px_channel *c) {
  pthread_mutex_lock(&c->lock);
  c->app_ended = true;
  mark(c);
  pthread_mutex_unlock(&c->lock);
}

bool px_channel_is_over(struct px_channel *c) {
  pthread_mutex_lock(&c->lock);
  bool over = c->guest_closed;
  pthread_mutex_unlock(&c->lock);
  return over;
}

void px_channel_abandon(struct px_channel *c) {
  pthread_mutex_lock(&c->lock);
  bool in_order = c->app_ended && (c->guest_ended || c->guest_closed) && c->to_app.used == 0;
  c->app_closed = true;
  c->guest_reset = !in_order;
  c->tell = NULL;
  mark(c);
  c->holders--;
  leave(c);
}

/* ---- the guest's side ---- */

static void leave_told(struct px_channel *c) {
  c->told = readiness_of(c);
  pthread_mutex_unlock(&c->lock);
}

/* ECONNRESET is told once, as a socket does. */
static bool take_reset(struct px_channel *c) {
  bool due = c->guest_reset;
  c->guest_reset = false;
  return due;
}

ssize_t px_channel_receive(struct px_channel *c, const struct iovec *iov, size_t count, bool peek) {
  size_t done = 0;
  ssize_t result = 0;
  pthread_mutex_lock(&c->lock);
  if (c->to_guest.used > 0) {
    for (size_t i = 0; i < count; i++)
      done += ring_copy(&c->to_guest, (uint32_t)done, iov[i].iov_base, iov[i].iov_len);
    if (!peek) ring_drop(&c->to_guest, done);
    result = (ssize_t)done;
    if (c->app_waits_for_room && room_of(&c->to_guest) >= PX_RING_ROOM) {
      c->app_waits_for_room = false;
      tell(c);
    }
  } else if (take_reset(c)) {
    result = -ECONNRESET;
  } else if (!c->app_ended && !c->app_closed && !c->guest_deaf) {
    result = -EAGAIN;
  }
  leave_told(c);
  return result;
}

ssize_t px_channel_send(struct px_channel *c, const struct iovec *iov, size_t count) {
  size_t done = 0;
  ssize_t result;
  pthread_mutex_lock(&c->lock);
  if (c->guest_ended) {
    result = -EPIPE;
  } else if (c->app_closed) {
    result = take_reset(c) ? -ECONNRESET : -EPIPE;
  } else if (room_of(&c->to_app) == 0) {
    result = -EAGAIN;
  } else {
    for (size_t i = 0; i < count; i++)
      done += ring_put(&c->to_app, iov[i].iov_base, iov[i].iov_len);
    result = (ssize_t)done;
    if (c->app_waits_for_bytes && done > 0) {
      c->app_waits_for_bytes = false;
      tell(c);
    }
  }
  leave_told(c);
  return result;
}

int px_channel_shutdown(struct px_channel *c, int how) {
  pthread_mutex_lock(&c->lock);
  bool connected = !c->app_closed;
  if (connected) {
    if (how != SHUT_RD) c->guest_ended = true;
    if (how != SHUT_WR) c->guest_deaf = true;
    tell(c);
  }
  leave_told(c);
  return connected ? 0 : -ENOTCONN;
}

void px_channel_fail(struct px_channel *c) {
  pthread_mutex_lock(&c->lock);
  c->guest_reset = true;
  leave_told(c);
}

uint32_t px_channel_readable(struct px_channel *c) {
  pthread_mutex_lock(&c->lock);
  uint32_t used = c->to_guest.used;
  pthread_mutex_unlock(&c->lock);
  return used;
}

void px_channel_set_low_mark(struct px_channel *c, uint32_t bytes) {
  pthread_mutex_lock(&c->lock);
  c->low_mark = bytes < PX_RING_SIZE ? bytes : PX_RING_SIZE;
  pthread_mutex_unlock(&c->lock);
}

void px_channel_look(struct px_channel *c) {
  pthread_mutex_lock(&c->lock);
  leave_told(c);
}

void px_channel_close(struct px_channel *c) {
  pthread_mutex_lock(&c->lock);
  struct px_host *host = c->host;
  c->host = NULL; /* from here on nothing is marked */
  pthread_mutex_unlock(&c->lock);
  px_inbox_forget(host, c);
  pthread_mutex_lock(&c->lock);
  /* Whom nobody accepted is refused. */
  if (c->to_guest.used > 0 || c->guest_fd == PX_NONE) c->app_reset = true;
  c->guest_closed = true;
  tell(c);
  c->holders--;
  leave(c);
}
