/* SPDX-License-Identifier: MIT
 * The path_* functions of preview 1. Every path goes through px_path_walk, and what it found is used
 * without following a link, so nothing outside of the directory can be reached. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "file.h"
#include "path.h"
#include "wasi_files.h"

static int answer(int result) { return result < 0 ? px_wasi_errno(errno) : WASI_SUCCESS; }

/* Finds `path` beneath the directory `fd`, which must have `rights`. SUCCESS owes px_place_leave. */
static int find(struct px_host *host, struct px_memory memory, uint32_t fd, uint64_t rights,
                uint32_t path, uint32_t path_length, enum px_last last, struct px_place *place) {
  int status;
  const struct px_entry *entry = px_file(host, fd, 0, &status);
  if (entry == NULL) return status;
  if (entry->filetype != ABI_FILETYPE_DIRECTORY) return WASI_NOTDIR;
  if ((entry->rights & rights) != rights) return WASI_NOTCAPABLE;
  const uint8_t *text = px_at(memory, path, path_length);
  if (text == NULL) return WASI_FAULT;
  return px_path_walk(entry->base_fd, text, path_length, last, place);
}

/* As find, for the second directory of a call: it too has to be one of the host's. */
static int find_second(struct px_host *host, struct px_memory memory, uint32_t fd, uint64_t rights,
                       uint32_t path, uint32_t path_length, enum px_last last,
                       struct px_place *place) {
  int status = find(host, memory, fd, rights, path, path_length, last, place);
  if (status != PX_DELEGATE) return status;
  return px_fd_table_get(&host->table, fd)->kind == PX_DEVICE ? WASI_ROFS : WASI_NOTDIR;
}

static enum px_last last_of(uint32_t lookup) {
  return lookup & ABI_LOOKUP_SYMLINK_FOLLOW ? PX_LAST_FOLLOW : PX_LAST_KEEP;
}

static int stat_place(const struct px_place *place, struct stat *stat) {
  if (fstatat(place->dir_fd, place->name, stat, AT_SYMLINK_NOFOLLOW) < 0)
    return px_wasi_errno(errno);
  return place->slash && !S_ISDIR(stat->st_mode) ? WASI_NOTDIR : WASI_SUCCESS;
}

int px_path_create_directory(struct px_host *host, struct px_memory memory, uint32_t fd,
                             uint32_t path, uint32_t path_length) {
  struct px_place place;
  int status = find(host, memory, fd, ABI_RIGHT_PATH_CREATE_DIRECTORY, path, path_length,
                    PX_LAST_PARENT, &place);
  if (status != WASI_SUCCESS) return status;
  status = answer(mkdirat(place.dir_fd, place.name, 0777));
  px_place_leave(&place);
  return status;
}

int px_path_filestat_get(struct px_host *host, struct px_memory memory, uint32_t fd,
                         uint32_t lookup, uint32_t path, uint32_t path_length, uint32_t filestat) {
  struct px_place place;
  struct stat stat;
  uint8_t *out = px_at(memory, filestat, ABI_FILESTAT_SIZE);
  int status = find(host, memory, fd, ABI_RIGHT_PATH_FILESTAT_GET, path, path_length,
                    last_of(lookup), &place);
  if (status != WASI_SUCCESS) return status;
  status = out == NULL ? WASI_FAULT : stat_place(&place, &stat);
  if (status == WASI_SUCCESS) px_put_filestat(out, &stat);
  px_place_leave(&place);
  return status;
}

int px_path_filestat_set_times(struct px_host *host, struct px_memory memory, uint32_t fd,
                               uint32_t lookup, uint32_t path, uint32_t path_length, uint64_t atim,
                               uint64_t mtim, uint32_t fst_flags) {
  struct px_place place;
  struct stat stat;
  struct timespec times[2];
  int status = find(host, memory, fd, ABI_RIGHT_PATH_FILESTAT_SET_TIMES, path, path_length,
                    last_of(lookup), &place);
  if (status != WASI_SUCCESS) return status;
  status = px_times(times, atim, mtim, fst_flags);
  if (status == WASI_SUCCESS && place.slash) status = stat_place(&place, &stat);
  if (status == WASI_SUCCESS)
    status = answer(utimensat(place.dir_fd, place.name, times, AT_SYMLINK_NOFOLLOW));
  px_place_leave(&place);
  return status;
}

