/* SPDX-License-Identifier: MIT
 * The functions of preview 1 on files and directories, in the order of the witx. Each answers a WASI
 * errno, PX_STOPPED, or PX_DELEGATE where the (first) descriptor is no file of the host. */
#ifndef PX_WASI_FILES_H
#define PX_WASI_FILES_H

#include "host.h"

/* wasi_file.c: on an open file. Called by wasi_fd.c where a socket might be meant: */
int px_file_read(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                 uint32_t iovs, uint32_t iovs_length, uint32_t nread);
int px_file_write(struct px_host *host, struct px_memory memory, struct px_entry *entry,
                  uint32_t iovs, uint32_t iovs_length, uint32_t nwritten);
/* Until a stream of the process that blocks takes some bytes, or the guest is stopped. */
int px_wait_for_room(struct px_host *host, int host_fd);
uint16_t px_file_fdflags(const struct px_entry *entry);
int px_file_set_fdflags(struct px_entry *entry, uint32_t fdflags);

int px_fd_advise(struct px_host *host, uint32_t fd, uint64_t offset, uint64_t length,
                 uint32_t advice);
int px_fd_allocate(struct px_host *host, uint32_t fd, uint64_t offset, uint64_t length);
int px_fd_datasync(struct px_host *host, uint32_t fd);
int px_fd_filestat_get(struct px_host *host, struct px_memory memory, uint32_t fd,
                       uint32_t filestat);
int px_fd_filestat_set_size(struct px_host *host, uint32_t fd, uint64_t size);
int px_fd_filestat_set_times(struct px_host *host, uint32_t fd, uint64_t atim, uint64_t mtim,
                             uint32_t fst_flags);
int px_fd_pread(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                uint32_t iovs_length, uint64_t offset, uint32_t nread);
int px_fd_pwrite(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t iovs,
                 uint32_t iovs_length, uint64_t offset, uint32_t nwritten);
int px_fd_seek(struct px_host *host, struct px_memory memory, uint32_t fd, uint64_t offset,
               uint32_t whence, uint32_t position);
int px_fd_sync(struct px_host *host, uint32_t fd);
int px_fd_tell(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t position);

/* wasi_dir.c: on an open directory */
int px_fd_prestat_get(struct px_host *host, struct px_memory memory, uint32_t fd,
                      uint32_t prestat);
int px_fd_prestat_dir_name(struct px_host *host, struct px_memory memory, uint32_t fd,
                           uint32_t path, uint32_t path_length);
int px_fd_readdir(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t buffer,
                  uint32_t buffer_length, uint64_t cookie, uint32_t used);

/* wasi_path.c: by name */
int px_path_create_directory(struct px_host *host, struct px_memory memory, uint32_t fd,
                             uint32_t path, uint32_t path_length);
int px_path_filestat_get(struct px_host *host, struct px_memory memory, uint32_t fd,
                         uint32_t lookup, uint32_t path, uint32_t path_length, uint32_t filestat);
int px_path_filestat_set_times(struct px_host *host, struct px_memory memory, uint32_t fd,
                               uint32_t lookup, uint32_t path, uint32_t path_length, uint64_t atim,
                               uint64_t mtim, uint32_t fst_flags);
int px_path_link(struct px_host *host, struct px_memory memory, uint32_t old_fd, uint32_t lookup,
                 uint32_t old_path, uint32_t old_path_length, uint32_t new_fd, uint32_t new_path,
                 uint32_t new_path_length);
int px_path_open(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t lookup,
                 uint32_t path, uint32_t path_length, uint32_t oflags, uint64_t rights,
                 uint64_t inheriting, uint32_t fdflags, uint32_t opened_fd);
int px_path_readlink(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t path,
                     uint32_t path_length, uint32_t buffer, uint32_t buffer_length, uint32_t used);
int px_path_remove_directory(struct px_host *host, struct px_memory memory, uint32_t fd,
                             uint32_t path, uint32_t path_length);
int px_path_rename(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t old_path,
                   uint32_t old_path_length, uint32_t new_fd, uint32_t new_path,
                   uint32_t new_path_length);
int px_path_symlink(struct px_host *host, struct px_memory memory, uint32_t old_path,
                    uint32_t old_path_length, uint32_t fd, uint32_t new_path,
                    uint32_t new_path_length);
int px_path_unlink_file(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t path,
                        uint32_t path_length);

#endif
