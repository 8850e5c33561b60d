/* SPDX-License-Identifier: MIT
 * Scenarios of files and paths, under the sanitizers: paths at every length that the walk's buffers
 * know, records at the very end of memory, descriptors that are closed again. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../host/native/file.h"
#include "../../../host/native/wasi_files.h"
#include "harness.h"

enum { PATH = 200000, PATH_2 = 210000 };

/* A new directory that the guest gets; `root` is its path on the host. */
static uint32_t grant(struct test *t, char root[64]) {
  strcpy(root, "/tmp/pollux-native-XXXXXX");
  CHECK(mkdtemp(root) != NULL);
  int fd = px_host_add_directory(&t->host, root, "/data");
  CHECK(fd >= 0);
  return (uint32_t)fd;
}

static void discard(struct test *t, uint32_t fd, const char *root) {
  CHECK(px_fd_close(&t->host, fd) == WASI_SUCCESS);
  CHECK(rmdir(root) == 0);
}

static uint32_t put_path(struct test *t, uint32_t at, const char *path) {
  memcpy(t->bytes + at, path, strlen(path));
  return (uint32_t)strlen(path);
}

/* path_open of a path at PATH; the fd, or the errno below zero. */
static int open_at(struct test *t, uint32_t dir, uint32_t length, uint32_t oflags, uint64_t rights) {
  int status = px_path_open(&t->host, t->memory, dir, ABI_LOOKUP_SYMLINK_FOLLOW, PATH, length, oflags,
                            rights, rights, 0, RESULT);
  return status == WASI_SUCCESS ? (int)px_get_uint32_t(t->bytes + RESULT) : -status;
}

static int open_path(struct test *t, uint32_t dir, const char *path, uint32_t oflags) {
  return open_at(t, dir, put_path(t, PATH, path), oflags, ABI_RIGHT_FD_READ | ABI_RIGHT_FD_WRITE);
}

static int unlink_path(struct test *t, uint32_t dir, const char *path) {
  return px_path_unlink_file(&t->host, t->memory, dir, PATH, put_path(t, PATH, path));
}

static int symlink_path(struct test *t, const char *target, uint32_t dir, const char *path) {
  return px_path_symlink(&t->host, t->memory, PATH_2, put_path(t, PATH_2, target), dir, PATH,
                         put_path(t, PATH, path));
}

static int open_descriptors(void) {
  int count = 0;
  DIR *all = opendir("/proc/self/fd");
  while (readdir(all) != NULL) count++;
  closedir(all);
  return count;
}

static void paths_of_every_length_are_walked_or_refused(struct test *t) {
  char root[64];
  uint32_t dir = grant(t, root);
  int before = open_descriptors();
  for (uint32_t length = 1; length < 9000; length += length % 255 == 0 ? 1 : 7) {
    memset(t->bytes + PATH, 'n', length);
    int one = open_at(t, dir, length, 0, 0);
    CHECK(one == (length <= NAME_MAX ? -WASI_NOENT : -WASI_NAMETOOLONG));
    for (uint32_t i = 1; i < length; i += 2) t->bytes[PATH + i] = '/';
    int many = open_at(t, dir, length, 0, 0);
    CHECK(many == (length < PATH_MAX ? -WASI_NOENT : -WASI_NAMETOOLONG));
    memset(t->bytes + PATH, '.', length);
    for (uint32_t i = 1; i < length; i += 2) t->bytes[PATH + i] = '/';
    int dots = open_at(t, dir, length, 0, 0);
    CHECK(length < PATH_MAX ? dots >= 0 : dots == -WASI_NAMETOOLONG);
    if (dots >= 0) CHECK(px_fd_close(&t->host, (uint32_t)dots) == WASI_SUCCESS);
  }
  CHECK(open_descriptors() == before);
  discard(t, dir, root);
}

static void links_that_grow_end_as_too_long_or_as_a_loop(struct test *t) {
  char root[64], target[PATH_MAX], from[32];
  uint32_t dir = grant(t, root);
  memset(target, '.', sizeof target);
  for (size_t i = 1; i < sizeof target; i += 2) target[i] = '/';
  strcpy(target + 3000, "next");
  CHECK(symlink_path(t, target, dir, "long") == WASI_SUCCESS);
  strcpy(target + 3000, "long");
  CHECK(symlink_path(t, target, dir, "next") == WASI_SUCCESS);
  CHECK(open_path(t, dir, "long", 0) == -WASI_LOOP);
  uint32_t length = put_path(t, PATH, "long/");
  memset(t->bytes + PATH + length, 'x', 2000);
  for (uint32_t i = 0; i < 2000; i += 2) t->bytes[PATH + length + i] = '/';
  CHECK(open_at(t, dir, length + 2000, 0, 0) == -WASI_NAMETOOLONG);
  for (int i = 0; i < 64; i++) {
    sprintf(from, "l%d", i);
    sprintf(target, "l%d/..", i + 1);
    CHECK(symlink_path(t, target, dir, from) == WASI_SUCCESS);
  }
  CHECK(open_path(t, dir, "l0", 0) == -WASI_LOOP);
  CHECK(open_path(t, dir, "l63", 0) == -WASI_NOENT);
  for (int i = 0; i < 64; i++) {
    sprintf(from, "l%d", i);
    CHECK(unlink_path(t, dir, from) == WASI_SUCCESS);
  }
  CHECK(unlink_path(t, dir, "long") == WASI_SUCCESS && unlink_path(t, dir, "next") == WASI_SUCCESS);
  discard(t, dir, root);
}