int px_path_link(struct px_host *host, struct px_memory memory, uint32_t old_fd, uint32_t lookup,
                 uint32_t old_path, uint32_t old_path_length, uint32_t new_fd, uint32_t new_path,
                 uint32_t new_path_length) {
  struct px_place from, to;
  struct stat stat;
  int status = find(host, memory, old_fd, ABI_RIGHT_PATH_LINK_SOURCE, old_path, old_path_length,
                    last_of(lookup), &from);
  if (status != WASI_SUCCESS) return status;
  status = find_second(host, memory, new_fd, ABI_RIGHT_PATH_LINK_TARGET, new_path, new_path_length,
                       PX_LAST_PARENT, &to);
  if (status == WASI_SUCCESS) {
    if (from.slash) status = stat_place(&from, &stat);
    if (status == WASI_SUCCESS)
      status = answer(linkat(from.dir_fd, from.name, to.dir_fd, to.name, 0));
    px_place_leave(&to);
  }
  px_place_leave(&from);
  return status;
}

/* What of open(2) the rights ask for. */
static int access_of(uint64_t rights) {
  bool reads = rights & (ABI_RIGHT_FD_READ | ABI_RIGHT_FD_READDIR);
  bool writes = rights & (ABI_RIGHT_FD_WRITE | ABI_RIGHT_FD_ALLOCATE | ABI_RIGHT_FD_FILESTAT_SET_SIZE);
  return !writes ? O_RDONLY : reads ? O_RDWR : O_WRONLY;
}

/* open(2)'s flags for `place`, or a negative WASI errno. */
static int open_flags(const struct px_place *place, uint32_t oflags, uint64_t rights,
                      uint32_t fdflags) {
  bool creates = oflags & ABI_O_CREAT, directory = oflags & ABI_O_DIRECTORY;
  if ((oflags & ~(uint32_t)ABI_O_ALL) != 0 || (fdflags & ~(uint32_t)ABI_FDFLAGS_ALL) != 0)
    return -WASI_INVAL;
  /* Kernels before 6.4 made a regular file here. */
  if (creates && directory) return -WASI_INVAL;
  if (creates && place->slash) return -WASI_ISDIR;
  return O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | access_of(rights) | px_open_flags(fdflags) |
         (creates ? O_CREAT : 0) | (directory || place->slash ? O_DIRECTORY : 0) |
         (oflags & ABI_O_EXCL ? O_EXCL : 0) | (oflags & ABI_O_TRUNC ? O_TRUNC : 0);
}

/* open(2), but for a FIFO, where it could wait for the other end and no stop would wake it: to read one
 * it is the first read that waits; a writer looks for its reader again and again. The descriptor, or -1
 * with `*status`. */
