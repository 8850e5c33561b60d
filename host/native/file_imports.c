/* SPDX-License-Identifier: MIT
 * The WASI functions on files as JavaScript calls them (host/wasi/files.ts): unwrap the numbers, take
 * the memory as it is now, call the host. In the order of the witx. */
#define _GNU_SOURCE
#include "call.h"
#include "wasi_files.h"

/* Arguments of the call, as short as the lists below are long. */
#define I32(i) arg(call, i)
#define I64(i) arg64(call, i)
#define MEMORY memory_of(call)

#define FILE_IMPORT(name, ...)                              \
  IMPORT(name) {                                            \
    UNWRAP;                                                 \
    return answer(call, px_##name(host, __VA_ARGS__));     \
  }

FILE_IMPORT(fd_advise, I32(0), I64(1), I64(2), I32(3))
FILE_IMPORT(fd_allocate, I32(0), I64(1), I64(2))
FILE_IMPORT(fd_datasync, I32(0))
FILE_IMPORT(fd_filestat_get, MEMORY, I32(0), I32(1))
FILE_IMPORT(fd_filestat_set_size, I32(0), I64(1))
FILE_IMPORT(fd_filestat_set_times, I32(0), I64(1), I64(2), I32(3))
FILE_IMPORT(fd_pread, MEMORY, I32(0), I32(1), I32(2), I64(3), I32(4))
FILE_IMPORT(fd_prestat_get, MEMORY, I32(0), I32(1))
FILE_IMPORT(fd_prestat_dir_name, MEMORY, I32(0), I32(1), I32(2))
FILE_IMPORT(fd_pwrite, MEMORY, I32(0), I32(1), I32(2), I64(3), I32(4))
FILE_IMPORT(fd_readdir, MEMORY, I32(0), I32(1), I32(2), I64(3), I32(4))
FILE_IMPORT(fd_seek, MEMORY, I32(0), I64(1), I32(2), I32(3))
FILE_IMPORT(fd_sync, I32(0))
FILE_IMPORT(fd_tell, MEMORY, I32(0), I32(1))
FILE_IMPORT(path_create_directory, MEMORY, I32(0), I32(1), I32(2))
FILE_IMPORT(path_filestat_get, MEMORY, I32(0), I32(1), I32(2), I32(3), I32(4))
FILE_IMPORT(path_filestat_set_times, MEMORY, I32(0), I32(1), I32(2), I32(3), I64(4), I64(5),
            I32(6))
FILE_IMPORT(path_link, MEMORY, I32(0), I32(1), I32(2), I32(3), I32(4), I32(5), I32(6))
FILE_IMPORT(path_open, MEMORY, I32(0), I32(1), I32(2), I32(3), I32(4), I64(5), I64(6), I32(7),
            I32(8))
FILE_IMPORT(path_readlink, MEMORY, I32(0), I32(1), I32(2), I32(3), I32(4), I32(5))
FILE_IMPORT(path_remove_directory, MEMORY, I32(0), I32(1), I32(2))
FILE_IMPORT(path_rename, MEMORY, I32(0), I32(1), I32(2), I32(3), I32(4), I32(5))
FILE_IMPORT(path_symlink, MEMORY, I32(0), I32(1), I32(2), I32(3), I32(4))
FILE_IMPORT(path_unlink_file, MEMORY, I32(0), I32(1), I32(2))

napi_status px_file_imports_define(napi_env env, struct instance *instance, napi_value files) {
  static const struct px_function table[] = {
#define ENTRY(name) {#name, import_##name},
      ENTRY(fd_advise) ENTRY(fd_allocate) ENTRY(fd_datasync) ENTRY(fd_filestat_get)
      ENTRY(fd_filestat_set_size) ENTRY(fd_filestat_set_times) ENTRY(fd_pread)
      ENTRY(fd_prestat_get) ENTRY(fd_prestat_dir_name) ENTRY(fd_pwrite) ENTRY(fd_readdir)
      ENTRY(fd_seek) ENTRY(fd_sync) ENTRY(fd_tell) ENTRY(path_create_directory)
      ENTRY(path_filestat_get) ENTRY(path_filestat_set_times) ENTRY(path_link) ENTRY(path_open)
      ENTRY(path_readlink) ENTRY(path_remove_directory) ENTRY(path_rename) ENTRY(path_symlink)
      ENTRY(path_unlink_file)
#undef ENTRY
  };
  return px_functions_define(env, instance, files, table, sizeof table / sizeof table[0]);
}
