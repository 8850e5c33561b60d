/* SPDX-License-Identifier: MIT
 * One random call of a native import (its arguments: arguments.c), and what must hold
 * of every answer, of the counters behind --stats, and of a guest that sleeps. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../host/native/connect.h"
#include "../../host/native/wasi_files.h"
#include "arguments.h"

/* ---- poll_oneoff ---- */

static void put_subscription(struct world *w, uint8_t *record) {
  if (!once_in(w, 20)) memset(record, 0, ABI_SUBSCRIPTION_SIZE);
  record[ABI_SUB_TAG] = once_in(w, 200) ? (uint8_t)any32(w) : (uint8_t)(1 + below(w, 2));
  px_put_uint64_t(record + ABI_SUB_USERDATA, below(w, 6));
  if (record[ABI_SUB_TAG] == ABI_CLOCK || once_in(w, 12)) {
    bool sleeps = once_in(w, 12);
    record[ABI_SUB_TAG] = ABI_CLOCK;
    px_put_uint32_t(record + ABI_SUB_CLOCK_ID, once_in(w, 20) ? border32(w) : below(w, 4));
    px_put_uint64_t(record + ABI_SUB_TIMEOUT, sleeps ? below(w, 100000) : once_in(w, 50) ? any64(w) : 0);
    px_put_uint16_t(record + ABI_SUB_CLOCK_FLAGS, (uint16_t)below(w, once_in(w, 300) ? 65536 : 2));
    return;
  }
  px_put_uint32_t(record + ABI_SUB_FD, a_fd(w));
  if (!once_in(w, 3)) return;
  px_put_uint64_t(record + ABI_SUB_HINT, ABI_HINT_NO_COUNT);
  px_put_uint32_t(record + ABI_SUB_EDITION, below(w, 5));
  px_put_uint32_t(record + ABI_SUB_EDIT_FROM, below(w, 20));
  px_put_uint32_t(record + ABI_SUB_EDIT_TO, once_in(w, 5) ? border32(w) : below(w, 20));
}

/* Mostly the array of the last call with a few changes, as real guests have it. */
static uint32_t some_subscriptions(struct world *w) {
  static _Thread_local uint32_t count = 1;
  uint8_t *records = w->memory.data + SUBS;
  bool anew = once_in(w, 4);
  if (anew) count = once_in(w, 10) ? 1 + below(w, SUBS_MAX) : 1 + below(w, 12);
  for (uint32_t i = 0; i < count; i++)
    if (anew || once_in(w, count)) put_subscription(w, records + i * ABI_SUBSCRIPTION_SIZE);
  /* A clock that is due ends almost every call. */
  if (once_in(w, 300)) return count;
  uint8_t *clock = records + (count - 1) * ABI_SUBSCRIPTION_SIZE;
  memset(clock, 0, ABI_SUBSCRIPTION_SIZE);
  px_put_uint32_t(clock + ABI_SUB_CLOCK_ID, ABI_CLOCK_MONOTONIC);
  return count;
}

/* The guest slept until it was stopped: nothing that it waits for may be there. */
static void check_sleep(struct world *w) {
  if (w->edge) return;
  for (uint32_t slot = w->host.subs.first; slot < w->host.subs.end; slot++) {
    const uint8_t *record = px_subscription(&w->host.subs, slot);
    uint32_t fd = px_get_uint32_t(record + ABI_SUB_FD);
    if (record[ABI_SUB_TAG] == ABI_CLOCK) continue;
    const struct px_entry *entry = px_fd_table_get(&w->host.table, fd);
    if (entry == NULL) fail(w, "a guest that waits for fd %u, which is not open, was not woken", fd);
    if (entry->host_fd < 0) continue;
    short events = record[ABI_SUB_TAG] == ABI_FD_READ ? POLLIN : POLLOUT;
    struct pollfd look = {.fd = entry->host_fd, .events = events};
    if (poll(&look, 1, 0) != 1) continue;
    /* select(2) has no set for the hangup of what is waited on to write alone: RATIONALE.md. */
    if (strcmp(w->ops->name, "select") == 0 && events == POLLOUT && look.revents == POLLHUP) continue;
    fail(w, "a guest that waits for fd %u (host %d, kind %d, tag %d) was not woken: it has %x", fd,
           entry->host_fd, entry->kind, record[ABI_SUB_TAG], look.revents);
  }
}

