/* SPDX-License-Identifier: MIT
 * See loop.h. */
#define _GNU_SOURCE
#include "loop.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "turns.h"

struct px_loop {
  struct instance *in; /* NULL: closed, while a call of `turn` is still under way */
  napi_env env;
  napi_ref turn;
  const struct px_loop_driver *driver;
  void *driven; /* the driver's part; NULL: it is gone */
  bool running; /* in px_loop_ready */
};

/* On the loop's thread: the app has given the guest something, for which no system call is needed then. */
static bool nudge(void *context) {
  struct px_loop *loop = context;
  if (loop->driven == NULL || loop->turn == NULL || loop->driver->soon == NULL) return false;
  loop->driver->soon(loop->driven);
  return true;
}

bool px_loop_open(napi_env env, struct instance *in, const char *driver, const char **error) {
  struct px_host *host = &in->host;
  *error = "it can only block, and so can't wait in an event loop; epoll, epoll-et and io-uring can";
  if (host->ops->descriptor == NULL) return false;
  int descriptor = host->ops->descriptor(host->poller.backend);
  *error = "no descriptor is left to watch it by";
  if (descriptor < 0) return false;
  struct px_loop *loop = calloc(1, sizeof *loop);
  *error = "out of memory";
  if (loop == NULL) return false;
  loop->in = in;
  loop->env = env;
  loop->driver = strcmp(driver, "uv") == 0 ? &px_loop_uv : &px_loop_thread;
  loop->driven = loop->driver->open(env, loop, descriptor, host->wake_fd, error);
  if (loop->driven == NULL) {
    free(loop);
    return false;
  }
  in->loop = loop;
  host->nudge_thread = pthread_self();
  host->nudge_context = loop;
  host->nudge = nudge;
  return true;
}

napi_status px_loop_start(napi_env env, struct px_loop *loop, napi_value turn) {
  napi_status status = napi_create_reference(env, turn, 1, &loop->turn);
  if (status != napi_ok || loop->in->host.suspends) return status;
  loop->in->host.awaits = (struct px_await){.backend = true, .fd = -1, .left_ns = 0};
  px_loop_arm(loop);
  return status;
}

void px_loop_arm(struct px_loop *loop) {
  if (loop == NULL || loop->driven == NULL || loop->in == NULL) return;
  struct px_host *host = &loop->in->host;
  if (host->awaits.backend && px_host_pending(host)) host->awaits.left_ns = 0;
  loop->driver->arm(loop->driven, &host->awaits);
}

void px_loop_rest(struct px_loop *loop) {
  if (loop != NULL && loop->driven != NULL) loop->driver->rest(loop->driven);
}

void px_loop_ref(struct px_loop *loop, bool alive) {
  if (loop->driven != NULL) loop->driver->ref(loop->driven, alive);
}

/* What the guest's turn answered becomes what the host awaits. */
static void await_next(struct px_host *host, double ms) {
  uint64_t left = !(ms >= 0) ? UINT64_MAX : ms > 1e12 ? UINT64_MAX : (uint64_t)(ms * 1e6);
  uint64_t rest = px_limits_look(host);
  host->awaits =
      (struct px_await){.backend = true, .fd = -1, .left_ns = rest < left ? rest : left};
}

/* What is thrown behind a turn is the app's: a promise or process.nextTick of its own. Left pending it would come
 * out of some other call. */
static void report(napi_env env) {
  bool thrown = false;
  napi_value error;
  if (napi_is_exception_pending(env, &thrown) == napi_ok && thrown &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok)
    napi_fatal_exception(env, error);
}

static void call_turn(struct px_loop *loop) {
  napi_env env = loop->env;
  napi_value turn, receiver, result;
  double ms;
  bool inline_turns = !loop->in->host.suspends;
  if (napi_get_reference_value(env, loop->turn, &turn) != napi_ok ||
      napi_get_global(env, &receiver) != napi_ok)
    return;
  if (inline_turns) px_turn_start(&loop->in->host);
  /* With a scope of its own, after which promises go on. */
  napi_status status = napi_make_callback(env, NULL, receiver, turn, 0, NULL, &result);
  if (status != napi_ok) report(env);
  if (loop->in == NULL || !inline_turns) return;
  px_turn_finish(&loop->in->host);
  /* Without an answer: it is asked again at once. */
  if (status != napi_ok || napi_get_value_double(env, result, &ms) != napi_ok) ms = 0;
  await_next(&loop->in->host, ms);
  px_loop_arm(loop);
}

void px_loop_ready(struct px_loop *loop) {
  if (loop->in == NULL || loop->turn == NULL) return;
  napi_handle_scope scope;
  if (napi_open_handle_scope(loop->env, &scope) != napi_ok) return;
  loop->running = true;
  call_turn(loop);
  loop->running = false;
  napi_close_handle_scope(loop->env, scope);
  if (loop->in == NULL) free(loop);
}

void px_loop_abandoned(struct px_loop *loop) { loop->driven = NULL; }

void px_loop_close(struct px_loop *loop) {
  if (loop->turn != NULL) napi_delete_reference(loop->env, loop->turn);
  loop->turn = NULL;
  if (loop->driven != NULL) loop->driver->close(loop->driven);
  loop->driven = NULL;
  loop->in->loop = NULL;
  loop->in->host.nudge = NULL;
  loop->in = NULL;
  if (!loop->running) free(loop);
}
