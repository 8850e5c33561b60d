/* SPDX-License-Identifier: MIT
 * The addon's exports, typed in addon.ts: backends, listen, createHost, stop and the signals. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backlog.h"
#include "given_object.h"
#include "listen.h"
#include "loop.h"
#include "napi_values.h"
#include "requests.h"
#include "socket_file.h"
#include "stats_object.h"
#include "stop.h"

void px_instance_close(struct instance *in) {
  if (in->loop != NULL) px_loop_close(in->loop);
  px_registry_remove(&in->host);
  px_host_close(&in->host);
  /* They hold on to whoever made the host, and so to the host itself and the guest with its memory. */
  delete_reference(in->env, &in->memory);
  delete_reference(in->env, &in->buffer);
  delete_reference(in->env, &in->warn);
  delete_reference(in->env, &in->first_wait);
  delete_reference(in->env, &in->called);
  for (int i = 0; i < PX_BASE_COUNT; i++) delete_reference(in->env, &in->base[i]);
}

/* One of the objects that point to the instance is gone; the last one takes it along. */
static void release(napi_env env, void *data, void *hint) {
  struct instance *in = data;
  (void)hint;
  if (--in->references > 0) return;
  px_instance_close(in);
  delete_reference(env, &in->stopped);
  delete_reference(env, &in->over_memory);
  free(in);
}

napi_status px_instance_hold(napi_env env, struct instance *instance, napi_value object) {
  napi_status status = napi_add_finalizer(env, object, instance, release, NULL, NULL);
  if (status == napi_ok) instance->references++;
  return status;
}

/* ---- what is not tied to one host ---- */

static napi_value backends(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value list, entry, available;
  TRY(napi_create_array(env, &list));
  for (uint32_t i = 0; px_backends[i] != NULL; i++) {
    int status = px_backend_probe(px_backends[i]);
    TRY(napi_create_object(env, &entry));
    TRY(napi_get_boolean(env, status == 0, &available));
    TRY(put_string(env, entry, "name", px_backends[i]->name));
    TRY(put_string(env, entry, "summary", px_backends[i]->summary));
    TRY(put_string(env, entry, "reason", status == 0 ? "" : px_backend_reason(px_backends[i], status)));
    TRY(put(env, entry, "available", available));
    TRY(napi_set_element(env, list, i, entry));
  }
  return list;
}

/* What a listen came to, as ListenResult of addon.ts. */
static napi_value listened(napi_env env, const struct px_listen_result *from) {
  napi_value result;
  TRY(napi_create_object(env, &result));
  if (from->fd >= 0) {
    TRY(put_number(env, result, "fd", from->fd));
    TRY(put_string(env, result, "host", from->address.host));
    TRY(put_number(env, result, "port", from->address.port));
    if (from->address.is_unix) TRY(put_string(env, result, "path", from->address.path));
    return result;
  }
  bool resolve = strcmp(from->step, "resolve") == 0;
  TRY(put_string(env, result, "step", from->step));
  TRY(put_number(env, result, "errno", from->error));
  TRY(put_string(env, result, "message",
                 resolve ? gai_strerror(from->error) : strerror(from->error)));
  return result;
}

static napi_value listen_tcp(napi_env env, napi_callback_info info) {
  size_t argc = 4, length;
  napi_value argv[4];
  char host[256];
  int32_t port, backlog;
  bool reuseport;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_string_utf8(env, argv[0], host, sizeof host, &length));
  TRY(napi_get_value_int32(env, argv[1], &port));
  TRY(napi_get_value_int32(env, argv[2], &backlog));
  TRY(napi_get_value_bool(env, argv[3], &reuseport));
  struct px_listen_result result;
  px_listen_tcp(host, port, backlog, reuseport, &result);
  return listened(env, &result);
}

