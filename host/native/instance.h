/* SPDX-License-Identifier: MIT
 * A host as JavaScript holds it: the native host, the guest's memory, and the base WASI's functions.
 * Shared by addon.c, host_object.c, imports.c and file_imports.c, the only files that
 * know Node-API. */
#ifndef PX_INSTANCE_H
#define PX_INSTANCE_H

#define NAPI_VERSION 8
#include <node_api.h>

#include "host.h"

/* Functions of the base WASI that imports.c calls, by their preview 1 names. */
#define PX_BASE_FUNCTIONS(X) \
  X(fd_close) X(fd_fdstat_get) X(fd_fdstat_set_flags) X(fd_fdstat_set_rights) X(fd_read) X(fd_write)

enum px_base_function {
#define PX_ENUM(name) PX_BASE_##name,
  PX_BASE_FUNCTIONS(PX_ENUM)
#undef PX_ENUM
      PX_BASE_COUNT
};

struct call;
struct px_loop;

enum { ARGS_MAX = 9 };

/* The call that waits in an event loop, to be made again. */
struct suspended {
  napi_deferred deferred; /* NULL: there is none */
  napi_value (*body)(struct call *call);
  size_t argc;
  uint32_t args[ARGS_MAX];
  bool again; /* made again, it was suspended once more */
};

struct instance {
  struct px_host host;
  /* Living JavaScript objects that point here: the host object and each import function. */
  int references;
  napi_env env;
  napi_ref memory; /* WebAssembly.Memory */
  napi_ref buffer; /* its ArrayBuffer, until it grows */
  napi_ref stopped, over_memory, warn, first_wait, called;
  napi_ref base[PX_BASE_COUNT];
  struct px_loop *loop; /* loop.h; NULL: the host blocks its thread */
  struct suspended suspended;
};

/* Closes the host of the instance and all that it has open. */
void px_instance_close(struct instance *instance);

/* Makes `object` keep the instance alive. */
napi_status px_instance_hold(napi_env env, struct instance *instance, napi_value object);

struct px_function {
  const char *name;
  napi_callback callback;
};

/* Puts functions on `object`, with the instance as their data. */
napi_status px_functions_define(napi_env env, struct instance *instance, napi_value object,
                                const struct px_function *functions, size_t count);

/* imports.c: puts the native import functions on `imports`. */
napi_status px_imports_define(napi_env env, struct instance *instance, napi_value imports);
/* file_imports.c: those on files alone; they answer PX_DELEGATE for what is no file. */
napi_status px_file_imports_define(napi_env env, struct instance *instance, napi_value files);

/* host_object.c: puts the imports and the methods of a host on `object`. NULL: an exception is pending. */
napi_value px_host_object_define(napi_env env, struct instance *instance, napi_value object);

#endif
