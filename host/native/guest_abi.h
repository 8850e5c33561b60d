/* SPDX-License-Identifier: MIT
 * Guest memory and the records that wasi_snapshot_preview1.witx lays out in it.
 *
 * Records are read and written field by field at their offsets, little-endian, at any alignment:
 * a guest's pointer need not be aligned. Every access goes through px_at, which checks it. */
#ifndef PX_GUEST_ABI_H
#define PX_GUEST_ABI_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "pollux reads guest memory in place, which needs a little-endian machine"
#endif

/* A guest's memory as it is during one call. Never kept: memory.grow moves it. */
struct px_memory {
  uint8_t *data;
  uint64_t size;
};

/* `length` bytes at `pointer`, or NULL where they are not all inside the memory. 64-bit
 * arithmetic: neither a sum of two 32-bit numbers nor count * size of 32-bit numbers wraps. */
static inline uint8_t *px_at(struct px_memory memory, uint32_t pointer, uint64_t length) {
  return length <= memory.size && pointer <= memory.size - length ? memory.data + pointer : NULL;
}

#define PX_FIELD(type)                                         \
  static inline type px_get_##type(const uint8_t *at) {        \
    type value;                                                \
    memcpy(&value, at, sizeof value);                          \
    return value;                                              \
  }                                                            \
  static inline void px_put_##type(uint8_t *at, type value) {  \
    memcpy(at, &value, sizeof value);                          \
  }
PX_FIELD(uint16_t)
PX_FIELD(uint32_t)
PX_FIELD(uint64_t)
#undef PX_FIELD

/* The records, as C lays them out, stand here only to prove the offsets below. */
struct abi_subscription {
  uint64_t userdata;
  uint8_t tag;
  union {
    struct {
      uint32_t id;
      uint64_t timeout, precision;
      uint16_t flags;
    } clock;
    struct {
      uint32_t fd;
    } fd_readwrite;
  } u;
};
struct abi_event {
  uint64_t userdata;
  uint16_t error;
  uint8_t type;
  struct {
    uint64_t nbytes;
    uint16_t flags;
  } fd_readwrite;
};
struct abi_fdstat {
  uint8_t filetype;
  uint16_t flags;
  uint64_t rights_base, rights_inheriting;
};
struct abi_filestat {
  uint64_t dev, ino;
  uint8_t filetype;
  uint64_t nlink, size, atim, mtim, ctim;
};
struct abi_dirent {
  uint64_t next, ino;
  uint32_t namlen;
  uint8_t type;
};
struct abi_prestat {
  uint8_t tag;
  uint32_t name_length;
};

enum {
  ABI_SUBSCRIPTION_SIZE = 48,
  ABI_SUB_USERDATA = 0,
  ABI_SUB_TAG = 8,
  ABI_SUB_CLOCK_ID = 16,
  ABI_SUB_TIMEOUT = 24,
  ABI_SUB_CLOCK_FLAGS = 40,
  ABI_SUB_FD = 16,
  /* In the padding of a descriptor's subscription; see ABI_HINT_NO_COUNT. */
  ABI_SUB_REMOVE = 10, /* of any record: 6 bytes of padding behind the tag */
  ABI_SUB_HINT = 24,
  ABI_SUB_EDITION = 32,
  ABI_SUB_EDIT_FROM = 36,
  ABI_SUB_EDIT_TO = 40,

  ABI_EVENT_SIZE = 32,
  ABI_EVENT_USERDATA = 0,
  ABI_EVENT_ERROR = 8,
  ABI_EVENT_TYPE = 10,
  ABI_EVENT_NBYTES = 16,
  ABI_EVENT_FLAGS = 24,

  ABI_IOVEC_SIZE = 8,

  ABI_FDSTAT_SIZE = 24,
  ABI_FDSTAT_FILETYPE = 0,
  ABI_FDSTAT_FLAGS = 2,
  ABI_FDSTAT_RIGHTS = 8,
  ABI_FDSTAT_INHERITING = 16,

  ABI_FILESTAT_SIZE = 64,
  ABI_FILESTAT_DEV = 0,
  ABI_FILESTAT_INO = 8,
  ABI_FILESTAT_FILETYPE = 16,
  ABI_FILESTAT_NLINK = 24,
  ABI_FILESTAT_BYTES = 32,
  ABI_FILESTAT_ATIM = 40,
  ABI_FILESTAT_MTIM = 48,
  ABI_FILESTAT_CTIM = 56,

  ABI_DIRENT_SIZE = 24, /* the name follows */
  ABI_DIRENT_NEXT = 0,
  ABI_DIRENT_INO = 8,
  ABI_DIRENT_NAMLEN = 16,
  ABI_DIRENT_TYPE = 20,

