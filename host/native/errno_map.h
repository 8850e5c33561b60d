/* SPDX-License-Identifier: MIT
 * The one place where a host errno becomes a WASI errno.
 * Numbers: errno in wasi_snapshot_preview1.witx. host/wasi/errno.ts has the names; a test
 * compares the two. */
#ifndef PX_ERRNO_MAP_H
#define PX_ERRNO_MAP_H

#include <errno.h>

#define PX_ERRNO_MAP(X)                                                                            \
  X(E2BIG, 1)                                                                                      \
  X(EACCES, 2)                                                                                     \
  X(EADDRINUSE, 3)                                                                                 \
  X(EADDRNOTAVAIL, 4)                                                                              \
  X(EAFNOSUPPORT, 5)                                                                               \
  X(EAGAIN, 6)                                                                                     \
  X(EALREADY, 7)                                                                                   \
  X(EBADF, 8)                                                                                      \
  X(EBADMSG, 9)                                                                                    \
  X(EBUSY, 10)                                                                                     \
  X(ECANCELED, 11)                                                                                 \
  X(ECHILD, 12)                                                                                    \
  X(ECONNABORTED, 13)                                                                              \
  X(ECONNREFUSED, 14)                                                                              \
  X(ECONNRESET, 15)                                                                                \
  X(EDEADLK, 16)                                                                                   \
  X(EDESTADDRREQ, 17)                                                                              \
  X(EDOM, 18)                                                                                      \
  X(EDQUOT, 19)                                                                                    \
  X(EEXIST, 20)                                                                                    \
  X(EFAULT, 21)                                                                                    \
  X(EFBIG, 22)                                                                                     \
  X(EHOSTUNREACH, 23)                                                                              \
  X(EIDRM, 24)                                                                                     \
  X(EILSEQ, 25)                                                                                    \
  X(EINPROGRESS, 26)                                                                               \
  X(EINTR, 27)                                                                                     \
  X(EINVAL, 28)                                                                                    \
  X(EIO, 29)                                                                                       \
  X(EISCONN, 30)                                                                                   \
  X(EISDIR, 31)                                                                                    \
  X(ELOOP, 32)                                                                                     \
  X(EMFILE, 33)                                                                                    \
  X(EMLINK, 34)                                                                                    \
  X(EMSGSIZE, 35)                                                                                  \
  X(EMULTIHOP, 36)                                                                                 \
  X(ENAMETOOLONG, 37)                                                                              \
  X(ENETDOWN, 38)                                                                                  \
  X(ENETRESET, 39)                                                                                 \
  X(ENETUNREACH, 40)                                                                               \
  X(ENFILE, 41)                                                                                    \
  X(ENOBUFS, 42)                                                                                   \
  X(ENODEV, 43)                                                                                    \
  X(ENOENT, 44)                                                                                    \
  X(ENOEXEC, 45)                                                                                   \
  X(ENOLCK, 46)                                                                                    \
  X(ENOLINK, 47)                                                                                   \
  X(ENOMEM, 48)                                                                                    \
  X(ENOMSG, 49)                                                                                    \
  X(ENOPROTOOPT, 50)                                                                               \
  X(ENOSPC, 51)                                                                                    \
  X(ENOSYS, 52)                                                                                    \
  X(ENOTCONN, 53)                                                                                  \
  X(ENOTDIR, 54)                                                                                   \
  X(ENOTEMPTY, 55)                                                                                 \
  X(ENOTRECOVERABLE, 56)                                                                           \
  X(ENOTSOCK, 57)                                                                                  \
  X(ENOTSUP, 58)                                                                                   \
  X(ENOTTY, 59)                                                                                    \
  X(ENXIO, 60)                                                                                     \
  X(EOVERFLOW, 61)                                                                                 \
  X(EOWNERDEAD, 62)                                                                                \
  X(EPERM, 63)                                                                                     \
  X(EPIPE, 64)                                                                                     \
  X(EPROTO, 65)                                                                                    \
  X(EPROTONOSUPPORT, 66)                                                                           \
  X(EPROTOTYPE, 67)                                                                                \
  X(ERANGE, 68)                                                                                    \
  X(EROFS, 69)                                                                                     \
  X(ESPIPE, 70)                                                                                    \
  X(ESRCH, 71)                                                                                     \
  X(ESTALE, 72)                                                                                    \
  X(ETIMEDOUT, 73)                                                                                 \
  X(ETXTBSY, 74)                                                                                   \
  X(EXDEV, 75)

/* WASI names that the native layer answers by itself. */
enum {
  WASI_SUCCESS = 0,
  WASI_AGAIN = 6,
  WASI_BADF = 8,
  WASI_BUSY = 10,
  WASI_FAULT = 21,
  WASI_INVAL = 28,
  WASI_IO = 29,
  WASI_ISDIR = 31,
  WASI_LOOP = 32,
  WASI_MFILE = 33,
  WASI_NFILE = 41,
  WASI_NOBUFS = 42,
  WASI_NAMETOOLONG = 37,
  WASI_NOENT = 44,
  WASI_NOMEM = 48,
  WASI_NOTCONN = 53,
  WASI_NOTDIR = 54,
  WASI_NOTSOCK = 57,
  WASI_NOTSUP = 58,
  WASI_ROFS = 69,
  WASI_NOTCAPABLE = 76,
};

/* Takes an errno or a -errno. What WASI has no name for is an IO error. */
static inline int px_wasi_errno(int host_errno) {
  switch (host_errno < 0 ? -host_errno : host_errno) {
    case 0: return WASI_SUCCESS;
#define PX_CASE(host, wasi) \
  case host: return wasi;
    PX_ERRNO_MAP(PX_CASE)
#undef PX_CASE
    default: return WASI_IO;
  }
}

#endif
