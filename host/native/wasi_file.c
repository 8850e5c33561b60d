/* SPDX-License-Identifier: MIT
 * The fd_* functions of preview 1 on open files of the host. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "buffers.h"
#include "file.h"
#include "wasi_files.h"

static int answer(int result) { return result < 0 ? px_wasi_errno(errno) : WASI_SUCCESS; }

/* One transfer, at `offset` or, where that is negative, at the file's own position. */
static ssize_t transfer(int fd, struct px_buffers *b, bool out, int64_t offset) {
  struct iovec *first = &b->iov[b->at];
  int count = (int)(b->count - b->at);
  if (offset < 0) return out ? writev(fd, first, count) : readv(fd, first, count);
  return out ? pwritev(fd, first, count, offset) : preadv(fd, first, count, offset);
}

/* A blocking guest gets what read(2) and write(2) would give it: the first bytes that come, and
 * all of its own bytes taken. */
static int move(struct px_host *host, struct px_memory memory, struct px_entry *entry, bool out,
                uint32_t iovs, uint32_t iovs_length, int64_t offset, uint32_t count_at) {
  struct px_buffers b;
  int status = px_buffers_load(&b, memory, iovs, iovs_length);
  if (status != WASI_SUCCESS) return status;
  if (px_at(memory, count_at, 4) == NULL) return WASI_FAULT;
  bool borrowed = entry->borrowed, blocking = (entry->flags & ABI_FDFLAGS_NONBLOCK) == 0;
  int host_fd = entry->host_fd;
  uint64_t done = 0;
  /* A stream of the process may block in the kernel: wait first, where a stop can wake us. A FIFO that
   * nobody has written to yet would not block, but end. */
  if (host_fd >= 0 && !out && (px_file_fdflags(entry) & ABI_FDFLAGS_NONBLOCK) == 0 && b.total > 0) {
    status = px_host_wait_fd(host, host_fd, POLLIN);
    if (status != WASI_SUCCESS) return status;
  }
  do {
    ssize_t n = transfer(entry->base_fd, &b, out, offset);
    if (px_host_stopped(host)) return PX_STOPPED;
    if (n >= 0) {
      done += (uint64_t)n;
      if (!out || host_fd < 0 || borrowed || !blocking) break;
      px_buffers_advance(&b, (size_t)n);
    } else if (errno == EAGAIN && blocking && host_fd >= 0 && !borrowed) {
      status = px_host_wait_fd(host, host_fd, out ? POLLOUT : POLLIN);
      if (status == PX_SUSPEND && done > 0) break; /* a short transfer is always allowed */
      if (status != WASI_SUCCESS) return status;
    } else if (errno != EINTR) {
      if (done > 0) break; /* what came before the error; the next call tells it */
      return px_wasi_errno(errno);
    }
  } while (done < b.total);
  px_put_uint32_t(px_at(memory, count_at, 4), (uint32_t)done);
  return WASI_SUCCESS;
}

int px_file_read(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                 uint32_t iovs, uint32_t iovs_length, uint32_t nread) {
  return move(host, memory, entry, false, iovs, iovs_length, -1, nread);
}

int px_wait_for_room(struct px_host *host, int host_fd) {
  struct pollfd one = {.fd = host_fd, .events = POLLOUT};
  PX_COUNT(&host->counters, poll);
  /* As a rule there is some, and the guest does not wait. */
  return poll(&one, 1, 0) > 0 ? WASI_SUCCESS : px_host_wait_fd(host, host_fd, POLLOUT);
}

/* As write(2) to a stream of the process that blocks, but where a stop can wake us: waits for room, and then
 * hands over what a pipe with room takes at once. So small writes are whole, as in a pipe they must be. */
static int write_blocking(struct px_host *host, struct px_memory memory, int fd, uint32_t iovs,
                          uint32_t iovs_length, uint32_t nwritten) {
  struct px_buffers b;
  int status = px_buffers_load(&b, memory, iovs, iovs_length);
  uint64_t done = 0;
  if (status == WASI_SUCCESS && px_at(memory, nwritten, 4) == NULL) status = WASI_FAULT;
  while (status == WASI_SUCCESS && done < b.total) {
    status = px_wait_for_room(host, fd);
    if (status != WASI_SUCCESS) break;
    px_buffers_advance(&b, 0); /* past empty ones */
    const struct iovec *first = &b.iov[b.at];
    ssize_t n = b.total - done <= PIPE_BUF   ? writev(fd, first, (int)(b.count - b.at))
                : first->iov_len < PIPE_BUF ? write(fd, first->iov_base, first->iov_len)
                                            : write(fd, first->iov_base, PIPE_BUF);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0 && done > 0) break; /* what came before the error; the next call tells it */
    if (n < 0) return px_wasi_errno(errno);
    done += (uint64_t)n;
    px_buffers_advance(&b, (size_t)n);
  }
  if (status == WASI_SUCCESS) px_put_uint32_t(px_at(memory, nwritten, 4), (uint32_t)done);
  return status;
}

