/* SPDX-License-Identifier: MIT
 * A host inside an event loop: something watches what the guest waits for, and has a function of
 * JavaScript called when it may be there. Two drivers do that: libuv's own handles in Node, and a
 * thread where the runtime has no libuv for us (Bun, Deno). */
#ifndef PX_LOOP_H
#define PX_LOOP_H

#include "instance.h"

struct px_loop;

struct px_loop_driver {
  const char *name;
  /* Makes the driver's part, which watches nothing yet. NULL, with `*error` in words. */
  void *(*open)(napi_env env, struct px_loop *loop, int descriptor, int wake_fd, const char **error);
  /* Watches what `awaits` says, in the place of what was watched before. */
  void (*arm)(void *driver, const struct px_await *awaits);
  /* Calls in the next iteration of the loop, besides what is watched. NULL: it can't. */
  void (*soon)(void *driver);
  /* Watches nothing. */
  void (*rest)(void *driver);
  /* Whether it keeps the process alive. */
  void (*ref)(void *driver, bool alive);
  /* Watches nothing any more and frees itself, now or soon; no call comes after it. */
  void (*close)(void *driver);
};

extern const struct px_loop_driver px_loop_uv, px_loop_thread;

/* Makes the loop of an instance, in->loop; false with `*error` in words. */
bool px_loop_open(napi_env env, struct instance *in, const char *driver, const char **error);

/* `turn` is called from now on, first at once. It answers the ms until it wants to be called at the latest,
 * negative: no limit. */
napi_status px_loop_start(napi_env env, struct px_loop *loop, napi_value turn);

/* Watches what the host awaits. */
void px_loop_arm(struct px_loop *loop);

void px_loop_rest(struct px_loop *loop);
void px_loop_ref(struct px_loop *loop, bool alive);

/* Drivers: what was watched is there, or the time is over. On the thread of JavaScript. */
void px_loop_ready(struct px_loop *loop);

/* Drivers: the environment ends; nothing may be called any more. */
void px_loop_abandoned(struct px_loop *loop);

void px_loop_close(struct px_loop *loop);

#endif
