/* SPDX-License-Identifier: MIT
 * The thread that connects to names on behalf of one host: it waits for their addresses and tries them
 * in order. Jobs go in and come out under a lock; the host is woken by its pipe. */
#ifndef PX_CONNECTOR_H
#define PX_CONNECTOR_H

#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>

#include "resolve.h"

struct px_job {
  struct px_job *next;
  _Atomic bool cancelled;
  uint32_t guest_fd; /* of the host's thread alone; PX_NONE: nobody wants it any more */
  int port;
  char host[256];
  struct sockaddr_un path; /* where sun_family is set */
  socklen_t path_length;

  struct px_resolution *resolution;
  const struct addrinfo *address; /* being tried */
  uint64_t due_ns;                /* when to look again without an event; 0: never */
  bool ready;                     /* an event came */

  int fd;        /* the result, -1: `error` tells */
  int error;     /* errno of the last address that was tried */
  int eai_error; /* why the name has no address, 0: it has */
};

struct px_connector {
  pthread_t thread;
  pthread_mutex_t lock;
  int wake_fd, host_wake_fd;
  struct px_job *fresh, *finished;
  _Atomic bool any_finished, closing;
  /* The host's thread alone: jobs by number. */
  struct px_job **jobs;
  uint32_t room;
  bool warned;
};

/* NULL: out of memory, descriptors or threads. */
struct px_connector *px_connector_start(int host_wake_fd);
/* Ends the thread and all jobs, but for a name server that is being waited for. */
void px_connector_end(struct px_connector *connector);
/* Hands a job over. */
void px_connector_give(struct px_connector *connector, struct px_job *job);
/* The finished jobs, which are the caller's now. */
struct px_job *px_connector_take(struct px_connector *connector);
/* A job was cancelled. */
void px_connector_wake(struct px_connector *connector);

#endif
