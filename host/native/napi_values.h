/* SPDX-License-Identifier: MIT
 * Putting values on JavaScript objects. For addon.c and host_object.c. */
#ifndef PX_NAPI_VALUES_H
#define PX_NAPI_VALUES_H

#include "instance.h"

/* Node-API fails only where the engine is going down or out of memory; then an exception is pending
 * already, or this makes one. */
#define TRY(expression)                                                        \
  do {                                                                         \
    if ((expression) != napi_ok) {                                             \
      bool pending = false;                                                    \
      napi_is_exception_pending(env, &pending);                                \
      if (!pending) napi_throw_error(env, NULL, "pollux: " #expression);       \
      return NULL;                                                             \
    }                                                                          \
  } while (0)

static inline napi_status put(napi_env env, napi_value object, const char *name, napi_value value) {
  return napi_set_named_property(env, object, name, value);
}

static inline napi_status put_string(napi_env env, napi_value object, const char *name,
                              const char *text) {
  napi_value value;
  napi_status status = napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return status == napi_ok ? put(env, object, name, value) : status;
}

static inline napi_status put_number(napi_env env, napi_value object, const char *name, double number) {
  napi_value value;
  napi_status status = napi_create_double(env, number, &value);
  return status == napi_ok ? put(env, object, name, value) : status;
}

static inline void delete_reference(napi_env env, napi_ref *reference) {
  if (*reference != NULL) napi_delete_reference(env, *reference);
  *reference = NULL;
}

#endif
