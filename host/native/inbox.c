/* SPDX-License-Identifier: MIT
 * See inbox.h. Locks are taken in the order: registry, channel, inbox. */
#define _GNU_SOURCE
#include "inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel_guest.h"
#include "limits.h"
#include "requests.h"

struct px_queue {
  struct px_queue *next;
  struct px_arrival *first, **last;
  uint32_t listener; /* guest fd */
  uint32_t count;
};

void px_inbox_open(struct px_inbox *inbox) {
  pthread_mutex_init(&inbox->lock, NULL);
}

void px_inbox_close(struct px_inbox *inbox) {
  pthread_mutex_destroy(&inbox->lock);
}

struct px_arrival *px_arrival_make(int host_fd, struct px_channel *channel, const uint8_t *bytes,
                                   uint32_t size) {
  struct px_arrival *arrival = malloc(sizeof *arrival + size);
  if (arrival == NULL) return NULL;
  *arrival = (struct px_arrival){.channel = channel, .host_fd = host_fd, .size = size};
  if (size > 0) memcpy(arrival->bytes, bytes, size);
  return arrival;
}

void px_arrival_refuse(struct px_arrival *arrival) {
  if (arrival->channel != NULL)
    px_channel_close(arrival->channel);
  else if (arrival->host_fd >= 0)
    close(arrival->host_fd);
  free(arrival);
}

static struct px_queue **queue_of(struct px_inbox *inbox, uint32_t listener) {
  struct px_queue **at = &inbox->queues;
  while (*at != NULL && (*at)->listener != listener) at = &(*at)->next;
  return at;
}

/* The guest's thread is to look. With the lock held. */
static void ask(struct px_host *host) {
  if (host->nudge != NULL && pthread_equal(host->nudge_thread, pthread_self()) &&
      host->nudge(host->nudge_context))
    atomic_fetch_or(&host->requests, PX_REQUEST_INBOX);
  else
    px_host_request(host, PX_REQUEST_INBOX);
}

int px_inbox_put(struct px_host *host, uint32_t listener, struct px_arrival *arrival) {
  if (host->ops->fd_limit != 0 && arrival->host_fd >= host->ops->fd_limit) return -EMFILE;
  int status = 0;
  pthread_mutex_lock(&host->inbox.lock);
  struct px_queue *queue = *queue_of(&host->inbox, listener);
  if (queue == NULL) {
    status = -EBADF;
  } else if (host->draining) {
    status = -ESHUTDOWN;
  } else if (queue->count == PX_ARRIVALS_MAX) {
    status = -EAGAIN;
  } else {
    queue->count++;
    *queue->last = arrival;
    queue->last = &arrival->next;
    atomic_fetch_add(&host->inbox.waiting, 1);
    ask(host);
  }
  pthread_mutex_unlock(&host->inbox.lock);
  return status;
}

void px_inbox_mark(struct px_host *host, struct px_channel *channel) {
  pthread_mutex_lock(&host->inbox.lock);
  if (!channel->changed) {
    channel->changed = true;
    channel->next_changed = host->inbox.changed;
    host->inbox.changed = channel;
  }
  ask(host);
  pthread_mutex_unlock(&host->inbox.lock);
}

void px_inbox_forget(struct px_host *host, struct px_channel *channel) {
  pthread_mutex_lock(&host->inbox.lock);
  for (struct px_channel **at = &host->inbox.changed; *at != NULL; at = &(*at)->next_changed) {
    if (*at != channel) continue;
    *at = channel->next_changed;
    break;
  }
  channel->changed = false;
  pthread_mutex_unlock(&host->inbox.lock);
}

int px_inbox_add_listener(struct px_host *host, uint32_t listener) {
  struct px_queue *queue = calloc(1, sizeof *queue);
  if (queue == NULL) return -ENOMEM;
  queue->listener = listener;
  queue->last = &queue->first;
  pthread_mutex_lock(&host->inbox.lock);
  queue->next = host->inbox.queues;
  host->inbox.queues = queue;
  pthread_mutex_unlock(&host->inbox.lock);
  return 0;
}

void px_inbox_remove_listener(struct px_host *host, uint32_t listener) {
  pthread_mutex_lock(&host->inbox.lock);
  struct px_queue **at = queue_of(&host->inbox, listener), *queue = *at;
  if (queue != NULL) {
    *at = queue->next;
    atomic_fetch_sub(&host->inbox.waiting, queue->count);
  }
  pthread_mutex_unlock(&host->inbox.lock);
  if (queue == NULL) return;
  for (struct px_arrival *arrival = queue->first; arrival != NULL;) {
    struct px_arrival *next = arrival->next;
    px_arrival_refuse(arrival);
    arrival = next;
  }
  free(queue);
}

void px_inbox_move_listener(struct px_host *host, uint32_t from, uint32_t to) {
  pthread_mutex_lock(&host->inbox.lock);
  struct px_queue *queue = *queue_of(&host->inbox, from);
  if (queue != NULL) queue->listener = to;
  pthread_mutex_unlock(&host->inbox.lock);
}

/* Without the lock, which costs each accept. Who drains takes it: what was put before the draining began must be
 * found, and what comes later is refused. */
static bool none_waits(struct px_host *host) {
  return !host->draining && atomic_load(&host->inbox.waiting) == 0;
}

bool px_inbox_is_empty(struct px_host *host, uint32_t listener) {
  if (none_waits(host)) return true;
  pthread_mutex_lock(&host->inbox.lock);
  const struct px_queue *queue = *queue_of(&host->inbox, listener);
  bool empty = queue == NULL || queue->first == NULL;
  pthread_mutex_unlock(&host->inbox.lock);
  return empty;
}

struct px_arrival *px_inbox_take(struct px_host *host, uint32_t listener) {
  if (none_waits(host)) return NULL;
  pthread_mutex_lock(&host->inbox.lock);
  struct px_queue *queue = *queue_of(&host->inbox, listener);
  struct px_arrival *arrival = queue == NULL ? NULL : queue->first;
  if (arrival != NULL) {
    queue->count--;
    atomic_fetch_sub(&host->inbox.waiting, 1);
    queue->first = arrival->next;
    if (queue->first == NULL) queue->last = &queue->first;
    arrival->next = NULL;
  }
  pthread_mutex_unlock(&host->inbox.lock);
  return arrival;
}

/* One channel that changed, or NULL. They are taken one by one, as looking at one takes its lock, which
 * comes before ours. */
static struct px_channel *take_changed(struct px_inbox *inbox) {
  pthread_mutex_lock(&inbox->lock);
  struct px_channel *channel = inbox->changed;
  if (channel != NULL) {
    inbox->changed = channel->next_changed;
    channel->changed = false;
  }
  pthread_mutex_unlock(&inbox->lock);
  return channel;
}

void px_inbox_look(struct px_host *host) {
  for (struct px_channel *channel; (channel = take_changed(&host->inbox)) != NULL;)
    px_channel_settle(host, channel);
  px_limits_apply(host);
}
