/* SPDX-License-Identifier: MIT
 * See connect.h. */
#define _GNU_SOURCE
#include "connect.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connector.h"

enum { FIRST_JOBS = 16 };

static bool is_connecting(const struct px_entry *entry) {
  return entry->host_fd == PX_NEVER_READY;
}

static void fail(struct px_entry *entry, int error) {
  entry->host_fd = PX_ALWAYS_READY;
  entry->base_fd = px_wasi_errno(error);
}

/* ---- jobs of the connector ---- */

/* The number of a new job; -1: no memory, no thread. */
static int add_job(struct px_host *host, struct px_job *job) {
  if (host->connector == NULL) host->connector = px_connector_start(host->wake_write_fd);
  struct px_connector *connector = host->connector;
  if (connector == NULL) return -1;
  uint32_t number = 0;
  while (number < connector->room && connector->jobs[number] != NULL) number++;
  if (number == connector->room) {
    uint32_t room = connector->room == 0 ? FIRST_JOBS : connector->room * 2;
    struct px_job **jobs = realloc(connector->jobs, room * sizeof *jobs);
    if (jobs == NULL) return -1;
    memset(jobs + connector->room, 0, (room - connector->room) * sizeof *jobs);
    connector->jobs = jobs;
    connector->room = room;
  }
  connector->jobs[number] = job;
  return (int)number;
}

void px_connect_cancel(struct px_host *host, const struct px_entry *entry) {
  if (!is_connecting(entry)) return;
  struct px_job **job = &host->connector->jobs[entry->base_fd];
  (*job)->guest_fd = PX_NONE;
  atomic_store(&(*job)->cancelled, true);
  *job = NULL;
  px_connector_wake(host->connector);
}

void px_connect_moved(struct px_host *host, const struct px_entry *entry, uint32_t to) {
  if (is_connecting(entry)) host->connector->jobs[entry->base_fd]->guest_fd = to;
}

static void warn_of_name(struct px_host *host, const struct px_job *job) {
  if (job->eai_error == 0 || host->connector->warned || host->warn == NULL) return;
  host->connector->warned = true;
  char message[512];
  snprintf(message, sizeof message,
           "cannot resolve '%s', to which the guest wants to connect: %s; it gets EHOSTUNREACH. "
           "This is said once.",
           job->host, gai_strerror(job->eai_error));
  host->warn(host->warn_context, message);
}

static void give_socket(struct px_host *host, const struct px_job *job) {
  struct px_entry *entry = px_fd_table_get(&host->table, job->guest_fd);
  uint32_t key = px_poller_key(&host->poller, job->guest_fd);
  host->connector->jobs[entry->base_fd] = NULL;
  if (job->fd < 0) {
    fail(entry, job->error);
    warn_of_name(host, job);
  } else if (px_host_beyond_limit(host, job->fd)) {
    fail(entry, EMFILE);
  } else if (px_host_adopt(host, job->fd, false) < 0) {
    close(job->fd);
    fail(entry, ENOMEM);
  } else {
    entry->host_fd = job->fd;
    entry->base_fd = -1;
  }
  if (key != 0 && px_interest(&host->poller.watches[key]) != 0) px_poller_touch(&host->poller, key);
}

void px_connects_take(struct px_host *host) {
  struct px_job *job = px_connector_take(host->connector);
  while (job != NULL) {
    struct px_job *next = job->next;
    if (job->guest_fd != PX_NONE)
      give_socket(host, job);
    else if (job->fd >= 0)
      close(job->fd);
    free(job);
    job = next;
  }
}

void px_connector_close(struct px_host *host) {
  if (host->connector != NULL) px_connector_end(host->connector);
  host->connector = NULL;
}

/* ---- the call ---- */

static int add_entry(struct px_host *host, uint32_t fdflags, uint64_t rights, int host_fd,
                     int base_fd) {
  /* To read and to write are for whoever asks; the rest comes with a connection. */
  uint64_t asked = rights | ~(ABI_RIGHT_FD_READ | ABI_RIGHT_FD_WRITE);
  return px_host_add(host, (struct px_entry){
                               .kind = PX_STREAM,
                               .host_fd = host_fd,
                               .base_fd = base_fd,
                               .flags = (uint16_t)(fdflags & ABI_FDFLAGS_NONBLOCK),
                               .rights = PX_STREAM_RIGHTS & asked,
                           });
}

/* Leaves it to the connector. Guest fd or -errno. */
static int connect_later(struct px_host *host, const struct px_target *target,
                         const struct sockaddr_un *path, socklen_t path_length, uint32_t fdflags,
                         uint64_t rights) {
  struct px_job *job = calloc(1, sizeof *job);
  int number = job == NULL ? -1 : add_job(host, job);
  if (number < 0) {
    free(job);
    return -ENOMEM;
  }
  int guest_fd = add_entry(host, fdflags, rights, PX_NEVER_READY, number);
  if (guest_fd < 0) {
    host->connector->jobs[number] = NULL;
    free(job);
    return guest_fd;
  }
  job->guest_fd = (uint32_t)guest_fd;
  job->fd = -1;
  job->port = target->port;
  if (target->host != NULL) snprintf(job->host, sizeof job->host, "%s", target->host);
  if (path != NULL) job->path = *path;
  job->path_length = path_length;
  px_connector_give(host->connector, job);
  return guest_fd;
}

/* Begins to connect on this thread. A socket, with `*error` EINPROGRESS or 0; or -1 with the errno, of
 * connect where `*failed_to_connect`. */