static int call_poll_oneoff(struct world *w) {
  uint32_t subs = SUBS, count = some_subscriptions(w), events = EVENTS;
  uint32_t nevents = a_result(w, 4);
  if (once_in(w, 12)) subs = a_pointer(w, SUBS, count * ABI_SUBSCRIPTION_SIZE);
  if (once_in(w, 12)) events = a_pointer(w, EVENTS, count * ABI_EVENT_SIZE);
  if (once_in(w, 30)) count = once_in(w, 2) ? border32(w) : any32(w);
  /* What lies elsewhere may be anything, also subscriptions that never end: the companion ends those. */
  uint64_t before = w->host.counters.events;
  int status = px_poll_begin(&w->host, w->memory, subs, events, count, nevents);
  if (status == WASI_SUCCESS) {
    status = px_poll_wait(&w->host);
    if (status == PX_STOPPED) check_sleep(w);
  }
  if (status == WASI_SUCCESS) status = px_poll_finish(&w->host, w->memory, events, nevents);
  if (status != WASI_SUCCESS) return status;
  uint32_t written = get32(w, nevents);
  bool overlap = nevents + 4 > events && nevents < events + count * ABI_EVENT_SIZE;
  if (!overlap && (written == 0 || written > count)) fail(w, "%u events of %u subscriptions", written, count);
  if (!overlap && w->host.counters.events - before != written) fail(w, "the events are miscounted");
  return status;
}

/* ---- the others ---- */

static int moved(struct world *w, int status, uint64_t before, uint64_t now, uint32_t count_at,
                 bool counts) {
  /* The data may have been read over its own count. */
  uint32_t count = get32(w, count_at);
  uint64_t expected = status == WASI_SUCCESS && counts ? count : 0;
  bool apart = count_at >= RESULT && count_at < RESULT + 64;
  if (apart && now - before != expected)
    fail(w, "%llu bytes counted, %llu told", (unsigned long long)(now - before),
         (unsigned long long)expected);
  return status;
}

static bool is_stream(struct world *w, uint32_t fd) {
  const struct px_entry *entry = px_fd_table_get(&w->host.table, fd);
  return entry != NULL && entry->kind == PX_STREAM;
}

static int call_fd_read(struct world *w) {
  uint32_t fd = a_fd_of(w, READABLE), count = a_result(w, 4);
  struct buffers b = some_buffers(w);
  bool stream = is_stream(w, fd);
  uint64_t before = w->host.counters.bytes_read;
  int status = px_fd_read(&w->host, w->memory, fd, b.at, b.count, count);
  return moved(w, status, before, w->host.counters.bytes_read, count, stream);
}

static int call_fd_write(struct world *w) {
  uint32_t fd = a_fd_of(w, READABLE), count = a_result(w, 4);
  struct buffers b = some_buffers(w);
  bool stream = is_stream(w, fd);
  /* Records for /dev/poll, now and then whole ones. */
  if (once_in(w, 3)) {
    b = (struct buffers){.at = IOVS, .count = 1};
    uint32_t records = 1 + below(w, 4);
    for (uint32_t i = 0; i < records; i++) {
      uint8_t *record = w->memory.data + DATA + i * ABI_SUBSCRIPTION_SIZE;
      put_subscription(w, record);
      if (once_in(w, 3)) memcpy(record + ABI_SUB_REMOVE, "remove", 6);
    }
    put32(w, IOVS, DATA);
    put32(w, IOVS + 4, records * ABI_SUBSCRIPTION_SIZE);
  }
  uint64_t before = w->host.counters.bytes_written;
  int status = px_fd_write(&w->host, w->memory, fd, b.at, b.count, count);
  return moved(w, status, before, w->host.counters.bytes_written, count, stream);
}

static int call_sock_recv(struct world *w) {
  uint32_t fd = a_fd_of(w, STREAMS), count = a_result(w, 4), flags = once_in(w, 20) ? any32(w) : below(w, 4);
  struct buffers b = some_buffers(w);
  uint64_t before = w->host.counters.bytes_read;
  int status = px_sock_recv(&w->host, w->memory, fd, b.at, b.count, flags, count,
                            a_pointer(w, RESULT + 128, 2));
  return moved(w, status, before, w->host.counters.bytes_read, count, (flags & ABI_RI_PEEK) == 0);
}

static int call_sock_send(struct world *w) {
  uint32_t fd = a_fd_of(w, STREAMS), count = a_result(w, 4);
  struct buffers b = some_buffers(w);
  uint64_t before = w->host.counters.bytes_written;
  int status = px_sock_send(&w->host, w->memory, fd, b.at, b.count, once_in(w, 10) ? any32(w) : 0, count);
  return moved(w, status, before, w->host.counters.bytes_written, count, true);
}

static int call_sock_accept(struct world *w) {
  uint64_t before = w->host.counters.accepts;
  int status = px_sock_accept(&w->host, w->memory, a_fd_of(w, LISTENERS), some_fdflags(w), a_result(w, 4));
  if (w->host.counters.accepts - before != (status == WASI_SUCCESS)) fail(w, "accepts are miscounted");
  return status;
}