int px_file_write(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                  uint32_t iovs, uint32_t iovs_length, uint32_t nwritten) {
  bool stream = entry->borrowed && !entry->waitless;
  if (stream && (px_file_fdflags(entry) & ABI_FDFLAGS_NONBLOCK) == 0)
    return write_blocking(host, memory, entry->host_fd, iovs, iovs_length, nwritten);
  return move(host, memory, entry, true, iovs, iovs_length, -1, nwritten);
}

uint16_t px_file_fdflags(const struct px_entry *entry) {
  int flags = fcntl(entry->base_fd, F_GETFL);
  uint16_t told = flags < 0 ? 0 : px_fdflags(flags);
  /* What can be waited for is always non-blocking on the host; the guest has a flag of its own. */
  if (entry->host_fd < 0 || entry->borrowed) return told;
  return (uint16_t)((told & ~(uint16_t)ABI_FDFLAGS_NONBLOCK) | entry->flags);
}

int px_file_set_fdflags(struct px_entry *entry, uint32_t fdflags) {
  if ((fdflags & ~(uint32_t)ABI_FDFLAGS_ALL) != 0) return WASI_INVAL;
  int flags = fcntl(entry->base_fd, F_GETFL), wanted = px_open_flags(fdflags);
  if (flags < 0) return px_wasi_errno(errno);
  /* fcntl(2) ignores a change of these, which a guest would take for done. */
  if ((flags & (O_SYNC | O_DSYNC)) != (wanted & (O_SYNC | O_DSYNC))) return WASI_NOTSUP;
  if (entry->host_fd >= 0 && !entry->borrowed) wanted |= O_NONBLOCK;
  flags = (flags & ~(O_APPEND | O_NONBLOCK)) | (wanted & (O_APPEND | O_NONBLOCK));
  if (fcntl(entry->base_fd, F_SETFL, flags) < 0) return px_wasi_errno(errno);
  entry->flags = (uint16_t)(fdflags & ABI_FDFLAGS_NONBLOCK);
  return WASI_SUCCESS;
}

