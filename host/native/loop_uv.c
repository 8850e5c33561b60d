/* SPDX-License-Identifier: MIT
 * The loop driver on libuv's own handles, whose functions are looked up at run time: the addon is linked
 * against none of them, and loads where there is no libuv.
 *
 * The backend's descriptor is watched by one handle from the first wait on. A call that waits for one
 * other descriptor (a blocking read, say) is watched through an epoll set of its own, the gate, which
 * holds that descriptor and the wake pipe: the backend's may be readable for ever meanwhile. What needs no
 * wait comes by an idle handle, in the next iteration: timers that are due at once would come again and
 * again before anything else of the app. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"

/* What of uv.h is needed; parts of libuv's stable ABI since 1.0. */
typedef struct uv_loop_s uv_loop_t;
typedef struct {
  void *data; /* first in every handle */
} uv_handle_t;
enum { UV_IDLE_TYPE = 6, UV_POLL_TYPE = 8, UV_TIMER_TYPE = 13, UV_READABLE = 1 };

static struct {
  size_t (*handle_size)(int type);
  int (*poll_init)(uv_loop_t *loop, uv_handle_t *handle, int fd);
  int (*poll_start)(uv_handle_t *handle, int events, void (*ready)(uv_handle_t *, int, int));
  int (*poll_stop)(uv_handle_t *handle);
  int (*timer_init)(uv_loop_t *loop, uv_handle_t *handle);
  int (*timer_start)(uv_handle_t *handle, void (*due)(uv_handle_t *), uint64_t ms, uint64_t repeat);
  int (*timer_stop)(uv_handle_t *handle);
  int (*idle_init)(uv_loop_t *loop, uv_handle_t *handle);
  int (*idle_start)(uv_handle_t *handle, void (*next)(uv_handle_t *));
  int (*idle_stop)(uv_handle_t *handle);
  void (*close)(uv_handle_t *handle, void (*closed)(uv_handle_t *));
  void (*ref)(uv_handle_t *handle);
  void (*unref)(uv_handle_t *handle);
} uv;

static bool look_up(void) {
  static const struct {
    const char *name;
    void **function;
  } functions[] = {
      {"uv_handle_size", (void **)&uv.handle_size}, {"uv_poll_init", (void **)&uv.poll_init},
      {"uv_poll_start", (void **)&uv.poll_start},   {"uv_poll_stop", (void **)&uv.poll_stop},
      {"uv_timer_init", (void **)&uv.timer_init},   {"uv_timer_start", (void **)&uv.timer_start},
      {"uv_timer_stop", (void **)&uv.timer_stop},   {"uv_idle_init", (void **)&uv.idle_init},
      {"uv_idle_start", (void **)&uv.idle_start},   {"uv_idle_stop", (void **)&uv.idle_stop},
      {"uv_close", (void **)&uv.close},
      {"uv_ref", (void **)&uv.ref},                 {"uv_unref", (void **)&uv.unref},
  };
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    *functions[i].function = dlsym(RTLD_DEFAULT, functions[i].name);
    if (*functions[i].function == NULL) return false;
  }
  return true;
}

enum { BACKEND, GATE, TIMER, IDLE, HANDLES };

static const int types[HANDLES] = {UV_POLL_TYPE, UV_POLL_TYPE, UV_TIMER_TYPE, UV_IDLE_TYPE};

struct driver {
  struct px_loop *loop; /* NULL: closing */
  napi_async_cleanup_hook_handle hook;
  uv_handle_t *handles[HANDLES];
  int open_handles;
  bool watches[2], timed, soon;
  int gate, gated_fd; /* epoll descriptor, -1: not made yet; what else is in it, -1 */
  int wake_fd;
};

static void free_driver(struct driver *d) {
  if (d->gate >= 0) close(d->gate);
  if (d->hook != NULL) napi_remove_async_cleanup_hook(d->hook);
  free(d);
}

static void on_closed(uv_handle_t *handle) {
  struct driver *d = handle->data;
  free(handle);
  if (--d->open_handles == 0) free_driver(d);
}

static void driver_close(void *driver) {
  struct driver *d = driver;
  d->loop = NULL;
  for (int i = 0; i < HANDLES; i++)
    if (d->handles[i] != NULL) uv.close(d->handles[i], on_closed);
  if (d->open_handles == 0) free_driver(d);
}

/* The environment ends (a worker thread, or the process): the handles go with it. */
static void on_environment_end(napi_async_cleanup_hook_handle hook, void *driver) {
  struct driver *d = driver;
  (void)hook;
  if (d->loop == NULL) return; /* closing already */
  px_loop_abandoned(d->loop);
  driver_close(d);
}

static void on_ready(uv_handle_t *handle, int status, int events) {
  struct driver *d = handle->data;
  (void)status; /* an error is for the guest's own call to find */
  (void)events;
  if (d->loop != NULL) px_loop_ready(d->loop);
}

static void on_due(uv_handle_t *handle) {
  struct driver *d = handle->data;
  d->timed = false;
  if (d->loop != NULL) px_loop_ready(d->loop);
}

