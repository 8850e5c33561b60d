/* SPDX-License-Identifier: MIT
 * See file.h. */
#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)

#define FILE_RIGHTS                                                                           \
  (ABI_RIGHT_FD_DATASYNC | ABI_RIGHT_FD_READ | ABI_RIGHT_FD_SEEK |                            \
   ABI_RIGHT_FD_FDSTAT_SET_FLAGS | ABI_RIGHT_FD_SYNC | ABI_RIGHT_FD_TELL | ABI_RIGHT_FD_WRITE | \
   ABI_RIGHT_FD_ADVISE | ABI_RIGHT_FD_ALLOCATE | ABI_RIGHT_FD_FILESTAT_GET |                  \
   ABI_RIGHT_FD_FILESTAT_SET_SIZE | ABI_RIGHT_FD_FILESTAT_SET_TIMES | ABI_RIGHT_POLL_FD_READWRITE)
/* wasi-libc's isatty: a character device without these two. */
#define TERMINAL_RIGHTS (FILE_RIGHTS & ~(ABI_RIGHT_FD_SEEK | ABI_RIGHT_FD_TELL))
#define CONTENT_RIGHTS                                                                     \
  (ABI_RIGHT_FD_READ | ABI_RIGHT_FD_SEEK | ABI_RIGHT_FD_TELL | ABI_RIGHT_FD_WRITE |        \
   ABI_RIGHT_FD_ALLOCATE | ABI_RIGHT_FD_FILESTAT_SET_SIZE | ABI_RIGHT_FD_DATASYNC)
#define DIRECTORY_RIGHTS (PX_RIGHTS_ALL & ~CONTENT_RIGHTS)

struct px_entry *px_file(struct px_host *host, uint32_t fd, uint64_t rights, int *status) {
  struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (px_host_stopped(host))
    *status = PX_STOPPED;
  else if (entry == NULL)
    *status = WASI_BADF;
  else if (entry->kind != PX_FILE)
    *status = PX_DELEGATE;
  else if ((entry->rights & rights) != rights)
    *status = WASI_NOTCAPABLE;
  else
    return entry;
  return NULL;
}

struct px_entry *px_file_content(struct px_host *host, uint32_t fd, uint64_t rights, int *status) {
  const struct px_entry *entry = px_fd_table_get(&host->table, fd);
  if (entry != NULL && entry->kind == PX_FILE && entry->filetype == ABI_FILETYPE_DIRECTORY) {
    *status = WASI_ISDIR;
    return NULL;
  }
  return px_file(host, fd, rights, status);
}

uint8_t px_filetype(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return ABI_FILETYPE_REGULAR_FILE;
    case S_IFDIR: return ABI_FILETYPE_DIRECTORY;
    case S_IFLNK: return ABI_FILETYPE_SYMBOLIC_LINK;
    case S_IFCHR: return ABI_FILETYPE_CHARACTER_DEVICE;
    case S_IFBLK: return ABI_FILETYPE_BLOCK_DEVICE;
    case S_IFSOCK: return ABI_FILETYPE_SOCKET_STREAM;
    default: return ABI_FILETYPE_UNKNOWN; /* preview 1 has no name for a FIFO */
  }
}

static uint64_t rights_of(int file_fd, uint8_t filetype) {
  if (filetype == ABI_FILETYPE_DIRECTORY) return DIRECTORY_RIGHTS;
  bool terminal = filetype == ABI_FILETYPE_CHARACTER_DEVICE && isatty(file_fd);
  return terminal ? TERMINAL_RIGHTS : FILE_RIGHTS;
}

static bool can_be_waited_for(mode_t mode) {
  return S_ISFIFO(mode) || S_ISCHR(mode) || S_ISSOCK(mode);
}

int px_file_add(struct px_host *host, int file_fd, uint16_t fdflags, uint64_t rights,
                uint64_t inheriting, uint16_t preopen) {
  struct stat stat;
  int guest_fd, flags = 0;
  if (fstat(file_fd, &stat) < 0) goto failed;
  bool waits = can_be_waited_for(stat.st_mode);
  if (waits && host->ops->fd_limit != 0 && file_fd >= host->ops->fd_limit) {
    errno = EMFILE; /* as sock_accept: FD_SET must never see such a number */
    goto failed;
  }
  if (waits && ((flags = fcntl(file_fd, F_GETFL)) < 0 ||
                fcntl(file_fd, F_SETFL, flags | O_NONBLOCK) < 0))
    goto failed;
  uint8_t filetype = px_filetype(stat.st_mode);
  guest_fd = px_host_add(host, (struct px_entry){
                                   .kind = PX_FILE,
                                   .host_fd = waits ? file_fd : -1,
                                   .base_fd = file_fd,
                                   .filetype = filetype,
                                   .flags = fdflags & ABI_FDFLAGS_NONBLOCK,
                                   .preopen = preopen,
                                   .rights = rights & rights_of(file_fd, filetype),
                                   .rights_inheriting = inheriting & PX_RIGHTS_ALL,
                               });
  if (guest_fd >= 0) return guest_fd;
  errno = -guest_fd;
failed:
  guest_fd = -errno;
  close(file_fd);
  return guest_fd;
}

