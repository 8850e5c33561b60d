/* SPDX-License-Identifier: MIT
 * Connections that reach a guest from inside the process: sockets that the app has accepted and hands
 * off, and channels (channel.h). They wait here, a queue for each listener, until sock_accept takes them,
 * before those of the kernel.
 *
 * Any thread may give one. The guest's thread learns of it by a request (requests.h). */
#ifndef PX_INBOX_H
#define PX_INBOX_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct px_channel;
struct px_host;
struct px_queue;

/* One connection that waits, and later what is left of the bytes that the app had read (unread.h). */
struct px_arrival {
  struct px_arrival *next;
  struct px_channel *channel; /* NULL: a socket */
  int host_fd;
  int error;         /* errno of the socket that is told behind the bytes; 0: none */
  uint32_t size, at; /* bytes; the first that is not used up */
  uint8_t bytes[];
};

/* As many as wait in one queue at most: a guest that does not accept is to be noticed. */
enum { PX_ARRIVALS_MAX = 4096 };

struct px_inbox {
  pthread_mutex_t lock;
  struct px_queue *queues;    /* of each listener */
  struct px_channel *changed; /* the app's side did something: chained by next_changed */
  _Atomic uint32_t waiting;   /* in all queues */
};

void px_inbox_open(struct px_inbox *inbox);
void px_inbox_close(struct px_inbox *inbox);

/* NULL: out of memory. The bytes are copied. */
struct px_arrival *px_arrival_make(int host_fd, struct px_channel *channel, const uint8_t *bytes,
                                   uint32_t size);
/* The connection is not wanted: the peer, or the channel's other end, learns it. */
void px_arrival_refuse(struct px_arrival *arrival);

/* ---- any thread ---- */

/* Puts a connection into the queue of a listener. -EBADF: the guest has no listener of that number;
 * -ESHUTDOWN: it is drained; -EAGAIN: the queue is full; -EMFILE: the backend can't wait on a descriptor of that number. It is then
 * still the caller's. */
int px_inbox_put(struct px_host *host, uint32_t listener, struct px_arrival *arrival);
/* The app's side of a channel whose guest's end is this host's did something. Called with the lock of the
 * channel held. */
void px_inbox_mark(struct px_host *host, struct px_channel *channel);

/* ---- the guest's thread ---- */

/* 0 or -ENOMEM. */
int px_inbox_add_listener(struct px_host *host, uint32_t listener);
/* The listener is closed: who waits is refused. */
void px_inbox_remove_listener(struct px_host *host, uint32_t listener);
void px_inbox_move_listener(struct px_host *host, uint32_t from, uint32_t to);

/* The channel is no longer this host's. */
void px_inbox_forget(struct px_host *host, struct px_channel *channel);

bool px_inbox_is_empty(struct px_host *host, uint32_t listener);
/* The first that waits, or NULL. */
struct px_arrival *px_inbox_take(struct px_host *host, uint32_t listener);

/* For PX_REQUEST_INBOX: takes notice of what came since the last look. */
void px_inbox_look(struct px_host *host);

#endif