static napi_value listen_unix(napi_env env, napi_callback_info info) {
  size_t argc = 4, length;
  napi_value argv[4];
  char path[PATH_MAX], absolute[PATH_MAX];
  int32_t mode, backlog;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_string_utf8(env, argv[0], path, sizeof path, &length));
  TRY(napi_get_value_string_utf8(env, argv[1], absolute, sizeof absolute, &length));
  TRY(napi_get_value_int32(env, argv[2], &mode));
  TRY(napi_get_value_int32(env, argv[3], &backlog));
  struct px_listen_result result;
  px_listen_unix(path, absolute, mode, backlog, &result);
  return listened(env, &result);
}

static napi_value listen_inherited(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  int32_t fd;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_int32(env, argv[0], &fd));
  struct px_listen_result result;
  px_listen_inherited(fd, &result);
  return listened(env, &result);
}

/* Ends a listening socket for all who share it, so that the kernel refuses connections, and removes its
 * socket file. The descriptor stays open. */
static napi_value refuse_listener(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  int32_t fd;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_int32(env, argv[0], &fd));
  px_socket_file_closed(fd);
  shutdown(fd, SHUT_RDWR);
  return NULL;
}

/* Closes a listening socket that no host has taken over, with its socket file. */
static napi_value close_listener(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  int32_t fd;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_int32(env, argv[0], &fd));
  px_socket_file_closed(fd);
  px_backlog_drop(fd);
  close(fd);
  return NULL;
}

/* Children that are started from now on do not get the descriptor. */
static napi_value close_on_exec(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  int32_t fd;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_int32(env, argv[0], &fd));
  fcntl(fd, F_SETFD, FD_CLOEXEC); /* one that is not open fails here, and tells when it is used */
  return NULL;
}

/* Calls `act` with the id of a host, the only argument, and answers whether there is such a host. */
static napi_value by_id(napi_env env, napi_callback_info info, bool (*act)(uint32_t id)) {
  size_t argc = 1;
  napi_value argv[1], found;
  uint32_t id;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_uint32(env, argv[0], &id));
  TRY(napi_get_boolean(env, act(id), &found));
  return found;
}

static napi_value stop(napi_env env, napi_callback_info info) {
  return by_id(env, info, px_registry_stop);
}

static bool request_drain(uint32_t id) { return px_registry_request(id, PX_REQUEST_DRAIN); }

static napi_value drain(napi_env env, napi_callback_info info) {
  return by_id(env, info, request_drain);
}

static napi_value bury(napi_env env, napi_callback_info info) {
  return by_id(env, info, px_registry_bury);
}

/* The counters of a host by its id; undefined where there is no such host. */
static napi_value stats(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  uint32_t id;
  struct px_snapshot snapshot;
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_uint32(env, argv[0], &id));
  return px_registry_snapshot(id, &snapshot) ? px_stats_object(env, &snapshot) : NULL;
}

static napi_value catch_signals(napi_env env, napi_callback_info info) {
  size_t argc = 3, length;
  napi_value argv[3], found;
  uint32_t id;
  int64_t drain_ms;
  char notice[256];
  TRY(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  TRY(napi_get_value_uint32(env, argv[0], &id));
  TRY(napi_get_value_int64(env, argv[1], &drain_ms));
  TRY(napi_get_value_string_utf8(env, argv[2], notice, sizeof notice, &length));
  TRY(napi_get_boolean(env, px_signals_catch(id, drain_ms, notice), &found));
  return found;
}

static napi_value release_signals(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value number;
  TRY(napi_create_int32(env, px_signals_release(), &number));
  return number;
}

static void warn(void *context, const char *message) {
  struct instance *in = context;
  napi_env env = in->env;
  napi_value function, receiver, text;
  if (napi_get_reference_value(env, in->warn, &function) == napi_ok &&
      napi_get_undefined(env, &receiver) == napi_ok &&
      napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text) == napi_ok)
    napi_call_function(env, receiver, function, 1, &text, NULL);
}