int px_host_add_stream(struct px_host *host, int host_fd) {
  struct stat stat = {0}; /* of a closed one nothing is known, and each call on it says EBADF */
  if (fstat(host_fd, &stat) < 0) memset(&stat, 0, sizeof stat);
  uint8_t filetype = px_filetype(stat.st_mode);
  return px_host_add(host, (struct px_entry){
                               .kind = PX_FILE,
                               .host_fd = host_fd,
                               .base_fd = host_fd,
                               .filetype = filetype,
                               .borrowed = true,
                               .waitless = px_host_is_waitless(host_fd),
                               .rights = rights_of(host_fd, filetype),
                           });
}

int px_host_add_directory(struct px_host *host, const char *path, const char *name) {
  if (host->preopen_count == UINT16_MAX) return -EMFILE;
  char **preopens = realloc(host->preopens, (host->preopen_count + 1) * sizeof *preopens);
  if (preopens == NULL) return -ENOMEM;
  host->preopens = preopens;
  char *copy = strdup(name);
  if (copy == NULL) return -ENOMEM;
  int file_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int fd = file_fd < 0 ? -errno
                       : px_file_add(host, file_fd, 0, PX_RIGHTS_ALL, PX_RIGHTS_ALL,
                                     (uint16_t)(host->preopen_count + 1));
  if (fd < 0) {
    free(copy);
    return fd;
  }
  preopens[host->preopen_count++] = copy;
  return fd;
}

static uint64_t nanoseconds(struct timespec time) {
  /* Before 1970 there is no timestamp in preview 1. */
  return time.tv_sec < 0 ? 0 : (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

void px_put_filestat(uint8_t *out, const struct stat *stat) {
  memset(out, 0, ABI_FILESTAT_SIZE);
  px_put_uint64_t(out + ABI_FILESTAT_DEV, stat->st_dev);
  px_put_uint64_t(out + ABI_FILESTAT_INO, stat->st_ino);
  out[ABI_FILESTAT_FILETYPE] = px_filetype(stat->st_mode);
  px_put_uint64_t(out + ABI_FILESTAT_NLINK, stat->st_nlink);
  px_put_uint64_t(out + ABI_FILESTAT_BYTES, (uint64_t)stat->st_size);
  px_put_uint64_t(out + ABI_FILESTAT_ATIM, nanoseconds(stat->st_atim));
  px_put_uint64_t(out + ABI_FILESTAT_MTIM, nanoseconds(stat->st_mtim));
  px_put_uint64_t(out + ABI_FILESTAT_CTIM, nanoseconds(stat->st_ctim));
}

int px_open_flags(uint32_t fdflags) {
  return (fdflags & ABI_FDFLAGS_APPEND ? O_APPEND : 0) |
         (fdflags & ABI_FDFLAGS_DSYNC ? O_DSYNC : 0) |
         (fdflags & ABI_FDFLAGS_NONBLOCK ? O_NONBLOCK : 0) |
         (fdflags & ABI_FDFLAGS_RSYNC ? O_RSYNC : 0) | (fdflags & ABI_FDFLAGS_SYNC ? O_SYNC : 0);
}

uint16_t px_fdflags(int open_flags) {
  int sync = open_flags & O_SYNC; /* contains the bit of O_DSYNC; O_RSYNC is the same as O_SYNC */
  return (uint16_t)((open_flags & O_APPEND ? ABI_FDFLAGS_APPEND : 0) |
                    (open_flags & O_NONBLOCK ? ABI_FDFLAGS_NONBLOCK : 0) |
                    (sync == O_SYNC ? ABI_FDFLAGS_SYNC : sync != 0 ? ABI_FDFLAGS_DSYNC : 0));
}

static struct timespec time_of(uint64_t ns, bool given, bool now) {
  if (now) return (struct timespec){.tv_nsec = UTIME_NOW};
  if (!given) return (struct timespec){.tv_nsec = UTIME_OMIT};
  return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
}

int px_times(struct timespec times[2], uint64_t atim, uint64_t mtim, uint32_t fst_flags) {
  uint32_t both_atim = ABI_FST_ATIM | ABI_FST_ATIM_NOW, both_mtim = ABI_FST_MTIM | ABI_FST_MTIM_NOW;
  if ((fst_flags & ~(uint32_t)ABI_FST_ALL) != 0 || (fst_flags & both_atim) == both_atim ||
      (fst_flags & both_mtim) == both_mtim)
    return WASI_INVAL;
  times[0] = time_of(atim, fst_flags & ABI_FST_ATIM, fst_flags & ABI_FST_ATIM_NOW);
  times[1] = time_of(mtim, fst_flags & ABI_FST_MTIM, fst_flags & ABI_FST_MTIM_NOW);
  return WASI_SUCCESS;
}
