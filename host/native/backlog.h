/* SPDX-License-Identifier: MIT
 * Connections that a backend has accepted ahead of its guest, and that the guest has not taken before it ended.
 * They wait for the next guest on the same listening socket, as they would have waited in the kernel's backlog.
 *
 * One list for the process, as guests on one socket may be on several threads. Any thread. */
#ifndef PX_BACKLOG_H
#define PX_BACKLOG_H

/* `fd` now belongs to the list, or is closed where there is no memory for it. */
void px_backlog_leave(int listener_fd, int fd);
/* The one that came first, which is the caller's then; -1: none. */
int px_backlog_take(int listener_fd);
/* Nobody will take them: closes all of this socket. */
void px_backlog_drop(int listener_fd);

#endif
