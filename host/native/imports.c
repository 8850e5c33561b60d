/* SPDX-License-Identifier: MIT
 * The WASI functions as WebAssembly imports: unwrap the numbers, take the memory as it is now, call
 * the host. These are the imports themselves; no JavaScript of ours runs between guest and kernel.
 * In the order of the witx. */
#define _GNU_SOURCE
#include <limits.h>

#include "call.h"

/* Calls the base WASI's function with the base fd in place of the guest's. */
static napi_value delegate_to(struct call *call, enum px_base_function function, int base_fd) {
  napi_value base, receiver, result;
  if (napi_get_reference_value(call->env, call->in->base[function], &base) != napi_ok ||
      napi_get_undefined(call->env, &receiver) != napi_ok)
    return NULL;
  call->argv[0] = number(call->env, base_fd);
  /* A failure here is an exception of the base, which is pending and goes up. */
  return napi_call_function(call->env, receiver, base, call->argc, call->argv, &result) == napi_ok
             ? result
             : NULL;
}

static napi_value answer_or_delegate(struct call *call, int status,
                                     enum px_base_function function) {
  if (status != PX_DELEGATE) return answer(call, status);
  return delegate_to(call, function, px_host_base(&call->in->host, arg(call, 0)));
}

/* fd_read and fd_write of the base, with at most IOV_MAX buffers: a short transfer is always allowed. */
static napi_value transfer_by_base(struct call *call, int status, enum px_base_function function) {
  if (status == PX_DELEGATE && arg(call, 2) > IOV_MAX) call->argv[2] = number(call->env, IOV_MAX);
  return answer_or_delegate(call, status, function);
}

/* Closes a descriptor of the base. The process keeps its own standard streams: a guest that closes
 * them loses the number only. */
static napi_value close_base(struct call *call, int base_fd) {
  return base_fd < 3 ? number(call->env, WASI_SUCCESS)
                     : delegate_to(call, PX_BASE_fd_close, base_fd);
}

IMPORT(clock_res_get) {
  UNWRAP;
  return answer(call, px_clock_res_get(host, memory_of(call), arg(call, 0), arg(call, 1)));
}

IMPORT(clock_time_get) {
  UNWRAP;
  return answer(call, px_clock_time_get(host, memory_of(call), arg(call, 0), arg64(call, 1),
                                         arg(call, 2)));
}

IMPORT(fd_close) {
  UNWRAP;
  uint32_t fd = arg(call, 0);
  int status = px_fd_close(host, fd);
  if (status != PX_DELEGATE) return answer(call, status);
  napi_value result = close_base(call, px_host_base(host, fd));
  int32_t error = -1;
  if (result != NULL && napi_get_value_int32(env, result, &error) == napi_ok && error == 0)
    px_host_drop(host, fd);
  return result;
}

IMPORT(fd_fdstat_get) {
  UNWRAP;
  int status = px_fd_fdstat_get(host, memory_of(call), arg(call, 0), arg(call, 1));
  return answer_or_delegate(call, status, PX_BASE_fd_fdstat_get);
}

IMPORT(fd_fdstat_set_flags) {
  UNWRAP;
  int status = px_fd_fdstat_set_flags(host, arg(call, 0), arg(call, 1));
  return answer_or_delegate(call, status, PX_BASE_fd_fdstat_set_flags);
}

IMPORT(fd_fdstat_set_rights) {
  UNWRAP;
  int status = px_fd_fdstat_set_rights(host, arg(call, 0), arg64(call, 1), arg64(call, 2));
  return answer_or_delegate(call, status, PX_BASE_fd_fdstat_set_rights);
}

WAITING_IMPORT(fd_read) {
  UNWRAP;
  int status = px_fd_read(host, memory_of(call), arg(call, 0), arg(call, 1), arg(call, 2),
                          arg(call, 3));
  return transfer_by_base(call, status, PX_BASE_fd_read);
}

IMPORT(fd_renumber) {
  UNWRAP;
  int replaced_base;
  int status = px_fd_renumber(host, arg(call, 0), arg(call, 1), &replaced_base);
  if (status == WASI_SUCCESS && replaced_base >= 0) {
    call->argc = 1;
    if (close_base(call, replaced_base) == NULL) return NULL;
  }
  return answer(call, status);
}

WAITING_IMPORT(fd_write) {
  UNWRAP;
  int status = px_fd_write(host, memory_of(call), arg(call, 0), arg(call, 1), arg(call, 2),
                           arg(call, 3));
  return transfer_by_base(call, status, PX_BASE_fd_write);
}

WAITING_IMPORT(poll_oneoff) {
  UNWRAP;
  uint32_t events = arg(call, 1), count = arg(call, 2), nevents = arg(call, 3);
  /* A call that goes on after it was suspended has its subscriptions. */
  int status = host->resuming ? WASI_SUCCESS
                              : px_poll_begin(host, memory_of(call), arg(call, 0), events, count,
                                              nevents);
  if (status == WASI_SUCCESS) status = px_poll_wait(host);
  if (status == WASI_SUCCESS) status = px_poll_finish(host, memory_of(call), events, nevents);
  return answer(call, status);
}

WAITING_IMPORT(sock_accept) {
  UNWRAP;
  return answer(call, px_sock_accept(host, memory_of(call), arg(call, 0), arg(call, 1),
                                      arg(call, 2)));
}

WAITING_IMPORT(sock_recv) {
  UNWRAP;
  return answer(call, px_sock_recv(host, memory_of(call), arg(call, 0), arg(call, 1),
                                    arg(call, 2), arg(call, 3), arg(call, 4), arg(call, 5)));
}

WAITING_IMPORT(sock_send) {
  UNWRAP;
  return answer(call, px_sock_send(host, memory_of(call), arg(call, 0), arg(call, 1),
                                    arg(call, 2), arg(call, 3), arg(call, 4)));
}

IMPORT(sock_shutdown) {
  UNWRAP;
  return answer(call, px_sock_shutdown(host, arg(call, 0), arg(call, 1)));
}

napi_status px_functions_define(napi_env env, struct instance *instance, napi_value object,
                                const struct px_function *functions, size_t count) {
  for (size_t i = 0; i < count; i++) {
    napi_value function;
    napi_status status = napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH,
                                              functions[i].callback, instance, &function);
    if (status == napi_ok) status = px_instance_hold(env, instance, function);
    if (status == napi_ok)
      status = napi_set_named_property(env, object, functions[i].name, function);
    if (status != napi_ok) return status;
  }
  return napi_ok;
}

napi_status px_imports_define(napi_env env, struct instance *instance, napi_value imports) {
  static const struct px_function table[] = {
      {"clock_res_get", import_clock_res_get},
      {"clock_time_get", import_clock_time_get},
      {"fd_close", import_fd_close},
      {"fd_fdstat_get", import_fd_fdstat_get},
      {"fd_fdstat_set_flags", import_fd_fdstat_set_flags},
      {"fd_fdstat_set_rights", import_fd_fdstat_set_rights},
      {"fd_read", import_fd_read},
      {"fd_renumber", import_fd_renumber},
      {"fd_write", import_fd_write},
      {"poll_oneoff", import_poll_oneoff},
      {"sock_accept", import_sock_accept},
      {"sock_recv", import_sock_recv},
      {"sock_send", import_sock_send},
      {"sock_shutdown", import_sock_shutdown},
  };
  return px_functions_define(env, instance, imports, table, sizeof table / sizeof table[0]);
}