int px_fd_advise(struct px_host *host, uint32_t fd, uint64_t offset, uint64_t length,
                 uint32_t advice) {
  static const int advices[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                                POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
  int status;
  const struct px_entry *entry = px_file(host, fd, ABI_RIGHT_FD_ADVISE, &status);
  if (entry == NULL) return status;
  if (advice >= sizeof advices / sizeof advices[0] || offset > INT64_MAX || length > INT64_MAX)
    return WASI_INVAL;
  if (entry->filetype == ABI_FILETYPE_DIRECTORY) return WASI_BADF;
  return px_wasi_errno(
      posix_fadvise(entry->base_fd, (off_t)offset, (off_t)length, advices[advice]));
}

int px_fd_allocate(struct px_host *host, uint32_t fd, uint64_t offset, uint64_t length) {
  int status;
  const struct px_entry *entry = px_file_content(host, fd, ABI_RIGHT_FD_ALLOCATE, &status);
  if (entry == NULL) return status;
  if (offset > INT64_MAX || length > INT64_MAX) return WASI_INVAL;
  return answer(fallocate(entry->base_fd, 0, (off_t)offset, (off_t)length));
}

int px_fd_datasync(struct px_host *host, uint32_t fd) {
  int status;
  const struct px_entry *entry = px_file(host, fd, 0, &status);
  if (entry == NULL) return status;
  /* witx: the right to sync implies that to sync the data. */
  if ((entry->rights & (ABI_RIGHT_FD_DATASYNC | ABI_RIGHT_FD_SYNC)) == 0) return WASI_NOTCAPABLE;
  return answer(fdatasync(entry->base_fd));
}

int px_fd_filestat_get(struct px_host *host, struct px_memory memory, uint32_t fd,
                       uint32_t filestat) {
  int status;
  struct stat stat;
  const struct px_entry *entry = px_file(host, fd, ABI_RIGHT_FD_FILESTAT_GET, &status);
  if (entry == NULL) return status;
  uint8_t *out = px_at(memory, filestat, ABI_FILESTAT_SIZE);
  if (out == NULL) return WASI_FAULT;
  if (fstat(entry->base_fd, &stat) < 0) return px_wasi_errno(errno);
  px_put_filestat(out, &stat);
  return WASI_SUCCESS;
}

int px_fd_filestat_set_size(struct px_host *host, uint32_t fd, uint64_t size) {
  int status;
  const struct px_entry *entry = px_file_content(host, fd, ABI_RIGHT_FD_FILESTAT_SET_SIZE, &status);
  if (entry == NULL) return status;
  if (size > INT64_MAX) return WASI_INVAL;
  return answer(ftruncate(entry->base_fd, (off_t)size));
}

int px_fd_filestat_set_times(struct px_host *host, uint32_t fd, uint64_t atim, uint64_t mtim,
                             uint32_t fst_flags) {
  int status;
  struct timespec times[2];
  const struct px_entry *entry = px_file(host, fd, ABI_RIGHT_FD_FILESTAT_SET_TIMES, &status);
  if (entry == NULL) return status;
  status = px_times(times, atim, mtim, fst_flags);
  return status == WASI_SUCCESS ? answer(futimens(entry->base_fd, times)) : status;
}

static int move_at(struct px_host *host, struct px_memory memory, uint32_t fd, bool out,
                   uint32_t iovs, uint32_t iovs_length, uint64_t offset, uint32_t count_at) {
  int status;
  uint64_t rights = ABI_RIGHT_FD_SEEK | (out ? ABI_RIGHT_FD_WRITE : ABI_RIGHT_FD_READ);
  struct px_entry *entry = px_file_content(host, fd, rights, &status);
  if (entry == NULL) return status;
  if (offset > INT64_MAX) return WASI_INVAL;
  return move(host, memory, entry, out, iovs, iovs_length, (int64_t)offset, count_at);
}

int px_fd_pread(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                uint32_t iovs_length, uint64_t offset, uint32_t nread) {
  return move_at(host, memory, fd, false, iovs, iovs_length, offset, nread);
}

int px_fd_pwrite(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                 uint32_t iovs_length, uint64_t offset, uint32_t nwritten) {
  return move_at(host, memory, fd, true, iovs, iovs_length, offset, nwritten);
}

static int seek(const struct px_entry *entry, struct px_memory memory, int64_t offset, int whence,
                uint32_t position) {
  uint8_t *out = px_at(memory, position, 8);
  if (out == NULL) return WASI_FAULT;
  off_t at = lseek(entry->base_fd, offset, whence);
  if (at < 0) return px_wasi_errno(errno);
  px_put_uint64_t(out, (uint64_t)at);
  return WASI_SUCCESS;
}

int px_fd_seek(struct px_host *host, struct px_memory memory, uint32_t fd, uint64_t offset,
               uint32_t whence, uint32_t position) {
  static const int whences[] = {
      [ABI_WHENCE_SET] = SEEK_SET, [ABI_WHENCE_CUR] = SEEK_CUR, [ABI_WHENCE_END] = SEEK_END};
  int status;
  if (offset == 0 && whence == ABI_WHENCE_CUR) return px_fd_tell(host, memory, fd, position);
  const struct px_entry *entry = px_file_content(host, fd, ABI_RIGHT_FD_SEEK, &status);
  if (entry == NULL) return status;
  if (whence >= sizeof whences / sizeof whences[0]) return WASI_INVAL;
  return seek(entry, memory, (int64_t)offset, whences[whence], position);
}

int px_fd_sync(struct px_host *host, uint32_t fd) {
  int status;
  const struct px_entry *entry = px_file(host, fd, ABI_RIGHT_FD_SYNC, &status);
  return entry == NULL ? status : answer(fsync(entry->base_fd));
}

int px_fd_tell(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t position) {
  int status;
  const struct px_entry *entry = px_file_content(host, fd, 0, &status);
  if (entry == NULL) return status;
  /* witx: the right to seek implies that to tell. */
  if ((entry->rights & (ABI_RIGHT_FD_TELL | ABI_RIGHT_FD_SEEK)) == 0) return WASI_NOTCAPABLE;
  return seek(entry, memory, 0, SEEK_CUR, position);
}