static void records_at_the_end_of_memory_fit_or_fault(struct test *t) {
  char root[64];
  uint32_t dir = grant(t, root), end = MEMORY;
  struct px_host *host = &t->host;
  int fd = open_path(t, dir, "file", ABI_O_CREAT);
  CHECK(fd >= 0 && px_fd_close(host, (uint32_t)fd) == WASI_SUCCESS);
  uint32_t length = put_path(t, end - 4, "file");
  CHECK(px_path_filestat_get(host, t->memory, dir, 0, end - 4, length, end - 64 - 4) == WASI_SUCCESS);
  CHECK(px_path_filestat_get(host, t->memory, dir, 0, end - 4, length, end - 63) == WASI_FAULT);
  CHECK(px_path_filestat_get(host, t->memory, dir, 0, end - 3, length, 0) == WASI_FAULT);
  CHECK(px_path_open(host, t->memory, dir, 0, end - 4, length, 0, 0, 0, 0, end - 3) == WASI_FAULT);
  for (uint32_t room = 0; room < 120; room++) {
    CHECK(px_fd_readdir(host, t->memory, dir, end - room, room, 0, RESULT) == WASI_SUCCESS);
    CHECK(px_get_uint32_t(t->bytes + RESULT) <= room);
    CHECK(px_fd_readdir(host, t->memory, dir, end - room, room + 1, 0, RESULT) == WASI_FAULT);
  }
  CHECK(px_fd_readdir(host, t->memory, dir, end - 100, 100, UINT64_MAX, RESULT) == WASI_INVAL);
  CHECK(px_fd_prestat_get(host, t->memory, dir, end - 8) == WASI_SUCCESS);
  CHECK(px_fd_prestat_get(host, t->memory, dir, end - 7) == WASI_FAULT);
  CHECK(px_fd_prestat_dir_name(host, t->memory, dir, end - 5, 5) == WASI_SUCCESS);
  CHECK(px_fd_prestat_dir_name(host, t->memory, dir, end - 4, 5) == WASI_FAULT);
  CHECK(unlink_path(t, dir, "file") == WASI_SUCCESS);
  discard(t, dir, root);
}

static void a_host_that_closes_leaves_no_file_open(struct test *t) {
  char root[64];
  struct px_host other;
  int before = open_descriptors();
  CHECK(px_host_open(&other, t->host.ops) == 0);
  strcpy(root, "/tmp/pollux-native-XXXXXX");
  CHECK(mkdtemp(root) != NULL);
  for (int i = 0; i < 20; i++) CHECK(px_host_add_directory(&other, root, "/name") >= 0);
  CHECK(px_host_add_directory(&other, "/nothing/there", "/name") == -ENOENT);
  CHECK(px_host_add_stream(&other, 0) >= 0);
  px_host_close(&other);
  CHECK(open_descriptors() == before && fcntl(0, F_GETFD) >= 0);
  CHECK(rmdir(root) == 0);
}

struct late_write {
  const char *path;
  struct px_host *stops;
};

static void *write_late(void *argument) {
  const struct late_write *late = argument;
  int fd = open(late->path, O_WRONLY);
  usleep(2000);
  if (late->stops != NULL)
    px_host_stop(late->stops);
  else if (write(fd, "late", 4) != 4)
    abort();
  usleep(20000);
  close(fd);
  return NULL;
}

static void a_read_that_blocks_on_a_pipe_waits_and_can_be_stopped(struct test *t) {
  char root[64], path[80];
  pthread_t thread;
  uint32_t dir = grant(t, root);
  sprintf(path, "%s/pipe", root);
  CHECK(mkfifo(path, 0600) == 0);
  px_put_uint32_t(t->bytes + IOVS, DATA);
  px_put_uint32_t(t->bytes + IOVS + 4, 100);
  for (int stops = 0; stops < 2; stops++) {
    struct late_write late = {.path = path, .stops = stops ? &t->host : NULL};
    CHECK(pthread_create(&thread, NULL, write_late, &late) == 0);
    int fd = open_at(t, dir, put_path(t, PATH, "pipe"), 0, ABI_RIGHT_FD_READ);
    CHECK(fd >= 0);
    int status = px_fd_read(&t->host, t->memory, (uint32_t)fd, IOVS, 1, RESULT);
    CHECK(status == (stops ? PX_STOPPED : WASI_SUCCESS));
    if (!stops) CHECK(px_get_uint32_t(t->bytes + RESULT) == 4);
    pthread_join(thread, NULL);
    if (!stops) CHECK(px_fd_close(&t->host, (uint32_t)fd) == WASI_SUCCESS);
  }
  CHECK(unlink(path) == 0 && rmdir(root) == 0);
}

