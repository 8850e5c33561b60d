/* SPDX-License-Identifier: MIT
 * One call of an import by the guest: its numbers, the memory as it is now, and the answer. Used by
 * imports.c and file_imports.c alone. */
#ifndef PX_CALL_H
#define PX_CALL_H

#include <stdbool.h>

#include "instance.h"
#include "limits.h"

struct call {
  napi_env env;
  struct instance *in;
  napi_value (*body)(struct call *call); /* makes the call, and makes it again when it was suspended */
  size_t argc;
  napi_value argv[ARGS_MAX];
};

/* suspended.c: keeps the call to be made again; its answer then is that of a promise, which is returned. */
napi_value px_suspend_call(struct call *call);

static inline bool unwrap(struct call *call, napi_env env, napi_callback_info info) {
  void *data;
  call->env = env;
  call->argc = ARGS_MAX;
  if (napi_get_cb_info(env, info, &call->argc, call->argv, NULL, &data) != napi_ok) return false;
  call->in = data;
  return true;
}

/* Argument `i` as the guest's unsigned 32 bits; WebAssembly hands i32 over as signed. */
static inline uint32_t arg(const struct call *call, size_t i) {
  int32_t value = 0;
  napi_get_value_int32(call->env, call->argv[i], &value);
  return (uint32_t)value;
}

static inline uint64_t arg64(const struct call *call, size_t i) {
  uint64_t value = 0;
  bool lossless;
  napi_get_value_bigint_uint64(call->env, call->argv[i], &value, &lossless);
  return value;
}

static inline napi_value number(napi_env env, int value) {
  napi_value result;
  return napi_create_int32(env, value, &result) == napi_ok ? result : NULL;
}

/* The guest's memory at this moment. memory.grow detaches the buffer, which then has length 0. */
static inline struct px_memory memory_of(struct call *call) {
  struct instance *in = call->in;
  napi_value buffer, memory;
  void *data = NULL;
  size_t size = 0;
  if (in->buffer != NULL && napi_get_reference_value(call->env, in->buffer, &buffer) == napi_ok &&
      napi_get_arraybuffer_info(call->env, buffer, &data, &size) == napi_ok && size > 0)
    return (struct px_memory){.data = data, .size = size};
  if (in->buffer != NULL) napi_delete_reference(call->env, in->buffer);
  in->buffer = NULL;
  if (in->memory == NULL || napi_get_reference_value(call->env, in->memory, &memory) != napi_ok ||
      napi_get_named_property(call->env, memory, "buffer", &buffer) != napi_ok ||
      napi_get_arraybuffer_info(call->env, buffer, &data, &size) != napi_ok)
    return (struct px_memory){.data = NULL, .size = 0};
  napi_create_reference(call->env, buffer, 1, &in->buffer);
  px_limits_memory(&in->host, size);
  return (struct px_memory){.data = data, .size = size};
}

/* A status of the host as the guest's errno; a stop is thrown through the guest. */
static inline napi_value answer(struct call *call, int status) {
  if (status >= PX_DELEGATE && status != PX_STOPPED) return number(call->env, status);
  if (status == PX_SUSPEND) return px_suspend_call(call);
  napi_value error;
  bool over = call->in->host.limits.over_memory;
  if (napi_get_reference_value(call->env, over ? call->in->over_memory : call->in->stopped,
                               &error) == napi_ok)
    napi_throw(call->env, error);
  return NULL;
}

/* An import: its body, and the callback around it. */
#define IMPORT_WITH(name, guard)                                               \
  static napi_value body_##name(struct call *call);                            \
  static napi_value import_##name(napi_env env, napi_callback_info info) {     \
    struct call call;                                                          \
    if (!unwrap(&call, env, info)) return NULL;                                \
    call.body = body_##name;                                                   \
    guard;                                                                     \
    return body_##name(&call);                                                 \
  }                                                                            \
  static napi_value body_##name(struct call *call)

#define IMPORT(name) IMPORT_WITH(name, (void)0)

/* One that may be suspended. There is one suspended call at a time: another one, which only the embedder
 * can make, is refused. */
#define WAITING_IMPORT(name) \
  IMPORT_WITH(name, if (call.in->suspended.deferred != NULL) return number(env, WASI_BUSY))

#define UNWRAP                                  \
  napi_env env = call->env;                     \
  struct px_host *host = &call->in->host;       \
  (void)env

#endif
