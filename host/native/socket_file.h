/* SPDX-License-Identifier: MIT
 * The socket files that this process made, which vanish with their listeners: when one is closed, when
 * the process exits, and when SIGINT, SIGTERM or SIGHUP ends it. A file that is no longer the one that
 * was made (device and inode) is never touched. All functions may be called by any thread. */
#ifndef PX_SOCKET_FILE_H
#define PX_SOCKET_FILE_H

/* `path`, from the root, was just bound by the listening socket `fd`. */
void px_socket_file_add(int fd, const char *path);

/* The listening socket is about to be closed; one without a file is ignored. */
void px_socket_file_closed(int fd);

/* Removes all. Async-signal-safe. */
void px_socket_files_remove(void);

#endif