  ABI_PRESTAT_SIZE = 8,
  ABI_PRESTAT_TAG = 0,
  ABI_PRESTAT_NAME_LENGTH = 4,
};

#define PX_SAME(constant, type, member) \
  _Static_assert((constant) == offsetof(struct type, member), #constant)
_Static_assert(ABI_SUBSCRIPTION_SIZE == sizeof(struct abi_subscription), "subscription");
_Static_assert(ABI_EVENT_SIZE == sizeof(struct abi_event), "event");
_Static_assert(ABI_FDSTAT_SIZE == sizeof(struct abi_fdstat), "fdstat");
PX_SAME(ABI_SUB_USERDATA, abi_subscription, userdata);
PX_SAME(ABI_SUB_TAG, abi_subscription, tag);
PX_SAME(ABI_SUB_CLOCK_ID, abi_subscription, u.clock.id);
PX_SAME(ABI_SUB_TIMEOUT, abi_subscription, u.clock.timeout);
PX_SAME(ABI_SUB_CLOCK_FLAGS, abi_subscription, u.clock.flags);
PX_SAME(ABI_SUB_FD, abi_subscription, u.fd_readwrite.fd);
PX_SAME(ABI_EVENT_USERDATA, abi_event, userdata);
PX_SAME(ABI_EVENT_ERROR, abi_event, error);
PX_SAME(ABI_EVENT_TYPE, abi_event, type);
PX_SAME(ABI_EVENT_NBYTES, abi_event, fd_readwrite.nbytes);
PX_SAME(ABI_EVENT_FLAGS, abi_event, fd_readwrite.flags);
PX_SAME(ABI_FDSTAT_FLAGS, abi_fdstat, flags);
PX_SAME(ABI_FDSTAT_RIGHTS, abi_fdstat, rights_base);
PX_SAME(ABI_FDSTAT_INHERITING, abi_fdstat, rights_inheriting);
_Static_assert(ABI_FILESTAT_SIZE == sizeof(struct abi_filestat), "filestat");
PX_SAME(ABI_FILESTAT_INO, abi_filestat, ino);
PX_SAME(ABI_FILESTAT_FILETYPE, abi_filestat, filetype);
PX_SAME(ABI_FILESTAT_NLINK, abi_filestat, nlink);
PX_SAME(ABI_FILESTAT_BYTES, abi_filestat, size);
PX_SAME(ABI_FILESTAT_ATIM, abi_filestat, atim);
PX_SAME(ABI_FILESTAT_MTIM, abi_filestat, mtim);
PX_SAME(ABI_FILESTAT_CTIM, abi_filestat, ctim);
_Static_assert(ABI_DIRENT_SIZE == sizeof(struct abi_dirent), "dirent");
PX_SAME(ABI_DIRENT_INO, abi_dirent, ino);
PX_SAME(ABI_DIRENT_NAMLEN, abi_dirent, namlen);
PX_SAME(ABI_DIRENT_TYPE, abi_dirent, type);
_Static_assert(ABI_PRESTAT_SIZE == sizeof(struct abi_prestat), "prestat");
PX_SAME(ABI_PRESTAT_NAME_LENGTH, abi_prestat, name_length);
#undef PX_SAME

/* "no-count" in the padding of a descriptor's subscription: the guest does not look at nbytes, so the
 * system call that counts is saved and nbytes is 1. Eight bytes that no padding holds by chance;
 * other hosts never look there. Our SDK sets it, docs/guest-contract.md tells others of it. */
/* Behind it, in the first such subscription of an array, may stand a stamp: the number of this edition
 * of the array (0: no stamp) and which slots [from, to) differ from the edition numbered one less. The
 * host then compares these alone. Numbers are never reused by a guest for another content; one that
 * lies gets wrong events, and harms nobody else. */
#define ABI_HINT_NO_COUNT UINT64_C(0x746e756f632d6f6e)

/* eventtype; also the tag of a subscription. */
enum { ABI_CLOCK = 0, ABI_FD_READ = 1, ABI_FD_WRITE = 2 };
enum { ABI_CLOCK_REALTIME = 0, ABI_CLOCK_MONOTONIC = 1 };
enum { ABI_CLOCK_ABSTIME = 1 };         /* subclockflags */
enum { ABI_EVENT_HANGUP = 1 };          /* eventrwflags */
enum {
  ABI_FDFLAGS_APPEND = 1,
  ABI_FDFLAGS_DSYNC = 2,
  ABI_FDFLAGS_NONBLOCK = 4,
  ABI_FDFLAGS_RSYNC = 8,
  ABI_FDFLAGS_SYNC = 16,
  ABI_FDFLAGS_ALL = 31,
};
enum { ABI_RI_PEEK = 1, ABI_RI_WAITALL = 2 };
enum { ABI_SD_RD = 1, ABI_SD_WR = 2 };
enum {
  ABI_FILETYPE_UNKNOWN = 0,
  ABI_FILETYPE_BLOCK_DEVICE = 1,
  ABI_FILETYPE_CHARACTER_DEVICE = 2,
  ABI_FILETYPE_DIRECTORY = 3,
  ABI_FILETYPE_REGULAR_FILE = 4,
  ABI_FILETYPE_SOCKET_DGRAM = 5,
  ABI_FILETYPE_SOCKET_STREAM = 6,
  ABI_FILETYPE_SYMBOLIC_LINK = 7,
};
enum { ABI_LOOKUP_SYMLINK_FOLLOW = 1 };
enum { ABI_O_CREAT = 1, ABI_O_DIRECTORY = 2, ABI_O_EXCL = 4, ABI_O_TRUNC = 8, ABI_O_ALL = 15 };
enum {
  ABI_FST_ATIM = 1,
  ABI_FST_ATIM_NOW = 2,
  ABI_FST_MTIM = 4,
  ABI_FST_MTIM_NOW = 8,
  ABI_FST_ALL = 15,
};
enum { ABI_WHENCE_SET = 0, ABI_WHENCE_CUR = 1, ABI_WHENCE_END = 2 };
enum { ABI_PREOPEN_DIR = 0 }; /* prestat's tag */

/* Rights are bits in the order of the witx. */
#define ABI_RIGHT(bit) (UINT64_C(1) << (bit))
#define ABI_RIGHT_FD_DATASYNC ABI_RIGHT(0)
#define ABI_RIGHT_FD_READ ABI_RIGHT(1)
#define ABI_RIGHT_FD_SEEK ABI_RIGHT(2)
#define ABI_RIGHT_FD_FDSTAT_SET_FLAGS ABI_RIGHT(3)
#define ABI_RIGHT_FD_SYNC ABI_RIGHT(4)
#define ABI_RIGHT_FD_TELL ABI_RIGHT(5)
#define ABI_RIGHT_FD_WRITE ABI_RIGHT(6)
#define ABI_RIGHT_FD_ADVISE ABI_RIGHT(7)
#define ABI_RIGHT_FD_ALLOCATE ABI_RIGHT(8)
#define ABI_RIGHT_PATH_CREATE_DIRECTORY ABI_RIGHT(9)
#define ABI_RIGHT_PATH_CREATE_FILE ABI_RIGHT(10)
#define ABI_RIGHT_PATH_LINK_SOURCE ABI_RIGHT(11)
#define ABI_RIGHT_PATH_LINK_TARGET ABI_RIGHT(12)
#define ABI_RIGHT_PATH_OPEN ABI_RIGHT(13)
#define ABI_RIGHT_FD_READDIR ABI_RIGHT(14)
#define ABI_RIGHT_PATH_READLINK ABI_RIGHT(15)
#define ABI_RIGHT_PATH_RENAME_SOURCE ABI_RIGHT(16)
#define ABI_RIGHT_PATH_RENAME_TARGET ABI_RIGHT(17)
#define ABI_RIGHT_PATH_FILESTAT_GET ABI_RIGHT(18)
#define ABI_RIGHT_PATH_FILESTAT_SET_SIZE ABI_RIGHT(19)
#define ABI_RIGHT_PATH_FILESTAT_SET_TIMES ABI_RIGHT(20)
#define ABI_RIGHT_FD_FILESTAT_GET ABI_RIGHT(21)
#define ABI_RIGHT_FD_FILESTAT_SET_SIZE ABI_RIGHT(22)
#define ABI_RIGHT_FD_FILESTAT_SET_TIMES ABI_RIGHT(23)
#define ABI_RIGHT_PATH_SYMLINK ABI_RIGHT(24)
#define ABI_RIGHT_PATH_REMOVE_DIRECTORY ABI_RIGHT(25)
#define ABI_RIGHT_PATH_UNLINK_FILE ABI_RIGHT(26)
#define ABI_RIGHT_POLL_FD_READWRITE ABI_RIGHT(27)
#define ABI_RIGHT_SOCK_SHUTDOWN ABI_RIGHT(28)
#define ABI_RIGHT_SOCK_ACCEPT ABI_RIGHT(29)

#endif