/* Calls a function that createHost was given, on the guest's thread and on top of the guest. */
static void call_kept(napi_env env, napi_ref kept, uint32_t what) {
  napi_value function, receiver, argument;
  if (napi_get_reference_value(env, kept, &function) == napi_ok &&
      napi_get_undefined(env, &receiver) == napi_ok &&
      napi_create_uint32(env, what, &argument) == napi_ok)
    napi_call_function(env, receiver, function, 1, &argument, NULL);
}

static void first_wait(void *context) {
  struct instance *in = context;
  call_kept(in->env, in->first_wait, 0);
  delete_reference(in->env, &in->first_wait);
}

static void called(void *context, uint32_t requests) {
  struct instance *in = context;
  call_kept(in->env, in->called, requests);
}

/* ---- createHost ---- */

/* The best backend that opens, or the named one. */
static const struct px_backend_ops *choose(const char *name) {
  if (strcmp(name, "auto") != 0) return px_backend_find(name);
  for (int i = 0; px_backends[i] != NULL; i++)
    if ((px_backends[i]->caps & PX_CAP_BY_NAME) == 0 && px_backend_probe(px_backends[i]) == 0)
      return px_backends[i];
  return NULL;
}

static napi_value reference_options(napi_env env, struct instance *in, napi_value options) {
  static const char *const names[] = {
#define PX_NAME(name) #name,
      PX_BASE_FUNCTIONS(PX_NAME)
#undef PX_NAME
  };
  napi_value value, base;
  napi_valuetype type;
  TRY(napi_get_named_property(env, options, "stopped", &value));
  TRY(napi_create_reference(env, value, 1, &in->stopped));
  TRY(napi_get_named_property(env, options, "overMemory", &value));
  TRY(napi_create_reference(env, value, 1, &in->over_memory));
  TRY(napi_get_named_property(env, options, "warn", &value));
  TRY(napi_create_reference(env, value, 1, &in->warn));
  TRY(napi_get_named_property(env, options, "firstWait", &value));
  TRY(napi_typeof(env, value, &type));
  if (type == napi_function) {
    TRY(napi_create_reference(env, value, 1, &in->first_wait));
    in->host.first_wait = first_wait;
    in->host.first_wait_context = in;
  }
  TRY(napi_get_named_property(env, options, "called", &value));
  TRY(napi_typeof(env, value, &type));
  if (type == napi_function) {
    TRY(napi_create_reference(env, value, 1, &in->called));
    in->host.called = called;
    in->host.called_context = in;
  }
  TRY(napi_get_named_property(env, options, "base", &base));
  for (int i = 0; i < PX_BASE_COUNT; i++) {
    TRY(napi_get_named_property(env, base, names[i], &value));
    TRY(napi_typeof(env, value, &type));
    /* A base without streams has none of them, and is never asked. */
    if (type == napi_function) TRY(napi_create_reference(env, value, 1, &in->base[i]));
  }
  return options;
}

static napi_value read_limits(napi_env env, struct px_host *host, napi_value options) {
  napi_value limits, value;
  int64_t bytes;
  TRY(napi_get_named_property(env, options, "timed", &value));
  TRY(napi_get_value_bool(env, value, &host->timed));
  TRY(napi_get_named_property(env, options, "ownsListeners", &value));
  TRY(napi_get_value_bool(env, value, &host->owns_listeners));
  TRY(napi_get_named_property(env, options, "keepsBacklog", &value));
  TRY(napi_get_value_bool(env, value, &host->keeps_backlog));
  TRY(napi_get_named_property(env, options, "limits", &limits));
  TRY(napi_get_named_property(env, limits, "connections", &value));
  TRY(napi_get_value_uint32(env, value, &host->limits.connections));
  TRY(napi_get_named_property(env, limits, "descriptors", &value));
  TRY(napi_get_value_uint32(env, value, &host->limits.descriptors));
  TRY(napi_get_named_property(env, limits, "acceptsPerSecond", &value));
  TRY(napi_get_value_uint32(env, value, &host->limits.accepts_per_second));
  TRY(napi_get_named_property(env, limits, "memoryBytes", &value));
  TRY(napi_get_value_int64(env, value, &bytes));
  host->limits.memory_bytes = (uint64_t)bytes;
  TRY(napi_get_named_property(env, limits, "turnNs", &value));
  TRY(napi_get_value_int64(env, value, &bytes));
  host->limits.turn_ns = (uint64_t)bytes;
  return limits;
}

