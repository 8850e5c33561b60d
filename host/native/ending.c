/* SPDX-License-Identifier: MIT
 * See ending.h. A list that only grows, so that a signal handler may walk it at any moment; places in it
 * are used again. */
#define _GNU_SOURCE
#include "ending.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ending {
  struct ending *next;
  _Atomic bool bound; /* the rest is valid */
  px_ending_hook *hook;
  void *argument;
  pid_t owner;
  pid_t thread; /* 0: any */
};

static struct ending *_Atomic first;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for whoever adds or takes away */

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof ending_signals[0] };
static struct sigaction before[ENDING_SIGNALS];

/* gettid(3) is younger than some C libraries that Node runs on. */
static pid_t this_thread(void) { return (pid_t)syscall(SYS_gettid); }

static void run_all(void) {
  int saved = errno;
  for (struct ending *ending = atomic_load(&first); ending != NULL; ending = ending->next)
    if (atomic_load(&ending->bound) && ending->owner == getpid() &&
        (ending->thread == 0 || ending->thread == this_thread()))
      ending->hook(ending->argument);
  errno = saved;
}

/* Runs the hooks and lets happen what would have happened without us. */
static void on_signal(int number) {
  run_all();
  for (int i = 0; i < ENDING_SIGNALS; i++)
    if (ending_signals[i] == number) sigaction(number, &before[i], NULL);
  raise(number); /* delivered once this handler returns, as it is blocked until then */
}

/* Stands before the signals that would end the process. Node puts a handler of its own there, which
 * runs once, to reset the terminal; a handler of the program, or a signal that is ignored, stays. */
static void guard_signals(void) {
  struct sigaction action = {.sa_handler = on_signal}, now;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < ENDING_SIGNALS; i++) {
    if (sigaction(ending_signals[i], NULL, &now) < 0 || now.sa_handler == on_signal) continue;
    bool ends = (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL;
    bool once = (now.sa_flags & (int)SA_RESETHAND) != 0;
    if (!ends && !once) continue;
    before[i] = now;
    sigaction(ending_signals[i], &action, NULL);
  }
}

static struct ending *unused(void) {
  for (struct ending *ending = atomic_load(&first); ending != NULL; ending = ending->next)
    if (!atomic_load(&ending->bound)) return ending;
  struct ending *ending = calloc(1, sizeof *ending);
  if (ending == NULL) return NULL;
  ending->next = atomic_load(&first);
  atomic_store(&first, ending);
  return ending;
}

void px_ending_add(px_ending_hook *hook, void *argument, bool own_thread) {
  pthread_mutex_lock(&lock);
  struct ending *ending = unused();
  if (ending != NULL) {
    ending->hook = hook;
    ending->argument = argument;
    ending->owner = getpid();
    ending->thread = own_thread ? this_thread() : 0;
    atomic_store(&ending->bound, true);
    guard_signals();
  }
  pthread_mutex_unlock(&lock);
}

void px_ending_remove(px_ending_hook *hook, void *argument) {
  pthread_mutex_lock(&lock);
  for (struct ending *ending = atomic_load(&first); ending != NULL; ending = ending->next)
    if (atomic_load(&ending->bound) && ending->hook == hook && ending->argument == argument)
      atomic_store(&ending->bound, false);
  pthread_mutex_unlock(&lock);
}
