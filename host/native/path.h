/* SPDX-License-Identifier: MIT
 * Resolves a guest's path beneath a directory, and never leaves it.
 *
 * The kernel is given one component at a time and never follows a symbolic link: this walk reads the
 * links and follows them itself. So no race with another process can lead outside, and no kernel
 * version matters (openat2(2) would do the same where it exists). */
#ifndef PX_PATH_H
#define PX_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* What is done when the last component is a symbolic link. */
enum px_last {
  PX_LAST_FOLLOW,  /* resolve it */
  PX_LAST_KEEP,    /* the link itself is meant; with a slash behind it, it is resolved */
  PX_LAST_PARENT,  /* for calls that never follow it, slash or not: mkdir, unlink, rename, ... */
};

/* Where a path led: a directory, and a name in it that need not exist. */
struct px_place {
  int dir_fd;
  bool owned;                 /* dir_fd is to be closed */
  bool slash;                 /* the path ended in a slash: it names a directory */
  char name[NAME_MAX + 2];    /* "." for the directory itself; PX_LAST_PARENT keeps a slash at its end */
};

/* Walks `path` (no NUL in it need end it) from the directory `root_fd`. Answers a WASI errno:
 * NOTCAPABLE for what is absolute or would leave the root; INVAL for a NUL inside; NOENT for an empty
 * path or a missing directory on the way; NOTDIR, LOOP, NAMETOOLONG, ACCES as openat(2). Where it is
 * SUCCESS, px_place_leave is owed. Use place->name with AT_SYMLINK_NOFOLLOW or O_NOFOLLOW alone. */
int px_path_walk(int root_fd, const uint8_t *path, uint32_t length, enum px_last last,
                 struct px_place *place);
void px_place_leave(struct px_place *place);

#endif
