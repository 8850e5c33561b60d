/* SPDX-License-Identifier: MIT
 * See socket_file.h. A list that only grows, so that a signal handler may walk it at any moment; places
 * in it are used again. */
#define _GNU_SOURCE
#include "socket_file.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ending.h"

struct socket_file {
  struct socket_file *next;
  _Atomic bool bound; /* the rest is valid */
  int fd;
  pid_t owner; /* a forked child must not remove what its parent made */
  dev_t device;
  ino_t inode;
  char path[PATH_MAX];
};

static struct socket_file *_Atomic first;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for whoever adds or takes away */

static void remove_file(const struct socket_file *file) {
  struct stat now;
  if (file->owner == getpid() && lstat(file->path, &now) == 0 && now.st_dev == file->device &&
      now.st_ino == file->inode && S_ISSOCK(now.st_mode))
    unlink(file->path);
}

void px_socket_files_remove(void) {
  int saved = errno;
  for (struct socket_file *file = atomic_load(&first); file != NULL; file = file->next)
    if (atomic_load(&file->bound)) remove_file(file);
  errno = saved;
}

__attribute__((destructor)) static void on_exit_of_process(void) { px_socket_files_remove(); }

static void on_ending(void *ignored) {
  (void)ignored;
  px_socket_files_remove();
}

static struct socket_file *unused(void) {
  for (struct socket_file *file = atomic_load(&first); file != NULL; file = file->next)
    if (!atomic_load(&file->bound)) return file;
  struct socket_file *file = calloc(1, sizeof *file);
  if (file == NULL) return NULL; /* then the file stays, and is replaced as stale the next time */
  file->next = atomic_load(&first);
  atomic_store(&first, file);
  return file;
}

void px_socket_file_add(int fd, const char *path) {
  struct stat made;
  size_t length = strlen(path);
  if (length >= PATH_MAX || lstat(path, &made) < 0) return;
  pthread_mutex_lock(&lock);
  struct socket_file *file = unused();
  if (file != NULL) {
    file->fd = fd;
    file->owner = getpid();
    file->device = made.st_dev;
    file->inode = made.st_ino;
    memcpy(file->path, path, length + 1);
    atomic_store(&file->bound, true);
    static bool guarded; /* once is enough: the files are a list of their own */
    if (!guarded) px_ending_add(on_ending, NULL, false);
    guarded = true;
  }
  pthread_mutex_unlock(&lock);
}

void px_socket_file_closed(int fd) {
  pthread_mutex_lock(&lock);
  for (struct socket_file *file = atomic_load(&first); file != NULL; file = file->next) {
    if (!atomic_load(&file->bound) || file->fd != fd || file->owner != getpid()) continue;
    remove_file(file);
    atomic_store(&file->bound, false);
  }
  pthread_mutex_unlock(&lock);
}
