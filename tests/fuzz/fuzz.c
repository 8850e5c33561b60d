/* SPDX-License-Identifier: MIT
 * The native fuzzer: `fuzz [--seed N] [--calls N] [--backend NAME] [--threads N] [--trace]`. Calls all
 * native imports in random order with random and boundary arguments, while peers send, half-close and
 * reset. Built with ASan, UBSan and LSan; the same seed makes the same calls on one thread. */
#define _GNU_SOURCE
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { CALLS_OF_AN_EPOCH = 3000, THREADS_MAX = 16 };

/* splitmix64: any seed will do. */
uint64_t random_next(struct random *random) {
  uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

uint32_t below(struct world *w, uint32_t limit) {
  return (uint32_t)(random_next(&w->random) >> 32) % limit;
}

void fail(struct world *w, const char *format, ...) {
  va_list arguments;
  static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&once);
  fprintf(stderr, "fuzz: backend %s, seed %llu, thread %d, call %llu: ", w->ops->name,
          (unsigned long long)w->seed, w->number, (unsigned long long)w->calls);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "\nthe last calls:\n");
  for (uint64_t i = w->calls < LAST_CALLS ? 0 : w->calls - LAST_CALLS + 1; i <= w->calls; i++)
    fprintf(stderr, "  %s\n", w->last[i % LAST_CALLS]);
  _exit(1);
}

static int descriptors(void) {
  DIR *folder = opendir("/proc/self/fd");
  int count = 0;
  while (folder != NULL && readdir(folder) != NULL) count++;
  if (folder != NULL) closedir(folder);
  return count - 3; /* itself, "." and ".." */
}

/* A thread that resolves a name outlives its host for a moment, with a descriptor. */
static int descriptors_later(int expected) {
  int count = descriptors();
  for (int tries = 0; tries < 2000 && count != expected; tries++) {
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    count = descriptors();
  }
  return count;
}

/* Few descriptors, or few queued signals, for one epoch. */
static void limit(struct world *w, struct rlimit *files, struct rlimit *signals) {
  getrlimit(RLIMIT_NOFILE, files);
  getrlimit(RLIMIT_SIGPENDING, signals);
  if (!w->alone) return;
  struct rlimit few = *files, short_queue = *signals;
  few.rlim_cur = (rlim_t)descriptors() + 4 + below(w, 60);
  short_queue.rlim_cur = below(w, 8);
  if (once_in(w, 5) && few.rlim_cur < files->rlim_cur) setrlimit(RLIMIT_NOFILE, &few);
  if (once_in(w, 5)) setrlimit(RLIMIT_SIGPENDING, &short_queue);
}

static void run_epoch(struct world *w) {
  struct rlimit files, signals;
  w->random.state = w->seed * 1000003 + (uint64_t)w->number * 7919 + w->epoch * 104729;
  w->companion_random.state = ~w->random.state;
  int before = w->alone ? descriptors() : 0;
  world_open(w);
  limit(w, &files, &signals);
  companion_start(w);
  for (uint32_t i = 0; i < CALLS_OF_AN_EPOCH && w->calls < w->calls_wanted; i++) {
    if (once_in(w, 3)) act(w);
    if (!call_any(w)) break;
  }
  companion_end(w);
  setrlimit(RLIMIT_NOFILE, &files);
  setrlimit(RLIMIT_SIGPENDING, &signals);
  world_close(w);
  int after = w->alone ? descriptors_later(before) : 0;
  if (after != before) fail(w, "%d descriptors before the epoch, %d after it", before, after);
  w->epoch++;
}

static void *run_thread(void *data) {
  struct world *w = data;
  w->thread = (pid_t)syscall(SYS_gettid);
  while (w->calls < w->calls_wanted) run_epoch(w);
  return NULL;
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *ftw) {
  (void)stat, (void)flag, (void)ftw;
  return remove(path);
}

static void run_all(const struct px_backend_ops *const *ops, int threads, uint64_t seed,
                    uint64_t calls, bool trace) {
  static struct world worlds[THREADS_MAX];
  static pthread_t ids[THREADS_MAX];
  const char *folder = getenv("FUZZ_DIR");
  for (int i = 0; i < threads; i++) {
    struct world *w = &worlds[i];
    memset(w, 0, sizeof *w);
    w->ops = ops[i];
    w->seed = seed;
    w->number = i;
    w->alone = threads == 1;
    w->calls_wanted = calls / (uint64_t)threads;
    w->trace = trace;
    pthread_mutex_init(&w->lock, NULL);
    snprintf(w->root, sizeof w->root, "%s/fuzz.XXXXXX", folder == NULL ? "/tmp" : folder);
    if (mkdtemp(w->root) == NULL) fail(w, "mkdtemp %s: %s", w->root, strerror(errno));
    if (threads == 1)
      run_thread(w);
    else if (pthread_create(&ids[i], NULL, run_thread, w) != 0)
      fail(w, "no thread");
  }
  for (int i = 0; i < threads; i++) {
    if (threads > 1) pthread_join(ids[i], NULL);
    nftw(worlds[i].root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
  }
}

static const char *option(int argc, char **argv, const char *name, const char *otherwise) {
  for (int i = 1; i + 1 < argc; i++)
    if (strcmp(argv[i], name) == 0) return argv[i + 1];
  return otherwise;
}

int main(int argc, char **argv) {
  uint64_t seed = strtoull(option(argc, argv, "--seed", "0"), NULL, 10);
  uint64_t calls = strtoull(option(argc, argv, "--calls", "100000"), NULL, 10);
  const char *backend = option(argc, argv, "--backend", "all");
  int threads = atoi(option(argc, argv, "--threads", "1"));
  bool trace = argc > 1 && strcmp(argv[argc - 1], "--trace") == 0;
  const struct px_backend_ops *ops[THREADS_MAX];
  int count = 0;
  for (int i = 0; px_backends[i] != NULL && count < THREADS_MAX; i++)
    if ((strcmp(backend, "all") == 0 || strcmp(backend, px_backends[i]->name) == 0) &&
        px_backend_probe(px_backends[i]) == 0)
      ops[count++] = px_backends[i];
  if (count == 0 || threads < 1 || threads > THREADS_MAX) {
    fprintf(stderr, "fuzz: backend %s is not here, or not 1 to %d threads\n", backend, THREADS_MAX);
    return 2;
  }
  /* A guest may ask for a file of any size; this machine has no room for it. */
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN); /* as Node does */
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 1 << 20, .rlim_max = 1 << 20});
  int before = descriptors();
  if (threads > 1) {
    const struct px_backend_ops *of_threads[THREADS_MAX];
    for (int i = 0; i < threads; i++) of_threads[i] = ops[i % count];
    run_all(of_threads, threads, seed, calls, trace);
  } else {
    for (int i = 0; i < count; i++) run_all(&ops[i], 1, seed, calls / (uint64_t)count, trace);
  }
  int after = descriptors_later(before);
  if (after != before) {
    fprintf(stderr, "fuzz: seed %llu: %d descriptors before, %d after\n", (unsigned long long)seed,
            before, after);
    return 1;
  }
  print_answers();
  printf("ok %llu calls, seed %llu\n", (unsigned long long)calls, (unsigned long long)seed);
  return 0;
}
