/* SPDX-License-Identifier: MIT
 * The methods of one host as JavaScript calls them, typed as NativeHost in addon.ts. */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "call.h"
#include "channel_guest.h"
#include "connect.h"
#include "loop.h"
#include "napi_values.h"
#include "stats_object.h"
#include "suspended.h"
#include "turns.h"

static struct instance *method(napi_env env, napi_callback_info info, size_t argc,
                               napi_value *argv) {
  void *data = NULL;
  size_t given = argc;
  if (napi_get_cb_info(env, info, &given, argv, NULL, &data) != napi_ok) return NULL;
  return data;
}

/* A descriptor's number, or an exception where the host refused it with -errno. */
static napi_value descriptor(napi_env env, int fd) {
  napi_value number;
  if (fd < 0) {
    napi_throw_error(env, NULL, strerror(-fd));
    return NULL;
  }
  TRY(napi_create_int32(env, fd, &number));
  return number;
}

static napi_value host_attach(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  struct instance *in = method(env, info, 1, argv);
  delete_reference(env, &in->memory);
  delete_reference(env, &in->buffer);
  TRY(napi_create_reference(env, argv[0], 1, &in->memory));
  px_turn_begin(&in->host);
  return NULL;
}

static napi_value host_add_listener(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  struct instance *in = method(env, info, 1, argv);
  int32_t fd;
  TRY(napi_get_value_int32(env, argv[0], &fd));
  return descriptor(env, px_host_add_listener(&in->host, fd));
}

static napi_value host_add_base(napi_env env, napi_callback_info info) {
  napi_value argv[2];
  struct instance *in = method(env, info, 2, argv);
  int32_t base_fd, host_fd;
  TRY(napi_get_value_int32(env, argv[0], &base_fd));
  TRY(napi_get_value_int32(env, argv[1], &host_fd));
  return descriptor(env, px_host_add_base(&in->host, base_fd, host_fd));
}

static napi_value host_add_stream(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  struct instance *in = method(env, info, 1, argv);
  int32_t fd;
  TRY(napi_get_value_int32(env, argv[0], &fd));
  return descriptor(env, px_host_add_stream(&in->host, fd));
}

/* `{ fd }`, or `{ error }` with the system's words. */
static napi_value host_add_directory(napi_env env, napi_callback_info info) {
  napi_value argv[2], result;
  char path[PATH_MAX], name[PATH_MAX];
  size_t length;
  struct instance *in = method(env, info, 2, argv);
  TRY(napi_get_value_string_utf8(env, argv[0], path, sizeof path, &length));
  TRY(napi_get_value_string_utf8(env, argv[1], name, sizeof name, &length));
  TRY(napi_create_object(env, &result));
  int fd = px_host_add_directory(&in->host, path, name);
  if (fd < 0)
    TRY(put_string(env, result, "error", strerror(-fd)));
  else
    TRY(put_number(env, result, "fd", fd));
  return result;
}

static napi_value host_add_device(napi_env env, napi_callback_info info) {
  struct instance *in = method(env, info, 0, NULL);
  return descriptor(env, px_host_add_device(&in->host));
}

/* The guest fd of the interest set of /dev/poll, or -errno. */
static napi_value host_open_poll_set(napi_env env, napi_callback_info info) {
  napi_value argv[1], number;
  struct instance *in = method(env, info, 1, argv);
  uint32_t flags;
  TRY(napi_get_value_uint32(env, argv[0], &flags));
  TRY(napi_create_int32(env, px_poll_set_open(&in->host, (uint16_t)flags), &number));
  return number;
}

/* A blocking connect that goes on: the same answers. */
static napi_value connected(struct call *call) {
  int status, fd = (int)arg(call, 0);
  fd = px_connect_wait(&call->in->host, fd, &status);
  if (status == PX_SUSPEND) return px_suspend_call(call);
  return status == PX_STOPPED ? answer(call, status) : number(call->env, fd < 0 ? -status : fd);
}

/* The guest fd of a connection to a host and port, or to a path where there is one; or the WASI errno
 * below zero. A stop while it waits is thrown. */
static napi_value host_connect(napi_env env, napi_callback_info info) {
  napi_value argv[5], number, stopped;
  struct instance *in = method(env, info, 5, argv);
  char host[256], path[PATH_MAX];
  size_t host_length, path_length;
  int32_t port;
  uint32_t flags;
  uint64_t rights;
  bool lossless;
  TRY(napi_get_value_string_utf8(env, argv[0], host, sizeof host, &host_length));
  TRY(napi_get_value_int32(env, argv[1], &port));
  TRY(napi_get_value_string_utf8(env, argv[2], path, sizeof path, &path_length));
  TRY(napi_get_value_uint32(env, argv[3], &flags));
  TRY(napi_get_value_bigint_uint64(env, argv[4], &rights, &lossless));
  struct px_target target = {.host = host, .port = port, .path = path_length > 0 ? path : NULL};
  int status;
  int fd = px_connect(&in->host, &target, flags, rights, &status);
  if (fd >= 0 && status == PX_SUSPEND) {
    struct call call = {.env = env, .in = in, .body = connected, .argc = 1};
    TRY(napi_create_int32(env, fd, &call.argv[0]));
    return px_suspend_call(&call);
  }
  if (fd < 0 && status == PX_STOPPED) {
    TRY(napi_get_reference_value(env, in->stopped, &stopped));
    napi_throw(env, stopped);
    return NULL;
  }
  TRY(napi_create_int32(env, fd < 0 ? -status : fd, &number));
  return number;
}

