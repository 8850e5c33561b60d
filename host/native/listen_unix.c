/* SPDX-License-Identifier: MIT
 * Listening on a Unix socket. See listen.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listen.h"
#include "socket_file.h"

/* Whether somebody accepts on the socket file: 1, 0, or -errno where it can't be told. A listener sees
 * a connection that ends at once; the kernel has no other way to ask. */
static int is_alive(const struct sockaddr_un *name, socklen_t length) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int status = connect(fd, (const struct sockaddr *)name, length) == 0 ? 0 : errno;
  close(fd);
  /* A full queue, or a socket of another type, is alive too. */
  if (status == 0 || status == EAGAIN || status == EPROTOTYPE) return 1;
  return status == ECONNREFUSED || status == ENOENT ? 0 : -status;
}

/* Makes room where bind found the path taken. 0, or -errno with the step. */
static int replace_stale(const struct sockaddr_un *name, socklen_t length, const char **step) {
  struct stat before, after;
  if (lstat(name->sun_path, &before) < 0) return errno == ENOENT ? 0 : -errno;
  *step = "path";
  if (!S_ISSOCK(before.st_mode)) return -ENOTSOCK;
  *step = "bind";
  int alive = is_alive(name, length);
  if (alive != 0) return alive > 0 ? -EADDRINUSE : alive;
  /* Another process may have replaced it since. */
  if (lstat(name->sun_path, &after) < 0) return errno == ENOENT ? 0 : -errno;
  if (before.st_ino != after.st_ino || before.st_dev != after.st_dev) return -EADDRINUSE;
  *step = "unlink";
  return unlink(name->sun_path) == 0 || errno == ENOENT ? 0 : -errno;
}

static int bind_path(int fd, const struct sockaddr_un *name, socklen_t length, bool abstract,
                     const char **step) {
  *step = "bind";
  if (bind(fd, (const struct sockaddr *)name, length) == 0) return 0;
  if (errno != EADDRINUSE || abstract) return -errno;
  int status = replace_stale(name, length, step);
  if (status < 0) return status;
  *step = "bind";
  return bind(fd, (const struct sockaddr *)name, length) == 0 ? 0 : -errno;
}

/* Permissions and the queue. Nobody can connect before listen, so none gets in before the chmod. */
static int finish(int fd, const char *path, bool abstract, int mode, int backlog,
                  const char **step) {
  *step = "chmod";
  if (!abstract && mode >= 0 && chmod(path, (mode_t)mode) < 0) return -errno;
  *step = "listen";
  return listen(fd, backlog) == 0 ? 0 : -errno;
}

void px_listen_unix(const char *path, const char *absolute, int mode, int backlog,
                    struct px_listen_result *result) {
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  size_t size = strlen(path);
  memset(result, 0, sizeof *result);
  result->fd = -1;
  result->step = "path";
  result->error = size == 0 ? ENOENT : ENAMETOOLONG;
  if (size == 0 || size >= sizeof name.sun_path) return;
  memcpy(name.sun_path, path, size);
  bool abstract = path[0] == '@';
  if (abstract) name.sun_path[0] = '\0';
  socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (abstract ? 0 : 1));

  result->step = "socket";
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int status = fd < 0 ? -errno : bind_path(fd, &name, length, abstract, &result->step);
  if (status == 0) {
    if (!abstract) px_socket_file_add(fd, absolute);
    status = finish(fd, path, abstract, mode, backlog, &result->step);
  }
  result->error = -status;
  if (status == 0) {
    px_address_local(fd, &result->address);
    result->fd = fd;
  } else if (fd >= 0) {
    px_socket_file_closed(fd);
    close(fd);
  }
}
