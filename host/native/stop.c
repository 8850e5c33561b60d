/* SPDX-License-Identifier: MIT
 * See stop.h. */
#define _GNU_SOURCE
#include "stop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
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

bool px_registry_request(uint32_t id, uint32_t request) {
  pthread_mutex_lock(&lock);
  struct px_host *host = find(id);
  if (host != NULL) px_host_request(host, request);
  pthread_mutex_unlock(&lock);
  return host != NULL;
}

/* The handlers touch nothing but these, lock-free atomics of the host, and async-signal-safe calls. */
static volatile sig_atomic_t caught_signal;
static struct sigaction old_int, old_term, old_alarm;
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

static void on_alarm(int ignored) {
  (void)ignored;
  static const char message[] =
      "pollux: the guest made no WASI call for 300 ms after the signal; ended without its statistics\n";
  ssize_t written = write(2, message, sizeof message - 1);
  (void)written;
  die_of(caught_signal);
}

static void on_signal(int signal_number) {
  int saved = errno;
  if (caught_signal != 0) die_of(signal_number);
  caught_signal = signal_number;
  struct px_host *host = caught_host;
  if (host != NULL) px_host_stop(host);
  struct itimerval grace = {.it_value = {.tv_usec = PX_GRACE_MS * 1000}};
  setitimer(ITIMER_REAL, &grace, NULL);
  errno = saved;
}

bool px_signals_catch(uint32_t id) {
  pthread_mutex_lock(&lock);
  struct px_host *host = find(id);
  pthread_mutex_unlock(&lock);
  if (host == NULL || catching) return false;
  caught_host = host;
  caught_signal = 0;
  catching = true;
  struct sigaction action = {.sa_handler = on_signal}, alarm_action = {.sa_handler = on_alarm};
  sigemptyset(&action.sa_mask);
  sigemptyset(&alarm_action.sa_mask);
  sigaction(SIGALRM, &alarm_action, &old_alarm);
  sigaction(SIGINT, &action, &old_int);
  sigaction(SIGTERM, &action, &old_term);
  return true;
}

int px_signals_release(void) {
  if (!catching) return 0;
  catching = false;
  struct itimerval none = {{0, 0}, {0, 0}};
  setitimer(ITIMER_REAL, &none, NULL);
  sigaction(SIGINT, &old_int, NULL);
  sigaction(SIGTERM, &old_term, NULL);
  sigaction(SIGALRM, &old_alarm, NULL);
  caught_host = NULL;
  return caught_signal;
}
