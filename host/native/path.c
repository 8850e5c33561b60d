/* SPDX-License-Identifier: MIT
 * See path.h. */
#define _GNU_SOURCE
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "errno_map.h"

enum { LINKS_MAX = 40 }; /* as the kernel: path_resolution(7) */

struct walk {
  int root_fd, dir_fd; /* dir_fd is closed where it is not the root */
  int links;
  char todo[PATH_MAX]; /* what is still to be walked, targets of links in front */
  char done[PATH_MAX]; /* names from the root to dir_fd, each with a slash behind it */
};

static void enter(struct walk *walk, int dir_fd) {
  if (walk->dir_fd != walk->root_fd) close(walk->dir_fd);
  walk->dir_fd = dir_fd;
}

/* Opens a directory in `dir_fd`, never through a link. -1 with errno; a link is ENOTDIR. */
static int open_directory(int dir_fd, const char *name) {
  return openat(dir_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int descend(struct walk *walk, const char *name) {
  size_t used = strlen(walk->done), length = strlen(name);
  if (used + length + 2 > sizeof walk->done) return WASI_NAMETOOLONG;
  int dir_fd = open_directory(walk->dir_fd, name);
  if (dir_fd < 0) return px_wasi_errno(errno);
  memcpy(walk->done + used, name, length);
  memcpy(walk->done + used + length, "/", 2);
  enter(walk, dir_fd);
  return WASI_SUCCESS;
}

/* One up: down again from the root by the names that led here. To open ".." would be wrong where
 * another process has moved the directory out of the root meanwhile. */
static int ascend(struct walk *walk) {
  char names[PATH_MAX];
  size_t used = strlen(walk->done);
  if (used == 0) return WASI_NOTCAPABLE;
  walk->done[used - 1] = '\0';
  char *slash = strrchr(walk->done, '/');
  walk->done[slash == NULL ? 0 : slash + 1 - walk->done] = '\0';
  strcpy(names, walk->done);
  walk->done[0] = '\0';
  enter(walk, walk->root_fd);
  char *rest = names;
  for (char *name; (name = strsep(&rest, "/")) != NULL && *name != '\0';) {
    int status = descend(walk, name);
    if (status != WASI_SUCCESS) return status;
  }
  return WASI_SUCCESS;
}

/* Puts the target of a link in front of `rest`, which begins with a slash or is empty. */
static int follow(struct walk *walk, const char *target, size_t length, const char *rest) {
  if (++walk->links > LINKS_MAX) return WASI_LOOP;
  if (target[0] == '/') return WASI_NOTCAPABLE;
  size_t rest_length = strlen(rest);
  if (length + rest_length >= sizeof walk->todo) return WASI_NAMETOOLONG;
  memmove(walk->todo + length, rest, rest_length + 1);
  memcpy(walk->todo, target, length);
  return WASI_SUCCESS;
}

/* Takes the first component off `todo` into `name`; `rest` is what stands behind it. */
static int take(struct walk *walk, char name[NAME_MAX + 2], const char **rest) {
  size_t length = strcspn(walk->todo, "/");
  if (length > NAME_MAX) return WASI_NAMETOOLONG;
  memcpy(name, walk->todo, length);
  name[length] = '\0';
  *rest = walk->todo + length;
  return WASI_SUCCESS;
}

static void move_on(struct walk *walk, const char *rest) {
  rest += strspn(rest, "/");
  memmove(walk->todo, rest, strlen(rest) + 1);
}

static int walk_all(struct walk *walk, enum px_last last, struct px_place *place) {
  char target[PATH_MAX];
  for (;;) {
    const char *rest;
    int status = take(walk, place->name, &rest);
    if (status != WASI_SUCCESS) return status;
    bool at_end = rest[strspn(rest, "/")] == '\0';
    place->slash = at_end && *rest == '/';

    bool dots = strcmp(place->name, "..") == 0;
    if (dots && (status = ascend(walk)) != WASI_SUCCESS) return status;
    if (dots || strcmp(place->name, ".") == 0) {
      strcpy(place->name, ".");
      if (at_end) return WASI_SUCCESS;
      move_on(walk, rest);
      continue;
    }
    if (at_end && (last == PX_LAST_PARENT || (last == PX_LAST_KEEP && !place->slash))) {
      if (place->slash) strcat(place->name, "/");
      return WASI_SUCCESS;
    }
    if (!at_end) {
      status = descend(walk, place->name);
      if (status == WASI_SUCCESS) {
        move_on(walk, rest);
        continue;
      }
      if (status != WASI_NOTDIR) return status;
    }
    ssize_t length = readlinkat(walk->dir_fd, place->name, target, sizeof target);
    if (length == 0 || length >= (ssize_t)sizeof target) return WASI_NAMETOOLONG;
    if (length > 0) {
      status = follow(walk, target, (size_t)length, rest);
      if (status != WASI_SUCCESS) return status;
    } else if (!at_end) {
      return WASI_NOTDIR; /* neither a directory nor a link */
    } else {
      /* EINVAL: it is no link; ENOENT: there is nothing yet. */
      return errno == EINVAL || errno == ENOENT ? WASI_SUCCESS : px_wasi_errno(errno);
    }
  }
}

int px_path_walk(int root_fd, const uint8_t *path, uint32_t length, enum px_last last,
                 struct px_place *place) {
  struct walk walk = {.root_fd = root_fd, .dir_fd = root_fd};
  if (length == 0) return WASI_NOENT;
  if (length >= sizeof walk.todo) return WASI_NAMETOOLONG;
  if (memchr(path, '\0', length) != NULL) return WASI_INVAL;
  if (path[0] == '/') return WASI_NOTCAPABLE;
  memcpy(walk.todo, path, length);
  walk.todo[length] = '\0';
  int status = walk_all(&walk, last, place);
  if (status != WASI_SUCCESS) {
    enter(&walk, walk.root_fd);
    return status;
  }
  place->dir_fd = walk.dir_fd;
  place->owned = walk.dir_fd != root_fd;
  return WASI_SUCCESS;
}

void px_place_leave(struct px_place *place) {
  if (place->owned) close(place->dir_fd);
}