static void set_soon(struct driver *d, bool soon);

static void on_idle(uv_handle_t *handle) {
  struct driver *d = handle->data;
  set_soon(d, false);
  if (d->loop != NULL) px_loop_ready(d->loop);
}

static void set_soon(struct driver *d, bool soon) {
  if (d->soon == soon) return;
  d->soon = soon;
  if (soon)
    uv.idle_start(d->handles[IDLE], on_idle);
  else
    uv.idle_stop(d->handles[IDLE]);
}

static uv_handle_t *make(struct driver *d, int which, uv_loop_t *loop, int fd) {
  uv_handle_t *handle = calloc(1, uv.handle_size(types[which]));
  if (handle == NULL) return NULL;
  if ((which == TIMER  ? uv.timer_init(loop, handle)
       : which == IDLE ? uv.idle_init(loop, handle)
                       : uv.poll_init(loop, handle, fd)) < 0) {
    free(handle);
    return NULL;
  }
  handle->data = d;
  d->handles[which] = handle;
  d->open_handles++;
  return handle;
}

static void *driver_open(napi_env env, struct px_loop *loop, int descriptor, int wake_fd,
                         const char **error) {
  uv_loop_t *uv_loop;
  *error = "this runtime has no libuv that an addon may use";
  if (!look_up() || napi_get_uv_event_loop(env, (struct uv_loop_s **)&uv_loop) != napi_ok) return NULL;
  *error = "its event loop can watch no more descriptors";
  struct driver *d = calloc(1, sizeof *d);
  if (d == NULL) return NULL;
  d->loop = loop;
  d->gated_fd = -1;
  d->wake_fd = wake_fd;
  struct epoll_event wake = {.events = EPOLLIN, .data = {.fd = wake_fd}};
  d->gate = epoll_create1(EPOLL_CLOEXEC);
  bool made = d->gate >= 0 && epoll_ctl(d->gate, EPOLL_CTL_ADD, wake_fd, &wake) == 0 &&
              make(d, BACKEND, uv_loop, descriptor) != NULL &&
              make(d, GATE, uv_loop, d->gate) != NULL && make(d, TIMER, uv_loop, -1) != NULL &&
              make(d, IDLE, uv_loop, -1) != NULL &&
              napi_add_async_cleanup_hook(env, on_environment_end, d, &d->hook) == napi_ok;
  if (made) return d;
  driver_close(d);
  return NULL;
}

static void watch(struct driver *d, int which, bool on) {
  if (d->watches[which] == on) return;
  d->watches[which] = on;
  if (on)
    uv.poll_start(d->handles[which], UV_READABLE, on_ready);
  else
    uv.poll_stop(d->handles[which]);
}

/* Puts what is awaited into the gate. False: nobody can wait for it, as it is always ready. */
static bool put_into_gate(struct driver *d, int fd, short events) {
  struct epoll_event event = {.data = {.fd = fd}};
  if (events & POLLIN) event.events |= EPOLLIN;
  if (events & POLLOUT) event.events |= EPOLLOUT;
  /* One that was closed has left the set by itself. */
  if (d->gated_fd >= 0) epoll_ctl(d->gate, EPOLL_CTL_DEL, d->gated_fd, NULL);
  d->gated_fd = fd;
  if (fd < 0 || epoll_ctl(d->gate, EPOLL_CTL_ADD, fd, &event) == 0) return true;
  d->gated_fd = -1;
  return false;
}

static void driver_arm(void *driver, const struct px_await *awaits) {
  struct driver *d = driver;
  uint64_t left_ns = awaits->left_ns;
  if (!awaits->backend && !put_into_gate(d, awaits->fd, awaits->events)) left_ns = 0;
  watch(d, BACKEND, awaits->backend);
  watch(d, GATE, !awaits->backend);
  set_soon(d, left_ns == 0);
  if (left_ns != UINT64_MAX && left_ns != 0) {
    uint64_t ms = left_ns / 1000000 + (left_ns % 1000000 != 0);
    uv.timer_start(d->handles[TIMER], on_due, ms, 0);
    d->timed = true;
  } else if (d->timed) {
    uv.timer_stop(d->handles[TIMER]);
    d->timed = false;
  }
}

static void driver_soon(void *driver) { set_soon(driver, true); }

static void driver_rest(void *driver) {
  struct driver *d = driver;
  set_soon(d, false);
  watch(d, BACKEND, false);
  watch(d, GATE, false);
  if (d->timed) uv.timer_stop(d->handles[TIMER]);
  d->timed = false;
}

static void driver_ref(void *driver, bool alive) {
  struct driver *d = driver;
  for (int i = 0; i < HANDLES; i++) (alive ? uv.ref : uv.unref)(d->handles[i]);
}

const struct px_loop_driver px_loop_uv = {
    .name = "uv",
    .open = driver_open,
    .arm = driver_arm,
    .soon = driver_soon,
    .rest = driver_rest,
    .ref = driver_ref,
    .close = driver_close,
};