static int open_place(struct px_host *host, const struct px_place *place, int flags, int *status) {
  bool blocking = (flags & O_NONBLOCK) == 0;
  struct stat stat;
  for (;;) {
    int fd = openat(place->dir_fd, place->name, flags | O_NONBLOCK, 0666), error = errno;
    if (fd >= 0 && blocking) fcntl(fd, F_SETFL, flags & O_APPEND);
    *status = fd >= 0 ? WASI_SUCCESS : px_wasi_errno(error);
    if (fd >= 0) return fd;
    bool fifo = error == ENXIO && blocking &&
                fstatat(place->dir_fd, place->name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
                S_ISFIFO(stat.st_mode);
    if (fifo && px_host_rest(host) == PX_SUSPEND) return WASI_AGAIN; /* nobody may wait in an event loop */
    if (fifo && px_host_stopped(host)) *status = PX_STOPPED;
    if (!fifo || *status == PX_STOPPED) return -1;
  }
}

int px_path_open(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t lookup,
                 uint32_t path, uint32_t path_length, uint32_t oflags, uint64_t rights,
                 uint64_t inheriting, uint32_t fdflags, uint32_t opened_fd) {
  struct px_place place;
  uint64_t needed = ABI_RIGHT_PATH_OPEN | (oflags & ABI_O_CREAT ? ABI_RIGHT_PATH_CREATE_FILE : 0) |
                    (oflags & ABI_O_TRUNC ? ABI_RIGHT_PATH_FILESTAT_SET_SIZE : 0);
  int status = find(host, memory, fd, needed, path, path_length, last_of(lookup), &place);
  if (status != WASI_SUCCESS) return status;
  uint64_t granted = px_fd_table_get(&host->table, fd)->rights_inheriting;
  uint8_t *out = px_at(memory, opened_fd, 4);
  rights &= PX_RIGHTS_ALL;
  inheriting &= PX_RIGHTS_ALL;
  int flags = open_flags(&place, oflags, rights, fdflags);
  if (out == NULL)
    status = WASI_FAULT;
  else if (((rights | inheriting) & ~granted) != 0)
    status = WASI_NOTCAPABLE;
  else if (flags < 0)
    status = -flags;
  if (status == WASI_SUCCESS) {
    int file_fd = open_place(host, &place, flags, &status), guest_fd = -1;
    if (file_fd >= 0) {
      guest_fd = px_file_add(host, file_fd, (uint16_t)fdflags, rights, inheriting, 0);
      if (guest_fd < 0) status = px_wasi_errno(guest_fd);
    }
    if (guest_fd >= 0) px_put_uint32_t(out, (uint32_t)guest_fd);
  }
  px_place_leave(&place);
  return status;
}

int px_path_readlink(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t path,
                     uint32_t path_length, uint32_t buffer, uint32_t buffer_length,
                     uint32_t used) {
  struct px_place place;
  uint8_t *out = px_at(memory, buffer, buffer_length), *count = px_at(memory, used, 4);
  char target[PATH_MAX];
  int status = find(host, memory, fd, ABI_RIGHT_PATH_READLINK, path, path_length, PX_LAST_KEEP,
                    &place);
  if (status != WASI_SUCCESS) return status;
  /* With a slash behind it a link was followed, and what is left is none. */
  ssize_t length = readlinkat(place.dir_fd, place.name, target, sizeof target);
  status = length < 0 ? px_wasi_errno(errno)
           : out == NULL || count == NULL ? WASI_FAULT
                                          : WASI_SUCCESS;
  px_place_leave(&place);
  if (status != WASI_SUCCESS) return status;
  uint32_t taken = (uint64_t)length < buffer_length ? (uint32_t)length : buffer_length;
  memcpy(out, target, taken);
  px_put_uint32_t(count, taken);
  return WASI_SUCCESS;
}

static int remove_at(struct px_host *host, struct px_memory memory, uint32_t fd, uint64_t right,
                     uint32_t path, uint32_t path_length, int flags) {
  struct px_place place;
  int status = find(host, memory, fd, right, path, path_length, PX_LAST_PARENT, &place);
  if (status != WASI_SUCCESS) return status;
  status = answer(unlinkat(place.dir_fd, place.name, flags));
  px_place_leave(&place);
  return status;
}

int px_path_remove_directory(struct px_host *host, struct px_memory memory, uint32_t fd,
                             uint32_t path, uint32_t path_length) {
  return remove_at(host, memory, fd, ABI_RIGHT_PATH_REMOVE_DIRECTORY, path, path_length,
                   AT_REMOVEDIR);
}

int px_path_rename(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t old_path,
                   uint32_t old_path_length, uint32_t new_fd, uint32_t new_path,
                   uint32_t new_path_length) {
  struct px_place from, to;
  int status = find(host, memory, fd, ABI_RIGHT_PATH_RENAME_SOURCE, old_path, old_path_length,
                    PX_LAST_PARENT, &from);
  if (status != WASI_SUCCESS) return status;
  status = find_second(host, memory, new_fd, ABI_RIGHT_PATH_RENAME_TARGET, new_path,
                       new_path_length, PX_LAST_PARENT, &to);
  if (status == WASI_SUCCESS) {
    status = answer(renameat(from.dir_fd, from.name, to.dir_fd, to.name));
    px_place_leave(&to);
  }
  px_place_leave(&from);
  return status;
}

int px_path_symlink(struct px_host *host, struct px_memory memory, uint32_t old_path,
                    uint32_t old_path_length, uint32_t fd, uint32_t new_path,
                    uint32_t new_path_length) {
  struct px_place place;
  char target[PATH_MAX];
  int status = find(host, memory, fd, ABI_RIGHT_PATH_SYMLINK, new_path, new_path_length,
                    PX_LAST_PARENT, &place);
  if (status != WASI_SUCCESS) return status;
  const uint8_t *text = px_at(memory, old_path, old_path_length);
  if (text == NULL)
    status = WASI_FAULT;
  else if (old_path_length >= sizeof target)
    status = WASI_NAMETOOLONG;
  else if (memchr(text, '\0', old_path_length) != NULL)
    status = WASI_INVAL;
  else if (old_path_length > 0 && text[0] == '/')
    status = WASI_NOTCAPABLE; /* no guest could follow it; it would only be a trap for others */
  if (status == WASI_SUCCESS) {
    memcpy(target, text, old_path_length);
    target[old_path_length] = '\0';
    status = answer(symlinkat(target, place.dir_fd, place.name));
  }
  px_place_leave(&place);
  return status;
}

int px_path_unlink_file(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t path,
                        uint32_t path_length) {
  return remove_at(host, memory, fd, ABI_RIGHT_PATH_UNLINK_FILE, path, path_length, 0);
}