static napi_value host_lookup(napi_env env, napi_callback_info info) {
  napi_value argv[1], number;
  struct instance *in = method(env, info, 1, argv);
  int32_t fd;
  TRY(napi_get_value_int32(env, argv[0], &fd));
  const struct px_entry *entry = px_fd_table_get(&in->host.table, (uint32_t)fd);
  int found = entry == NULL               ? -1
              : entry->kind == PX_BASE    ? entry->base_fd
              : entry->kind == PX_DEVICE  ? -3
              : entry->kind == PX_FILE    ? -4
              : entry->kind == PX_POLL_SET ? -5
                                          : -2;
  TRY(napi_create_int32(env, found, &number));
  return number;
}

static napi_value host_describe(napi_env env, napi_callback_info info) {
  napi_value argv[1], text;
  struct instance *in = method(env, info, 1, argv);
  int32_t fd;
  char name[PX_LINK_MAX];
  TRY(napi_get_value_int32(env, argv[0], &fd));
  const struct px_entry *entry = px_fd_table_get(&in->host.table, (uint32_t)fd);
  if (entry == NULL || !px_is_connection(entry)) return NULL;
  if (entry->kind == PX_CHANNEL)
    snprintf(name, sizeof name, "channel:%s", px_channel_of(&in->host, entry)->name);
  else if (px_describe(entry->host_fd, name, sizeof name) < 0) return NULL;
  TRY(napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &text));
  return text;
}

static napi_value host_stats(napi_env env, napi_callback_info info) {
  struct px_snapshot snapshot;
  px_snapshot_take(&method(env, info, 0, NULL)->host, &snapshot);
  return px_stats_object(env, &snapshot);
}

static napi_value host_close(napi_env env, napi_callback_info info) {
  struct instance *in = method(env, info, 0, NULL);
  px_suspended_reject(env, in);
  px_instance_close(in);
  return NULL;
}

/* `turn` is called from now on whenever something may be ready for the guest. */
static napi_value host_start(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  struct instance *in = method(env, info, 1, argv);
  if (in->loop != NULL) TRY(px_loop_start(env, in->loop, argv[0]));
  return NULL;
}

/* What `start` is given for a guest whose calls are suspended. */
static napi_value host_resume(napi_env env, napi_callback_info info) {
  px_suspended_resume(env, method(env, info, 0, NULL));
  return NULL;
}

static napi_value host_keep_alive(napi_env env, napi_callback_info info) {
  napi_value argv[1];
  struct instance *in = method(env, info, 1, argv);
  bool alive;
  TRY(napi_get_value_bool(env, argv[0], &alive));
  if (in->loop != NULL) px_loop_ref(in->loop, alive);
  return NULL;
}

napi_value px_host_object_define(napi_env env, struct instance *in, napi_value object) {
  static const struct {
    const char *name;
    napi_callback function;
  } methods[] = {
      {"attach", host_attach},           {"addListener", host_add_listener},
      {"addBase", host_add_base},        {"addDevice", host_add_device},
      {"addStream", host_add_stream},    {"addDirectory", host_add_directory},
      {"openPollSet", host_open_poll_set}, {"lookup", host_lookup},
      {"describe", host_describe},       {"stats", host_stats},
      {"close", host_close},             {"connect", host_connect},
      {"start", host_start},             {"resume", host_resume},
      {"keepAlive", host_keep_alive},
  };
  napi_value imports, files, function;
  TRY(napi_create_object(env, &imports));
  TRY(px_imports_define(env, in, imports));
  TRY(put(env, object, "imports", imports));
  TRY(napi_create_object(env, &files));
  TRY(px_file_imports_define(env, in, files));
  TRY(put(env, object, "files", files));
  TRY(put_number(env, object, "id", in->host.id));
  TRY(put_string(env, object, "backend", in->host.ops->name));
  for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
    TRY(napi_create_function(env, methods[i].name, NAPI_AUTO_LENGTH, methods[i].function, in,
                             &function));
    TRY(px_instance_hold(env, in, function));
    TRY(put(env, object, methods[i].name, function));
  }
  return object;
}

