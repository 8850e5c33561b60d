/* SPDX-License-Identifier: MIT
 * See create_host.h: the options of createHost, typed in addon.ts, and the functions of the app among them. */
#define _GNU_SOURCE
#include "create_host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "napi_values.h"
#include "stop.h"

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

napi_value px_create_host(napi_env env, napi_callback_info info) {
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
