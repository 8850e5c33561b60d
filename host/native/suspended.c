/* SPDX-License-Identifier: MIT
 * Calls of a guest that would wait, in an event loop: the guest's stack is suspended at a promise
 * (JavaScript Promise Integration), and the call is made again when what it waits for is there. */
#define _GNU_SOURCE
#include "suspended.h"

#include "call.h"
#include "loop.h"
#include "turns.h"

napi_value px_suspend_call(struct call *call) {
  struct instance *in = call->in;
  struct suspended *suspended = &in->suspended;
  napi_value promise;
  if (in->host.resuming) {
    suspended->again = true;
    px_loop_arm(in->loop);
    return NULL;
  }
  if (napi_create_promise(call->env, &suspended->deferred, &promise) != napi_ok) return NULL;
  suspended->body = call->body;
  suspended->argc = call->argc;
  for (size_t i = 0; i < call->argc; i++) suspended->args[i] = arg(call, i);
  px_loop_arm(in->loop);
  return promise;
}

/* Makes the call again. The memory is looked up anew, and every pointer checked again. */
void px_suspended_resume(napi_env env, struct instance *in) {
  struct suspended *suspended = &in->suspended;
  if (suspended->deferred == NULL) {
    px_loop_rest(in->loop);
    return;
  }
  struct call call = {.env = env, .in = in, .body = suspended->body, .argc = suspended->argc};
  for (size_t i = 0; i < call.argc; i++) call.argv[i] = number(env, (int)suspended->args[i]);
  suspended->again = false;
  px_host_resume(&in->host);
  napi_value answer = call.body(&call);
  in->host.resuming = false;
  if (suspended->again) return;
  px_turn_begin(&in->host); /* the guest goes on */
  napi_deferred deferred = suspended->deferred;
  suspended->deferred = NULL;
  bool thrown = false;
  napi_is_exception_pending(env, &thrown);
  if (!thrown) {
    napi_resolve_deferred(env, deferred, answer);
    return;
  }
  napi_value error;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok)
    napi_reject_deferred(env, deferred, error);
}

void px_suspended_reject(napi_env env, struct instance *in) {
  napi_deferred deferred = in->suspended.deferred;
  napi_value error;
  in->suspended.deferred = NULL;
  if (deferred != NULL && napi_get_reference_value(env, in->stopped, &error) == napi_ok)
    napi_reject_deferred(env, deferred, error);
}