static void *read_late(void *data) {
  const struct late_write *late = data;
  char bytes[8];
  usleep(30000);
  if (late->stops != NULL) {
    px_host_stop(late->stops);
    return NULL;
  }
  int fd = open(late->path, O_RDONLY);
  while (read(fd, bytes, sizeof bytes) > 0) continue;
  close(fd);
  return NULL;
}

static void an_open_that_waits_for_a_reader_can_be_stopped(struct test *t) {
  char root[64], path[80];
  pthread_t thread;
  uint32_t dir = grant(t, root);
  sprintf(path, "%s/pipe", root);
  CHECK(mkfifo(path, 0600) == 0);
  for (int stops = 0; stops < 2; stops++) {
    struct late_write late = {.path = path, .stops = stops ? &t->host : NULL};
    CHECK(pthread_create(&thread, NULL, read_late, &late) == 0);
    uint32_t length = put_path(t, PATH, "pipe");
    int status = px_path_open(&t->host, t->memory, dir, 0, PATH, length, 0, ABI_RIGHT_FD_WRITE, 0, 0,
                              RESULT);
    CHECK(status == (stops ? PX_STOPPED : WASI_SUCCESS));
    if (!stops) CHECK(px_fd_close(&t->host, px_get_uint32_t(t->bytes + RESULT)) == WASI_SUCCESS);
    pthread_join(thread, NULL);
  }
  CHECK(unlink(path) == 0 && rmdir(root) == 0);
}

static void *drain_late(void *data) {
  const struct late_write *late = data;
  static char bytes[1000];
  usleep(20000);
  if (late->stops != NULL) {
    px_host_stop(late->stops);
    return NULL;
  }
  int fd = open(late->path, O_RDONLY);
  uint8_t at = 0;
  for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;)
    for (ssize_t i = 0; i < n; i++)
      if ((uint8_t)bytes[i] != at++) abort(); /* not as it was written */
  close(fd);
  return NULL;
}

/* Standard output that nobody reads: the kernel would keep the guest for as long. */
static void a_write_to_a_full_stream_of_the_process_waits_and_can_be_stopped(struct test *t) {
  enum { SIZE = 200000 };
  char root[64], path[80];
  pthread_t thread;
  grant(t, root);
  sprintf(path, "%s/pipe", root);
  CHECK(mkfifo(path, 0600) == 0);
  /* Empty buffers between others, and one that is larger than any pipe. */
  const uint32_t lengths[] = {0, 10, 0, 0, SIZE - 11, 1, 0};
  for (uint32_t i = 0, at = DATA; i < 7; at += lengths[i++]) {
    px_put_uint32_t(t->bytes + IOVS + i * 8, at);
    px_put_uint32_t(t->bytes + IOVS + i * 8 + 4, lengths[i]);
  }
  for (uint32_t i = 0; i < SIZE; i++) t->bytes[DATA + i] = (uint8_t)i;
  for (int stops = 0; stops < 2; stops++) {
    int keeps = open(path, O_RDWR | O_CLOEXEC), out = open(path, O_WRONLY | O_CLOEXEC);
    int fd = px_host_add_stream(&t->host, out);
    struct late_write late = {.path = path, .stops = stops ? &t->host : NULL};
    CHECK(fd >= 0 && pthread_create(&thread, NULL, drain_late, &late) == 0);
    int status = px_fd_write(&t->host, t->memory, (uint32_t)fd, IOVS, 7, RESULT);
    CHECK(status == (stops ? PX_STOPPED : WASI_SUCCESS));
    if (!stops) CHECK(px_get_uint32_t(t->bytes + RESULT) == SIZE);
    px_host_drop(&t->host, (uint32_t)fd);
    close(out);
    close(keeps);
    pthread_join(thread, NULL);
  }
  CHECK(unlink(path) == 0 && rmdir(root) == 0);
}

const struct scenario file_scenarios[] = {
#define S(name) {#name, name}
    S(paths_of_every_length_are_walked_or_refused),
    S(links_that_grow_end_as_too_long_or_as_a_loop),
    S(records_at_the_end_of_memory_fit_or_fault),
    S(a_host_that_closes_leaves_no_file_open),
    S(a_read_that_blocks_on_a_pipe_waits_and_can_be_stopped),
    S(an_open_that_waits_for_a_reader_can_be_stopped),
    S(a_write_to_a_full_stream_of_the_process_waits_and_can_be_stopped),
    {NULL, NULL},
};
