/* SPDX-License-Identifier: MIT
 * See resolve.h. A few threads for the whole process, which end when no name waits. */
#define _GNU_SOURCE
#include "resolve.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORKERS_MAX = 8 };

struct px_resolution {
  struct px_resolution *next;
  _Atomic int references; /* whoever asked, and the thread */
  _Atomic bool done;
  int notify_fd;
  int error;
  struct addrinfo *addresses;
  char service[8];
  char host[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct px_resolution *first, **last = &first; /* waiting */
static int workers;

void px_resolution_release(struct px_resolution *resolution) {
  if (atomic_fetch_sub(&resolution->references, 1) > 1) return;
  if (resolution->addresses != NULL) freeaddrinfo(resolution->addresses);
  close(resolution->notify_fd);
  free(resolution);
}

static void resolve(struct px_resolution *resolution) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                           .ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG};
  resolution->error =
      getaddrinfo(resolution->host, resolution->service, &hints, &resolution->addresses);
  if (resolution->error != 0) resolution->addresses = NULL;
  atomic_store(&resolution->done, true);
  uint64_t one = 1;
  /* The only failure is a full counter, and then its reader is being woken already. */
  ssize_t ignored = write(resolution->notify_fd, &one, sizeof one);
  (void)ignored;
}

static void *work(void *unused) {
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&lock);
    struct px_resolution *resolution = first;
    if (resolution == NULL) workers--;
    if (resolution != NULL && (first = resolution->next) == NULL) last = &first;
    pthread_mutex_unlock(&lock);
    if (resolution == NULL) return NULL;
    resolve(resolution);
    px_resolution_release(resolution);
  }
}

/* Signals are for the threads of the program. */
static bool start_worker(void) {
  pthread_t thread;
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  bool started = pthread_create(&thread, NULL, work, NULL) == 0;
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (started) pthread_detach(thread);
  return started;
}

struct px_resolution *px_resolve(const char *host, int port, int notify_fd) {
  size_t length = strlen(host);
  struct px_resolution *resolution = calloc(1, sizeof *resolution + length + 1);
  if (resolution == NULL) return NULL;
  memcpy(resolution->host, host, length);
  snprintf(resolution->service, sizeof resolution->service, "%d", port);
  atomic_init(&resolution->references, 2);
  resolution->notify_fd = fcntl(notify_fd, F_DUPFD_CLOEXEC, 3);
  if (resolution->notify_fd < 0) {
    free(resolution);
    return NULL;
  }
  pthread_mutex_lock(&lock);
  if (workers < WORKERS_MAX && start_worker()) workers++;
  bool served = workers > 0;
  if (served) {
    *last = resolution;
    last = &resolution->next;
  }
  pthread_mutex_unlock(&lock);
  if (served) return resolution;
  close(resolution->notify_fd);
  free(resolution);
  return NULL;
}

bool px_resolution_done(const struct px_resolution *resolution, const struct addrinfo **addresses,
                        int *error) {
  if (!atomic_load(&resolution->done)) return false;
  *addresses = resolution->addresses;
  *error = resolution->error;
  return true;
}
