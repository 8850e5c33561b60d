/* SPDX-License-Identifier: MIT
 * The addon's exports, typed in addon.ts: backends, listen, stop and the signals. See create_host.h for createHost. */
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
#include "create_host.h"
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

NAPI_MODULE_INIT() {
  static const struct {
    const char *name;
    napi_callback function;
  } table[] = {
      {"backends", backends},   {"listenTcp", listen_tcp},
      {"listenUnix", listen_unix}, {"listenInherited", listen_inherited},
      {"closeOnExec", close_on_exec}, {"refuseListener", refuse_listener},
      {"closeListener", close_listener},
      {"createHost", px_create_host}, {"stop", stop}, {"drain", drain}, {"bury", bury},
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
