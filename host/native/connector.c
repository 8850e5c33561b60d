/* SPDX-License-Identifier: MIT
 * See connector.h. */
#define _GNU_SOURCE
#include "connector.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* An address that does not answer makes way for the next one; the last one has the kernel's patience. */
#define ADDRESS_NS UINT64_C(10000000000)
/* The queue of a Unix socket is full, which nothing but another try will tell the end of. */
#define RETRY_NS UINT64_C(10000000)

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void write_one(int fd) {
  uint64_t one = 1;
  ssize_t ignored = write(fd, &one, sizeof one); /* fails only where a wake is under way already */
  (void)ignored;
}

static void drop_socket(struct px_job *job) {
  if (job->fd >= 0) close(job->fd);
  job->fd = -1;
}

/* ---- one job; each answers true when it is at its end ---- */

/* Tries the address of the job and those behind it, until one is under way. */
static bool try_addresses(struct px_job *job) {
  for (; job->address != NULL; job->address = job->address->ai_next) {
    int on = 1;
    drop_socket(job);
    job->fd = socket(job->address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    job->error = errno;
    if (job->fd < 0) continue;
    setsockopt(job->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    job->due_ns = job->address->ai_next == NULL ? 0 : now_ns() + ADDRESS_NS;
    if (connect(job->fd, job->address->ai_addr, job->address->ai_addrlen) == 0) return true;
    job->error = errno;
    if (errno == EINPROGRESS) return false;
  }
  drop_socket(job);
  return true;
}

static bool try_path(struct px_job *job) {
  if (job->fd < 0) job->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (job->fd >= 0 &&
      connect(job->fd, (const struct sockaddr *)&job->path, job->path_length) == 0)
    return true;
  job->error = errno;
  job->due_ns = now_ns() + RETRY_NS;
  if (job->error == EAGAIN) return false;
  drop_socket(job);
  return true;
}

/* The errno of a name without addresses: of those that connect(2) has, the one that says it. */
static int errno_of_eai(int error) {
  return error == EAI_SYSTEM   ? EIO
         : error == EAI_MEMORY ? ENOMEM
                               : EHOSTUNREACH;
}

static bool look_at_name(struct px_job *job) {
  if (!px_resolution_done(job->resolution, &job->address, &job->eai_error)) return false;
  if (job->eai_error == 0) return try_addresses(job);
  job->error = errno_of_eai(job->eai_error);
  return true;
}

static bool look_at_socket(struct px_job *job) {
  int error = ETIMEDOUT;
  socklen_t length = sizeof error;
  if (job->ready) getsockopt(job->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error == 0) return true;
  job->error = error;
  job->address = job->address->ai_next;
  return try_addresses(job);
}

static bool advance(struct px_job *job) {
  if (atomic_load(&job->cancelled)) {
    drop_socket(job);
    job->error = ECANCELED;
    return true;
  }
  bool due = job->due_ns != 0 && now_ns() >= job->due_ns;
  if (job->path.sun_family == AF_UNIX) return job->fd < 0 || due ? try_path(job) : false;
  if (job->address == NULL) return look_at_name(job);
  return job->ready || due ? look_at_socket(job) : false;
}

/* ---- all jobs ---- */

static void finish(struct px_connector *connector, struct px_job *job) {
  if (job->resolution != NULL) px_resolution_release(job->resolution);
  job->resolution = NULL;
  job->address = NULL;
  pthread_mutex_lock(&connector->lock);
  job->next = connector->finished;
  connector->finished = job;
  atomic_store(&connector->any_finished, true);
  pthread_mutex_unlock(&connector->lock);
  write_one(connector->host_wake_fd);
}

static void discard(struct px_job *job) {
  while (job != NULL) {
    struct px_job *next = job->next;
    drop_socket(job);
    if (job->resolution != NULL) px_resolution_release(job->resolution);
    free(job);
    job = next;
  }
}

/* New jobs join the active ones; a name begins to be looked up. */
static void take_fresh(struct px_connector *connector, struct px_job **active) {
  pthread_mutex_lock(&connector->lock);
  struct px_job *job = connector->fresh;
  connector->fresh = NULL;
  pthread_mutex_unlock(&connector->lock);
  while (job != NULL) {
    struct px_job *next = job->next;
    bool named = job->path.sun_family != AF_UNIX;
    if (named) job->resolution = px_resolve(job->host, job->port, connector->wake_fd);
    if (named && job->resolution == NULL) {
      job->error = ENOMEM;
      finish(connector, job);
    } else {
      job->next = *active;
      *active = job;
    }
    job = next;
  }
}

static int timeout_ms(const struct px_job *active) {
  uint64_t due = 0;
  for (const struct px_job *job = active; job != NULL; job = job->next)
    if (job->due_ns != 0 && (due == 0 || job->due_ns < due)) due = job->due_ns;
  if (due == 0) return -1;
  uint64_t now = now_ns();
  return due <= now ? 0 : (int)((due - now + 999999) / 1000000);
}

/* The sockets of the active jobs behind the wake_fd. Where there is no memory for all, those that fit:
 * the others get their turn as these end. */
static nfds_t collect(const struct px_connector *connector, const struct px_job *active,
                      struct pollfd **fds, nfds_t *room) {
  nfds_t count = 1;
  for (const struct px_job *job = active; job != NULL; job = job->next) count++;
  if (count > *room) {
    struct pollfd *grown = realloc(*fds, count * 2 * sizeof **fds);
    if (grown != NULL) {
      *fds = grown;
      *room = count * 2;
    }
  }
  nfds_t n = 0;
  if (*room > 0) (*fds)[n++] = (struct pollfd){.fd = connector->wake_fd, .events = POLLIN};
  for (const struct px_job *job = active; job != NULL && n < *room; job = job->next)
    (*fds)[n++] = (struct pollfd){.fd = job->address == NULL ? -1 : job->fd, .events = POLLOUT};
  return n;
}

static void *run(void *data) {
  struct px_connector *connector = data;
  struct px_job *active = NULL;
  struct pollfd *fds = NULL;
  nfds_t room = 0;
  while (!atomic_load(&connector->closing)) {
    take_fresh(connector, &active);
    for (struct px_job **at = &active; *at != NULL;) {
      struct px_job *job = *at;
      if (!advance(job)) {
        at = &job->next;
        continue;
      }
      *at = job->next;
      finish(connector, job);
    }
    nfds_t n = collect(connector, active, &fds, &room);
    poll(fds, n, n < 2 && active != NULL ? 10 : timeout_ms(active));
    uint64_t count;
    ssize_t ignored = read(connector->wake_fd, &count, sizeof count);
    (void)ignored;
    nfds_t i = 1;
    for (struct px_job *job = active; job != NULL; job = job->next, i++)
      job->ready = i < n && fds[i].revents != 0;
  }
  discard(active);
  free(fds);
  return NULL;
}

/* ---- the host's side ---- */

static void destroy(struct px_connector *connector) {
  if (connector->wake_fd >= 0) close(connector->wake_fd);
  pthread_mutex_destroy(&connector->lock);
  free(connector->jobs);
  free(connector);
}

struct px_connector *px_connector_start(int host_wake_fd) {
  struct px_connector *connector = calloc(1, sizeof *connector);
  if (connector == NULL) return NULL;
  pthread_mutex_init(&connector->lock, NULL);
  connector->host_wake_fd = host_wake_fd;
  connector->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  sigset_t all, old; /* signals are for the threads of the program */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  bool started = connector->wake_fd >= 0 &&
                 pthread_create(&connector->thread, NULL, run, connector) == 0;
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (started) return connector;
  destroy(connector);
  return NULL;
}

void px_connector_end(struct px_connector *connector) {
  atomic_store(&connector->closing, true);
  write_one(connector->wake_fd);
  pthread_join(connector->thread, NULL);
  discard(connector->fresh);
  discard(connector->finished);
  destroy(connector);
}

void px_connector_give(struct px_connector *connector, struct px_job *job) {
  pthread_mutex_lock(&connector->lock);
  job->next = connector->fresh;
  connector->fresh = job;
  pthread_mutex_unlock(&connector->lock);
  write_one(connector->wake_fd);
}

struct px_job *px_connector_take(struct px_connector *connector) {
  if (!atomic_load(&connector->any_finished)) return NULL;
  pthread_mutex_lock(&connector->lock);
  struct px_job *jobs = connector->finished;
  connector->finished = NULL;
  atomic_store(&connector->any_finished, false);
  pthread_mutex_unlock(&connector->lock);
  return jobs;
}

void px_connector_wake(struct px_connector *connector) { write_one(connector->wake_fd); }
