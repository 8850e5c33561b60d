/* SPDX-License-Identifier: MIT
 * Files and directories of the host as entries of the fd table: opening, rights by type, metadata.
 *
 * The table owns their descriptors. FIFOs, terminals and other files that can be waited for never
 * block on the host; where the guest's do, the call waits in px_host_wait_fd, where it can be woken. */
#ifndef PX_FILE_H
#define PX_FILE_H

#include <sys/stat.h>

#include "host.h"

/* What a directory may grant to the files in it. */
#define PX_RIGHTS_ALL (ABI_RIGHT(28) - 1)

/* The entry of a file that may do all of `rights`. Else NULL with the answer in `status`: BADF,
 * NOTCAPABLE, PX_STOPPED, or PX_DELEGATE for what is no file. */
struct px_entry *px_file(struct px_host *host, uint32_t fd, uint64_t rights, int *status);

/* As px_file, for calls on the contents: a directory is ISDIR, whatever its rights. */
struct px_entry *px_file_content(struct px_host *host, uint32_t fd, uint64_t rights, int *status);

/* Gives `file_fd` to the table. `rights` are cut to what its type has. Answers the guest's fd; or
 * -errno, and then file_fd is closed. */
int px_file_add(struct px_host *host, int file_fd, uint16_t fdflags, uint64_t rights,
                uint64_t inheriting, uint16_t preopen);

/* filetype of a st_mode. */
uint8_t px_filetype(mode_t mode);

/* Writes a filestat; `out` has ABI_FILESTAT_SIZE bytes. */
void px_put_filestat(uint8_t *out, const struct stat *stat);

/* fdflags as open(2) has them, and what fcntl(2) tells as fdflags. */
int px_open_flags(uint32_t fdflags);
uint16_t px_fdflags(int open_flags);

/* The two times of utimensat(2). INVAL: unknown flags, or a time that is both given and now. */
int px_times(struct timespec times[2], uint64_t atim, uint64_t mtim, uint32_t fst_flags);

#endif