static int connect_now(struct px_host *host, const struct sockaddr *address, socklen_t length,
                       int *error, bool *failed_to_connect) {
  int on = 1;
  *failed_to_connect = false;
  PX_COUNT(&host->counters, socket);
  int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  *error = fd < 0 ? errno : px_host_beyond_limit(host, fd) ? EMFILE : 0;
  if (*error != 0) return -1;
  if (address->sa_family != AF_UNIX) {
    PX_COUNT(&host->counters, setsockopt);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  PX_COUNT(&host->counters, connect);
  *error = connect(fd, address, length) == 0 ? 0 : errno;
  if (*error == 0 || *error == EINPROGRESS) return fd;
  *failed_to_connect = true;
  close(fd);
  return -1;
}

/* Guest fd or -errno. */
static int connect_address(struct px_host *host, const struct px_target *target,
                           const struct sockaddr *address, socklen_t length, uint32_t fdflags,
                           uint64_t rights) {
  int error;
  bool failed_to_connect;
  int fd = connect_now(host, address, length, &error, &failed_to_connect);
  if (fd < 0 && !failed_to_connect) return -error;
  if (error == EAGAIN && address->sa_family == AF_UNIX) /* its queue is full */
    return connect_later(host, target, (const struct sockaddr_un *)(const void *)address, length,
                         fdflags, rights);
  int guest_fd = add_entry(host, fdflags, rights, fd < 0 ? PX_ALWAYS_READY : fd,
                           fd < 0 ? px_wasi_errno(error) : -1);
  if (guest_fd < 0 && fd >= 0) px_host_close_socket(host, fd);
  return guest_fd;
}

/* Guest fd or -errno. */
static int connect_path(struct px_host *host, const struct px_target *target, uint32_t fdflags,
                        uint64_t rights) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  size_t size = strlen(target->path);
  bool abstract = target->path[0] == '@';
  if (size >= sizeof name.sun_path) return -ENAMETOOLONG;
  memcpy(name.sun_path, target->path, size);
  if (abstract) name.sun_path[0] = '\0';
  socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (abstract ? 0 : 1));
  return connect_address(host, target, (const struct sockaddr *)&name, length, fdflags, rights);
}

/* Guest fd or -errno. */
static int begin(struct px_host *host, const struct px_target *target, uint32_t fdflags,
                 uint64_t rights) {
  if (target->path != NULL) return connect_path(host, target, fdflags, rights);
  char service[8];
  struct addrinfo *address,
      hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
  snprintf(service, sizeof service, "%d", target->port);
  /* With AI_NUMERICHOST nobody is asked, and nothing is waited for. */
  if (getaddrinfo(target->host, service, &hints, &address) != 0)
    return connect_later(host, target, NULL, 0, fdflags, rights);
  int guest_fd =
      connect_address(host, target, address->ai_addr, address->ai_addrlen, fdflags, rights);
  freeaddrinfo(address);
  return guest_fd;
}

/* Waits until the entry has a socket, or none for ever. */
static int wait_for_socket(struct px_host *host, struct px_entry *entry) {
  px_connects_collect(host);
  while (is_connecting(entry)) {
    int status = px_host_wait_fd(host, -1, 0);
    if (status != WASI_SUCCESS) return status;
    px_connects_collect(host);
  }
  return entry->host_fd >= 0 ? WASI_SUCCESS : entry->base_fd;
}

int px_connect_await(struct px_host *host, struct px_entry *entry) {
  if (entry->flags & ABI_FDFLAGS_NONBLOCK) {
    px_connects_collect(host);
    if (is_connecting(entry)) return WASI_AGAIN;
  }
  return wait_for_socket(host, entry);
}

/* Waits for the end of a connect, as connect(2) does on a blocking socket. */
static int wait_for_connection(struct px_host *host, struct px_entry *entry) {
  int status = wait_for_socket(host, entry), error = 0;
  socklen_t length = sizeof error;
  if (status == WASI_SUCCESS) status = px_host_wait_fd(host, entry->host_fd, POLLOUT);
  if (status != WASI_SUCCESS) return status;
  PX_COUNT(&host->counters, getsockopt);
  return getsockopt(entry->host_fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0
             ? px_wasi_errno(errno)
             : px_wasi_errno(error);
}

int px_connect(struct px_host *host, const struct px_target *target, uint32_t fdflags,
               uint64_t rights, int *status) {
  *status = PX_STOPPED;
  if (px_host_stopped(host)) return -1;
  *status = WASI_BADF;
  if (host->closed) return -1;
  int guest_fd = begin(host, target, fdflags, rights);
  *status = guest_fd < 0 ? px_wasi_errno(guest_fd) : WASI_SUCCESS;
  if (guest_fd < 0) return -1;
  return fdflags & ABI_FDFLAGS_NONBLOCK ? guest_fd : px_connect_wait(host, guest_fd, status);
}

int px_connect_wait(struct px_host *host, int guest_fd, int *status) {
  struct px_entry *entry = px_fd_table_get(&host->table, (uint32_t)guest_fd);
  *status = entry == NULL || entry->kind != PX_STREAM ? WASI_BADF : wait_for_connection(host, entry);
  if (*status == WASI_SUCCESS || *status == PX_SUSPEND) return guest_fd;
  if (entry != NULL) px_host_drop(host, (uint32_t)guest_fd);
  return -1;
}