/* As imports.c: a descriptor of the base is dropped once the base has closed it. */
static int call_fd_close(struct world *w) {
  uint32_t fd = a_fd(w);
  int status = px_fd_close(&w->host, fd);
  if (status == PX_DELEGATE) px_host_drop(&w->host, fd);
  return status;
}

static int call_fd_renumber(struct world *w) {
  int replaced;
  return px_fd_renumber(&w->host, a_fd(w), a_fd(w), &replaced);
}

static int call_fd_fdstat_set_rights(struct world *w) {
  uint32_t fd = a_fd(w);
  const struct px_entry *entry = px_fd_table_get(&w->host.table, fd);
  uint64_t had = entry == NULL || once_in(w, 3) ? UINT64_MAX : entry->rights;
  uint64_t inherited = entry == NULL || once_in(w, 3) ? UINT64_MAX : entry->rights_inheriting;
  if (once_in(w, 3)) had &= any64(w);
  return px_fd_fdstat_set_rights(&w->host, fd, had, inherited);
}

static int call_poll_set_open(struct world *w) {
  int fd = px_poll_set_open(&w->host, (uint16_t)some_fdflags(w));
  return fd < 0 ? px_wasi_errno(fd) : WASI_SUCCESS;
}

static int call_connect(struct world *w) {
  int status = WASI_SUCCESS;
  uint32_t at = w->port_count == 0 ? 0 : below(w, (uint32_t)w->port_count);
  bool path = w->paths[at][0] != '\0';
  struct px_target target = {.host = "127.0.0.1", .port = w->ports[at],
                             .path = path ? w->paths[at] : NULL};
  if (once_in(w, 8)) target = (struct px_target){.path = "/nowhere/at/all"};
  if (once_in(w, 8)) target = (struct px_target){.host = "127.0.0.1", .port = 1};
  if (once_in(w, 8)) target = (struct px_target){.host = "localhost", .port = w->ports[at]};
  px_connect(&w->host, &target, some_fdflags(w), some_rights(w), &status);
  return status;
}

#define H &w->host
#define M w->memory
#define FD a_fd(w)
#define A_FILE a_fd_of(w, FILES)
#define A_DIR a_fd_of(w, DIRECTORIES)
#define U32 (once_in(w, 2) ? border32(w) : below(w, 6))
#define U64 any64(w)
#define CALL(name, ...) \
  static int call_##name(struct world *w) { return px_##name(__VA_ARGS__); }
/* Buffers and paths are an address and a number alike. */
#define PATH_CALL(name, from, ...)           \
  static int call_##name(struct world *w) {  \
    struct buffers p = from(w);              \
    return px_##name(__VA_ARGS__);           \
  }
#define TWO_PATHS_CALL(name, ...)                        \
  static int call_##name(struct world *w) {              \
    struct buffers p = a_path(w), q = a_path(w);         \
    return px_##name(__VA_ARGS__);                       \
  }

CALL(clock_res_get, H, M, U32, a_result(w, 8))
CALL(clock_time_get, H, M, U32, U64, a_result(w, 8))
CALL(fd_advise, H, A_FILE, U64, U64, U32)
CALL(fd_allocate, H, A_FILE, U64, U64)
CALL(fd_datasync, H, A_FILE)
CALL(fd_fdstat_get, H, M, FD, a_result(w, 24))
CALL(fd_fdstat_set_flags, H, FD, some_fdflags(w))
CALL(fd_filestat_get, H, M, FD, a_result(w, 64))
CALL(fd_filestat_set_size, H, A_FILE, U64)
CALL(fd_filestat_set_times, H, A_FILE, U64, U64, U32)
CALL(fd_prestat_get, H, M, A_FILE, a_result(w, 8))
CALL(fd_prestat_dir_name, H, M, A_FILE, a_result(w, 8), a_length(w))
CALL(fd_readdir, H, M, A_DIR, a_pointer(w, DATA, 500), a_length(w), U64, a_result(w, 4))
CALL(fd_seek, H, M, A_FILE, U64, U32, a_result(w, 8))
CALL(fd_sync, H, A_FILE)
CALL(fd_tell, H, M, A_FILE, a_result(w, 8))
CALL(sock_shutdown, H, a_fd_of(w, STREAMS), once_in(w, 5) ? any32(w) : below(w, 4))
PATH_CALL(fd_pread, some_buffers, H, M, A_FILE, p.at, p.count, U64, a_result(w, 4))
PATH_CALL(fd_pwrite, some_buffers, H, M, A_FILE, p.at, p.count, U64, a_result(w, 4))
PATH_CALL(path_create_directory, a_path, H, M, A_DIR, p.at, p.count)
PATH_CALL(path_filestat_get, a_path, H, M, A_DIR, U32, p.at, p.count, a_result(w, 64))
PATH_CALL(path_filestat_set_times, a_path, H, M, A_DIR, U32, p.at, p.count, U64, U64, U32)
PATH_CALL(path_open, a_path, H, M, A_DIR, U32, p.at, p.count, once_in(w, 3) ? U32 : 1, some_rights(w),
          some_rights(w), some_fdflags(w), a_result(w, 4))