/* Puts the host into the event loop where the options say so. NULL: an exception is pending, or `*error` is set. */
static napi_value read_loop(napi_env env, struct instance *in, napi_value options, const char **error) {
  napi_value value;
  napi_valuetype type;
  size_t length;
  char driver[8];
  *error = NULL;
  TRY(napi_get_named_property(env, options, "suspend", &value));
  TRY(napi_get_value_bool(env, value, &in->host.suspends));
  TRY(napi_get_named_property(env, options, "loop", &value));
  TRY(napi_typeof(env, value, &type));
  if (type != napi_string) return options;
  TRY(napi_get_value_string_utf8(env, value, driver, sizeof driver, &length));
  in->host.turns_by_loop = !in->host.suspends;
  return px_loop_open(env, in, driver, error) ? options : NULL;
}

static napi_value create_host(napi_env env, napi_callback_info info) {
  size_t argc = 1, length;
  napi_value options, value, object;
  char name[32] = "";
  TRY(napi_get_cb_info(env, info, &argc, &options, NULL, NULL));
  TRY(napi_get_named_property(env, options, "backend", &value));
  TRY(napi_get_value_string_utf8(env, value, name, sizeof name, &length));
  TRY(napi_create_object(env, &object));

  const struct px_backend_ops *ops = choose(name);
  struct instance *in = ops == NULL ? NULL : calloc(1, sizeof *in);
  int status = ops == NULL ? -ENOENT : in == NULL ? -ENOMEM : px_host_open(&in->host, ops);
  if (status < 0) {
    free(in);
    TRY(put_string(env, object, "error",
                   ops == NULL ? strerror(-status) : px_backend_reason(ops, status)));
    return object;
  }
  in->env = env;
  bool edge = false;
  TRY(napi_get_named_property(env, options, "edge", &value));
  TRY(napi_get_value_bool(env, value, &edge));
  if (edge) px_poller_trigger_edge(&in->host.poller);
  in->host.warn = warn;
  in->host.warn_context = in;
  px_registry_add(&in->host);
  napi_status held = px_instance_hold(env, in, object);
  if (held != napi_ok) {
    px_instance_close(in);
    free(in);
    TRY(held);
  }
  if (reference_options(env, in, options) == NULL || read_limits(env, &in->host, options) == NULL)
    return NULL;
  const char *error;
  if (read_loop(env, in, options, &error) == NULL) {
    if (error == NULL) return NULL;
    px_instance_close(in);
    TRY(put_string(env, object, "error", error));
    return object;
  }
  return px_host_object_define(env, in, object);
}

NAPI_MODULE_INIT() {
  static const struct {
    const char *name;
    napi_callback function;
  } table[] = {
      {"backends", backends},   {"listenTcp", listen_tcp},
      {"listenUnix", listen_unix}, {"listenInherited", listen_inherited},
      {"closeOnExec", close_on_exec}, {"refuseListener", refuse_listener},
      {"closeListener", close_listener},
      {"createHost", create_host}, {"stop", stop}, {"drain", drain}, {"bury", bury},
      {"stats", stats},
      {"catchSignals", catch_signals}, {"releaseSignals", release_signals},
  };
  napi_value function;
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    TRY(napi_create_function(env, table[i].name, NAPI_AUTO_LENGTH, table[i].function, NULL,
                             &function));
    TRY(put(env, exports, table[i].name, function));
  }
  return px_given_define(env, exports);
}
