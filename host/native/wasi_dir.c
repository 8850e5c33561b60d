/* SPDX-License-Identifier: MIT
 * The fd_* functions of preview 1 on open directories of the host. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file.h"
#include "wasi_files.h"

enum { ENTRIES_SIZE = 16 * 1024, ENTRY_MAX = 512 /* a longest name, and what is before it */ };

/* getdents64(2)'s record; glibc has a name for it, musl has not. */
struct entry {
  uint64_t ino;
  int64_t next;
  uint16_t record_length;
  uint8_t type;
  char name[];
};

static const char *preopen_name(const struct px_host *host, const struct px_entry *entry) {
  return entry->preopen == 0 ? NULL : host->preopens[entry->preopen - 1];
}

int px_fd_prestat_get(struct px_host *host, struct px_memory memory, uint32_t fd,
                      uint32_t prestat) {
  int status;
  const struct px_entry *entry = px_file(host, fd, 0, &status);
  if (entry == NULL) return status;
  const char *name = preopen_name(host, entry);
  if (name == NULL) return WASI_INVAL; /* BADF would end the scan of wasi-libc, Go and Rust here */
  uint8_t *out = px_at(memory, prestat, ABI_PRESTAT_SIZE);
  if (out == NULL) return WASI_FAULT;
  memset(out, 0, ABI_PRESTAT_SIZE);
  out[ABI_PRESTAT_TAG] = ABI_PREOPEN_DIR;
  px_put_uint32_t(out + ABI_PRESTAT_NAME_LENGTH, (uint32_t)strlen(name));
  return WASI_SUCCESS;
}

int px_fd_prestat_dir_name(struct px_host *host, struct px_memory memory, uint32_t fd,
                           uint32_t path, uint32_t path_length) {
  int status;
  const struct px_entry *entry = px_file(host, fd, 0, &status);
  if (entry == NULL) return status;
  const char *name = preopen_name(host, entry);
  if (name == NULL) return WASI_INVAL;
  size_t length = strlen(name);
  if (path_length < length) return WASI_NAMETOOLONG;
  uint8_t *out = px_at(memory, path, length);
  if (out == NULL) return WASI_FAULT;
  memcpy(out, name, length);
  return WASI_SUCCESS;
}

static uint8_t filetype(uint8_t type) {
  switch (type) {
    case DT_REG: return ABI_FILETYPE_REGULAR_FILE;
    case DT_DIR: return ABI_FILETYPE_DIRECTORY;
    case DT_LNK: return ABI_FILETYPE_SYMBOLIC_LINK;
    case DT_CHR: return ABI_FILETYPE_CHARACTER_DEVICE;
    case DT_BLK: return ABI_FILETYPE_BLOCK_DEVICE;
    case DT_SOCK: return ABI_FILETYPE_SOCKET_STREAM;
    default: return ABI_FILETYPE_UNKNOWN;
  }
}

/* Writes an entry, or as much of it as fits; answers the bytes written. */
static uint32_t put(uint8_t *out, uint32_t room, const struct entry *entry, uint64_t ino) {
  uint8_t head[ABI_DIRENT_SIZE] = {0};
  uint32_t name_length = (uint32_t)strlen(entry->name);
  px_put_uint64_t(head + ABI_DIRENT_NEXT, (uint64_t)entry->next);
  px_put_uint64_t(head + ABI_DIRENT_INO, ino);
  px_put_uint32_t(head + ABI_DIRENT_NAMLEN, name_length);
  head[ABI_DIRENT_TYPE] = filetype(entry->type);
  uint32_t head_length = room < ABI_DIRENT_SIZE ? room : ABI_DIRENT_SIZE;
  memcpy(out, head, head_length);
  room -= head_length;
  if (name_length > room) name_length = room;
  memcpy(out + head_length, entry->name, name_length);
  return head_length + name_length;
}

/* The cookie of an entry is the kernel's own, which lseek(2) takes: nothing is kept between calls,
 * and a directory that changes meanwhile loses or repeats no entry that stays. */
int px_fd_readdir(struct px_host *host, struct px_memory memory, uint32_t fd, uint32_t buffer,
                  uint32_t buffer_length, uint64_t cookie, uint32_t used) {
  int status;
  const struct px_entry *entry = px_file(host, fd, 0, &status);
  if (entry == NULL) return status;
  if (entry->filetype != ABI_FILETYPE_DIRECTORY) return WASI_NOTDIR;
  if ((entry->rights & ABI_RIGHT_FD_READDIR) == 0) return WASI_NOTCAPABLE;
  uint8_t *out = px_at(memory, buffer, buffer_length), *count = px_at(memory, used, 4);
  if (out == NULL || count == NULL) return WASI_FAULT;
  struct stat stat;
  if (fstat(entry->base_fd, &stat) < 0 || lseek(entry->base_fd, (off_t)cookie, SEEK_SET) < 0)
    return px_wasi_errno(errno);
  _Alignas(struct entry) char entries[ENTRIES_SIZE];
  uint32_t written = 0;
  while (written < buffer_length) {
    /* The kernel's records are about as long as the guest's: more than fit would be read in vain. */
    size_t room = buffer_length - written;
    room = room < ENTRY_MAX ? ENTRY_MAX : room > sizeof entries ? sizeof entries : room;
    long n = syscall(SYS_getdents64, entry->base_fd, entries, room);
    if (n < 0 && written == 0) return px_wasi_errno(errno);
    if (n <= 0) break;
    for (long at = 0; at < n && written < buffer_length;) {
      const struct entry *one = (const struct entry *)(entries + at);
      /* What lies above was not granted, so not its number either. */
      uint64_t ino = strcmp(one->name, "..") == 0 ? stat.st_ino : one->ino;
      written += put(out + written, buffer_length - written, one, ino);
      at += one->record_length;
    }
  }
  px_put_uint32_t(count, written);
  return WASI_SUCCESS;
}