PATH_CALL(path_readlink, a_path, H, M, A_DIR, p.at, p.count, a_pointer(w, DATA, 100), a_length(w),
          a_result(w, 4))
PATH_CALL(path_remove_directory, a_path, H, M, A_DIR, p.at, p.count)
PATH_CALL(path_unlink_file, a_path, H, M, A_DIR, p.at, p.count)
TWO_PATHS_CALL(path_link, H, M, A_DIR, U32, p.at, p.count, A_DIR, q.at, q.count)
TWO_PATHS_CALL(path_rename, H, M, A_DIR, p.at, p.count, A_DIR, q.at, q.count)
TWO_PATHS_CALL(path_symlink, H, M, p.at, p.count, A_DIR, q.at, q.count)

static const struct {
  const char *name;
  uint32_t weight;
  int (*call)(struct world *w);
} imports[] = {
#define IMPORT(name, weight) {#name, weight, call_##name}
    IMPORT(poll_oneoff, 40),   IMPORT(fd_read, 20),        IMPORT(fd_write, 20),
    IMPORT(sock_recv, 10),     IMPORT(sock_send, 10),      IMPORT(sock_accept, 20),
    IMPORT(fd_close, 4),       IMPORT(fd_renumber, 2),     IMPORT(sock_shutdown, 2),
    IMPORT(poll_set_open, 1),  IMPORT(connect, 2),         IMPORT(fd_fdstat_get, 2),
    IMPORT(fd_fdstat_set_flags, 2), IMPORT(fd_fdstat_set_rights, 1), IMPORT(clock_res_get, 1),
    IMPORT(clock_time_get, 1), IMPORT(fd_advise, 1),       IMPORT(fd_allocate, 1),
    IMPORT(fd_datasync, 1),    IMPORT(fd_filestat_get, 1), IMPORT(fd_filestat_set_size, 1),
    IMPORT(fd_filestat_set_times, 1), IMPORT(fd_pread, 1), IMPORT(fd_pwrite, 1),
    IMPORT(fd_prestat_get, 1), IMPORT(fd_prestat_dir_name, 1), IMPORT(fd_readdir, 1),
    IMPORT(fd_seek, 1),        IMPORT(fd_sync, 1),         IMPORT(fd_tell, 1),
    IMPORT(path_create_directory, 1), IMPORT(path_filestat_get, 1), IMPORT(path_link, 1),
    IMPORT(path_filestat_set_times, 1), IMPORT(path_open, 6), IMPORT(path_readlink, 1),
    IMPORT(path_remove_directory, 1), IMPORT(path_rename, 1), IMPORT(path_symlink, 1),
    IMPORT(path_unlink_file, 1),
};
enum { IMPORTS = sizeof imports / sizeof imports[0] };

/* How often each answered what, over all threads; the two below zero are at the end. */
static _Atomic uint64_t answers[IMPORTS][79];

void print_answers(void) {
  for (int i = 0; i < IMPORTS; i++) {
    printf("%s", imports[i].name);
    for (int status = 0; status < 79; status++)
      if (answers[i][status] > 0)
        printf(" %d:%llu", status > 76 ? 76 - status : status, (unsigned long long)answers[i][status]);
    printf("\n");
  }
}

static int call(struct world *w, uint32_t i) {
  char *line = w->last[++w->calls % LAST_CALLS];
  snprintf(line, sizeof w->last[0], "%llu %s", (unsigned long long)w->calls, imports[i].name);
  if (w->trace) fprintf(stderr, "%s\n", line);
  atomic_fetch_add(&w->call_number, 1);
  atomic_store(&w->in_call, true);
  int status = imports[i].call(w);
  atomic_store(&w->in_call, false);
  size_t end = strlen(line);
  snprintf(line + end, sizeof w->last[0] - end, " = %d", status);
  if (status < PX_DELEGATE || status > 76) fail(w, "%s answered %d", imports[i].name, status);
  answers[i][status < 0 ? 76 - status : status]++;
  return status;
}

void call_all_closed(struct world *w) {
  for (uint32_t i = 0; i < IMPORTS; i++)
    if (call(w, i) == PX_DELEGATE) fail(w, "%s of a closed host asks the base", imports[i].name);
}

bool call_any(struct world *w) {
  static _Thread_local uint32_t all;
  if (all == 0)
    for (int i = 0; i < IMPORTS; i++) all += imports[i].weight;
  uint32_t at = below(w, all), i = 0;
  while (at >= imports[i].weight) at -= imports[i++].weight;
  return call(w, i) != PX_STOPPED;
}
