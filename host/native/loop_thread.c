/* SPDX-License-Identifier: MIT
 * The loop driver for runtimes without libuv: a thread waits in poll(2) and calls over. It watches again
 * only when it was told what for, so that one call is under way at most. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

struct driver {
  struct px_loop *loop; /* NULL: closed; the thread of JavaScript alone looks at it */
  napi_env env;
  napi_threadsafe_function call;
  pthread_t thread;
  pthread_mutex_t lock; /* for the four below */
  struct px_await awaits;
  bool armed, ended, called; /* called: a call is under way to the thread of JavaScript */
  uint32_t edition;          /* goes up with each arm */
  int control[2];            /* a pipe: something changed */
  int descriptor, wake_fd;
};

static void nudge(struct driver *d) {
  ssize_t ignored = write(d->control[1], "", 1);
  (void)ignored;
}

static struct timespec from_ns(uint64_t ns) {
  return (struct timespec){.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
}

/* Waits for what is awaited, or for a change of it. True: it is there, or the time is over. */
static bool wait_once(struct driver *d, const struct px_await *awaits, bool armed) {
  struct pollfd fds[3] = {{.fd = d->control[0], .events = POLLIN}};
  nfds_t count = 1;
  if (armed && awaits->backend) fds[count++] = (struct pollfd){.fd = d->descriptor, .events = POLLIN};
  if (armed && !awaits->backend) {
    fds[count++] = (struct pollfd){.fd = d->wake_fd, .events = POLLIN};
    if (awaits->fd >= 0) fds[count++] = (struct pollfd){.fd = awaits->fd, .events = awaits->events};
  }
  bool limited = armed && awaits->left_ns != UINT64_MAX;
  struct timespec left = from_ns(limited ? awaits->left_ns : 0);
  int n = ppoll(fds, count, limited ? &left : NULL, NULL);
  if (fds[0].revents != 0) {
    char bytes[64];
    ssize_t ignored = read(d->control[0], bytes, sizeof bytes);
    (void)ignored;
    return false;
  }
  return armed && (n > 0 || (n == 0 && limited));
}

static void *run(void *driver) {
  struct driver *d = driver;
  for (;;) {
    pthread_mutex_lock(&d->lock);
    struct px_await awaits = d->awaits;
    uint32_t edition = d->edition;
    bool armed = d->armed && !d->called, ended = d->ended;
    pthread_mutex_unlock(&d->lock);
    if (ended) return NULL;
    if (!wait_once(d, &awaits, armed)) continue;
    pthread_mutex_lock(&d->lock);
    bool call = d->edition == edition && !d->ended && !d->called;
    if (call) {
      d->called = true;
      d->armed = false;
    }
    pthread_mutex_unlock(&d->lock);
    if (call) napi_call_threadsafe_function(d->call, d, napi_tsfn_nonblocking);
  }
}

/* On the thread of JavaScript. The thread watches again when it is armed in there. */
static void on_call(napi_env env, napi_value function, void *context, void *data) {
  struct driver *d = context;
  (void)function;
  (void)data;
  pthread_mutex_lock(&d->lock);
  d->called = false;
  pthread_mutex_unlock(&d->lock);
  if (env != NULL && d->loop != NULL) px_loop_ready(d->loop);
}

/* The last that the runtime knows of the function: nobody calls any more. */
static void on_final(napi_env env, void *data, void *context) {
  struct driver *d = context;
  (void)env;
  (void)data;
  close(d->control[0]);
  close(d->control[1]);
  pthread_mutex_destroy(&d->lock);
  free(d);
}

static void end(struct driver *d) {
  d->loop = NULL;
  pthread_mutex_lock(&d->lock);
  d->ended = true;
  pthread_mutex_unlock(&d->lock);
  nudge(d);
  pthread_join(d->thread, NULL);
  napi_release_threadsafe_function(d->call, napi_tsfn_abort);
}

static void on_environment_end(void *driver) {
  struct driver *d = driver;
  px_loop_abandoned(d->loop);
  end(d);
}

static void driver_close(void *driver) {
  struct driver *d = driver;
  napi_remove_env_cleanup_hook(d->env, on_environment_end, d);
  end(d);
}

static bool start(napi_env env, struct driver *d) {
  napi_value name;
  if (napi_create_string_utf8(env, "pollux", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, on_final, d, on_call,
                                      &d->call) != napi_ok)
    return false;
  return true;
}

static void *driver_open(napi_env env, struct px_loop *loop, int descriptor, int wake_fd,
                         const char **error) {
  struct driver *d = calloc(1, sizeof *d);
  *error = "out of memory";
  if (d == NULL) return NULL;
  *d = (struct driver){.loop = loop, .env = env, .descriptor = descriptor, .wake_fd = wake_fd};
  *error = "no descriptor is left for the pipe to its thread";
  if (pipe2(d->control, O_CLOEXEC | O_NONBLOCK) < 0) {
    free(d);
    return NULL;
  }
  pthread_mutex_init(&d->lock, NULL);
  *error = "the thread that watches for it can't be made";
  if (!start(env, d)) {
    on_final(env, NULL, d);
    return NULL;
  }
  if (pthread_create(&d->thread, NULL, run, d) != 0) {
    napi_release_threadsafe_function(d->call, napi_tsfn_abort); /* which frees it */
    return NULL;
  }
  napi_add_env_cleanup_hook(env, on_environment_end, d);
  return d;
}

static void driver_arm(void *driver, const struct px_await *awaits) {
  struct driver *d = driver;
  pthread_mutex_lock(&d->lock);
  d->awaits = *awaits;
  d->armed = true;
  d->edition++;
  pthread_mutex_unlock(&d->lock);
  nudge(d);
}

static void driver_rest(void *driver) {
  struct driver *d = driver;
  pthread_mutex_lock(&d->lock);
  d->armed = false;
  d->edition++;
  pthread_mutex_unlock(&d->lock);
}

static void driver_ref(void *driver, bool alive) {
  struct driver *d = driver;
  if (alive)
    napi_ref_threadsafe_function(d->env, d->call);
  else
    napi_unref_threadsafe_function(d->env, d->call);
}

const struct px_loop_driver px_loop_thread = {
    .name = "thread",
    .open = driver_open,
    .arm = driver_arm,
    .rest = driver_rest,
    .ref = driver_ref,
    .close = driver_close,
};
