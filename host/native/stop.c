/* SPDX-License-Identifier: MIT
 * See stop.h. */
#define _GNU_SOURCE
#include "stop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "requests.h"
#include "socket_file.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct px_host *first; /* chained by next_host */
static uint32_t last_id;
static struct px_host *volatile caught_host; /* whom the signals stop */

void px_registry_add(struct px_host *host) {
  pthread_mutex_lock(&lock);
  host->id = ++last_id;
  host->next_host = first;
  first = host;
  pthread_mutex_unlock(&lock);
}

void px_registry_remove(struct px_host *host) {
  pthread_mutex_lock(&lock);
  if (caught_host == host) caught_host = NULL;
  for (struct px_host **at = &first; *at != NULL; at = &(*at)->next_host) {
    if (*at != host) continue;
    *at = host->next_host;
    break;
  }
  pthread_mutex_unlock(&lock);
}

static struct px_host *find(uint32_t id) {
  struct px_host *host = first;
  while (host != NULL && host->id != id) host = host->next_host;
  return host;
}

bool px_registry_stop(uint32_t id) {
  pthread_mutex_lock(&lock);
  struct px_host *host = find(id);
  if (host != NULL) px_host_stop(host);
  pthread_mutex_unlock(&lock);
  return host != NULL;
}

bool px_registry_bury(uint32_t id) {
  pthread_mutex_lock(&lock);
  struct px_host *host = find(id);
  pthread_mutex_unlock(&lock);
  if (host == NULL || host->turns_by_loop || host->suspends) return false;
  px_registry_remove(host);
  host->keeps_backlog = false; /* its thread is gone, and a ring belongs to its thread */
  px_host_close(host);
  return true;
}

bool px_registry_snapshot(uint32_t id, struct px_snapshot *snapshot) {
  pthread_mutex_lock(&lock);
  const struct px_host *host = find(id);
  if (host != NULL) px_snapshot_take(host, snapshot);
  pthread_mutex_unlock(&lock);
  return host != NULL;
}

bool px_registry_use(uint32_t id, void (*use)(struct px_host *host, void *context), void *context) {
  pthread_mutex_lock(&lock);
  struct px_host *host = find(id);
  if (host != NULL) use(host, context);
  pthread_mutex_unlock(&lock);
  return host != NULL;
}

bool px_registry_request(uint32_t id, uint32_t request) {
  pthread_mutex_lock(&lock);
  struct px_host *host = find(id);
  if (host != NULL) px_host_request(host, request);
  pthread_mutex_unlock(&lock);
  return host != NULL;
}

/* The handlers touch nothing but these, lock-free atomics of the host, and async-signal-safe calls. */
static volatile sig_atomic_t caught_signal;
static volatile sig_atomic_t stopping; /* the host was stopped: there is nothing left to wait for */
static volatile sig_atomic_t noticed; /* the guest drains, and has the rest of drain_ms */
static int64_t drain_ms;
static char notice[256];
static struct sigaction old_int, old_term, old_alarm, old_hangup;
static bool catching;

static void die_of(int signal_number) {
  px_socket_files_remove();
  signal(signal_number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal_number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  raise(signal_number);
}

static void say(const char *text) {
  ssize_t written = write(2, text, strlen(text));
  (void)written;
}

static void alarm_in(int64_t ms) {
  struct itimerval at = {.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};
  setitimer(ITIMER_REAL, &at, NULL);
}

static void stop_host(struct px_host *host) {
  stopping = 1;
  px_host_stop(host);
  alarm_in(PX_GRACE_MS);
}

/* A guest that drains has its time. One that did not even notice is stopped before that is over; and one that
 * was stopped and is still here makes no call. */
static void on_alarm(int ignored) {
  (void)ignored;
  int saved = errno;
  struct px_host *host = caught_host;
  if (host == NULL) return;
  if (stopping) {
    say("pollux: the guest makes no WASI call; ended by the signal\n");
    die_of(caught_signal);
  } else if (host->draining && !noticed && drain_ms > PX_NOTICE_MS) {
    noticed = 1;
    alarm_in(drain_ms - PX_NOTICE_MS);
  } else {
    stop_host(host);
  }
  errno = saved;
}

static void on_signal(int signal_number) {
  int saved = errno;
  if (caught_signal != 0) die_of(signal_number);
  caught_signal = signal_number;
  struct px_host *host = caught_host;
  if (host != NULL && drain_ms >= 0) {
    say(notice);
    px_host_request(host, PX_REQUEST_DRAIN | PX_REQUEST_ENDING);
    alarm_in(drain_ms < PX_NOTICE_MS ? drain_ms + 1 : PX_NOTICE_MS);
  } else if (host != NULL) {
    stop_host(host);
  }
  errno = saved;
}

static void on_hangup(int ignored) {
  (void)ignored;
  struct px_host *host = caught_host;
  if (host != NULL) px_host_request(host, PX_REQUEST_HANGUP);
}

bool px_signals_catch(uint32_t id, int64_t ms, const char *text) {
  pthread_mutex_lock(&lock);
  struct px_host *host = find(id);
  pthread_mutex_unlock(&lock);
  if (host == NULL || catching) return false;
  caught_host = host;
  caught_signal = 0;
  stopping = 0;
  noticed = 0;
  drain_ms = ms;
  snprintf(notice, sizeof notice, "%s", text);
  catching = true;
  struct sigaction action = {.sa_handler = on_signal}, alarm_action = {.sa_handler = on_alarm},
                   hangup_action = {.sa_handler = on_hangup};
  sigemptyset(&action.sa_mask);
  sigemptyset(&alarm_action.sa_mask);
  sigemptyset(&hangup_action.sa_mask);
  sigaction(SIGALRM, &alarm_action, &old_alarm);
  sigaction(SIGINT, &action, &old_int);
  sigaction(SIGTERM, &action, &old_term);
  if (host->called != NULL) sigaction(SIGHUP, &hangup_action, &old_hangup);
  return true;
}

int px_signals_release(void) {
  if (!catching) return 0;
  catching = false;
  alarm_in(0);
  sigaction(SIGINT, &old_int, NULL);
  sigaction(SIGTERM, &old_term, NULL);
  sigaction(SIGALRM, &old_alarm, NULL);
  if (caught_host != NULL && caught_host->called != NULL) sigaction(SIGHUP, &old_hangup, NULL);
  caught_host = NULL;
  return caught_signal;
}
