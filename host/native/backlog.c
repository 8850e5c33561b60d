/* SPDX-License-Identifier: MIT
 * See backlog.h. A socket is known by its inode, whatever descriptor it has. */
#define _GNU_SOURCE
#include "backlog.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct waiting {
  struct waiting *next;
  dev_t device;
  ino_t inode;
  int fd;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiting *first, **last = &first;
static _Atomic bool any; /* that there is none costs no lock */

void px_backlog_leave(int listener_fd, int fd) {
  struct stat listener;
  struct waiting *waiting = fstat(listener_fd, &listener) < 0 ? NULL : malloc(sizeof *waiting);
  if (waiting == NULL) {
    close(fd);
    return;
  }
  *waiting = (struct waiting){.device = listener.st_dev, .inode = listener.st_ino, .fd = fd};
  pthread_mutex_lock(&lock);
  *last = waiting;
  last = &waiting->next;
  atomic_store(&any, true);
  pthread_mutex_unlock(&lock);
}

int px_backlog_take(int listener_fd) {
  struct stat listener;
  int fd = -1;
  if (!atomic_load(&any) || fstat(listener_fd, &listener) < 0) return -1;
  pthread_mutex_lock(&lock);
  for (struct waiting **at = &first; *at != NULL; at = &(*at)->next) {
    struct waiting *waiting = *at;
    if (waiting->device != listener.st_dev || waiting->inode != listener.st_ino) continue;
    fd = waiting->fd;
    *at = waiting->next;
    if (*at == NULL) last = at;
    free(waiting);
    break;
  }
  atomic_store(&any, first != NULL);
  pthread_mutex_unlock(&lock);
  return fd;
}

void px_backlog_drop(int listener_fd) {
  for (int fd; (fd = px_backlog_take(listener_fd)) >= 0;) close(fd);
}
