/* SPDX-License-Identifier: MIT
 * io_uring(7): not readiness but completions. Listeners accept and connections receive ahead of the
 * guest, in multishot requests; what it writes is copied and goes out with the next wait's one
 * io_uring_enter. Readiness is then a matter of user space: something was received, or there is room.
 *
 * A source is driven through the ring once the guest has waited for it. Before that, and for a guest
 * that never waits, calls are plain system calls. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "io_uring.h"

static int pop_ready(struct px_backend *b) {
  int fd = b->ready.first;
  b->ready.first = b->sources[fd].next_ready;
  b->ready.count--;
  b->sources[fd].listed = false;
  return fd;
}

static uint32_t useful(uint32_t readiness, uint32_t want) {
  return readiness & (PX_HANGUP | PX_ERROR) ? want : readiness & want;
}

static int op_open(struct px_backend **out, struct px_counters *counters) {
  struct px_backend *b = calloc(1, sizeof *b);
  if (b == NULL) return -ENOMEM;
  b->counters = counters;
  b->low_fd = -1;
  int status = uring_open(&b->ring, counters);
  if (status < 0)
    free(b);
  else
    *out = b;
  return status;
}

static void op_close(struct px_backend *b) {
  for (uint32_t fd = 0; fd < b->room; fd++)
    if (b->sources[fd].closed) source_close(b, (int)fd); /* the time to send is over */
  /* Closing the ring alone would let go of standard input and the like a little later. */
  uring_abandon(&b->ring);
  uring_close(&b->ring);
  for (uint32_t fd = 0; fd < b->room; fd++) output_drop(b, &b->sources[fd]);
  while (b->spare != NULL) {
    struct chunk *next = b->spare->next;
    free(b->spare);
    b->spare = next;
  }
  free(b->sources);
  free(b);
}

static int op_set(struct px_backend *b, int fd, uint64_t token, uint32_t was, uint32_t want) {
  struct source *s = source_of(b, fd);
  if (s == NULL) {
    if (want == 0) return 0;
    struct stat stat;
    if (fstat(fd, &stat) < 0) return -errno;
    if (S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode)) return -EPERM;
    s = source_make(b, fd, SOURCE_FOREIGN);
    if (s == NULL) return -ENOMEM;
  }
  (void)was;
  s->token = token;
  s->want = (uint8_t)want;
  if (want != 0) {
    s->driven = true;
    make_ready(b, fd);
  } else if (s->kind == SOURCE_FOREIGN) {
    /* The request holds the file open: let go now, as its owner may be about to close it. */
    bool held = s->in_state != IN_IDLE;
    source_retire(b, fd);
    if (held) pump(b);
    return 0;
  }
  touch(b, fd);
  return 0;
}

static void op_forget(struct px_backend *b, int fd) { op_set(b, fd, 0, 0, 0); }

/* True where a report is due without waiting; drops from the list what has nothing to report. */
static bool any_ready(struct px_backend *b) {
  while (b->ready.count > 0) {
    const struct source *s = &b->sources[b->ready.first];
    if (s->kind != SOURCE_NONE && s->want != 0 &&
        (s->hint || useful(readiness_of(s), s->want) != 0))
      return true;
    pop_ready(b);
  }
  return false;
}

/* Reports that need a look at the descriptor itself: what a poll told may have been read since, and
 * whether a connection hung up is known only where a receive is in flight. */
static bool must_look(const struct source *s) {
  return s->hint || (s->kind == SOURCE_STREAM && s->in_state != IN_MULTISHOT);
}

static uint32_t readiness_of_poll(short events) {
  return (events & POLLIN ? PX_READ : 0u) | (events & POLLOUT ? PX_WRITE : 0u) |
         (events & POLLHUP ? PX_HANGUP : 0u) | (events & (POLLERR | POLLNVAL) ? PX_ERROR : 0u);
}

/* Completes the reports that need a look by one poll(2) over them, and drops those that were stale. */
static int look(struct px_backend *b, struct px_ready *out, int count, nfds_t looks) {
  PX_COUNT(b->counters, poll);
  if (poll(b->polls, looks, 0) < 0) looks = 0;
  for (nfds_t i = 0; i < looks; i++) {
    int fd = b->polls[i].fd;
    struct source *s = &b->sources[fd];
    uint32_t seen = readiness_of_poll(b->polls[i].revents);
    if (s->kind == SOURCE_STREAM) {
      /* Bytes in the kernel are told only where the guest's read would get them. */
      bool direct = s->in_count == 0 && s->in_state == IN_IDLE;
      if (seen & PX_WRITE) s->full = false;
      if (seen & (PX_HANGUP | PX_ERROR)) s->direct = true;
      seen = (seen & (PX_HANGUP | PX_ERROR)) | (direct ? seen & PX_READ : 0u) | readiness_of(s);
    }
    s->hint = false;
    touch(b, fd);
    out[b->polled[i]].readiness = useful(seen, s->want) == 0 ? 0 : seen;
    if (out[b->polled[i]].readiness != 0) make_ready(b, fd);
  }
  int kept = 0;
  for (int i = 0; i < count; i++)
    if (out[i].readiness != 0) out[kept++] = out[i];
  return kept;
}

static int report(struct px_backend *b, struct px_ready *out, int capacity) {
  int count = 0;
  nfds_t looks = 0;
  if (capacity > READY_MAX) capacity = READY_MAX;
  for (uint32_t left = b->ready.count; left > 0 && count < capacity; left--) {
    int fd = pop_ready(b);
    const struct source *s = &b->sources[fd];
    if (s->kind == SOURCE_NONE || s->want == 0) continue;
    uint32_t readiness = readiness_of(s);
    bool due = useful(readiness, s->want) != 0;
    if (!due && !s->hint) continue;
    if (must_look(s)) {
      b->polls[looks] = (struct pollfd){.fd = fd, .events = events_of(s->want)};
      b->polled[looks++] = (uint32_t)count;
      readiness = 0;
    } else {
      make_ready(b, fd); /* behind the others, so that more than fit take turns */
    }
    out[count++] = (struct px_ready){.token = s->token, .readiness = readiness};
  }
  return looks == 0 ? count : look(b, out, count, looks);
}

static int op_wait(struct px_backend *b, struct px_ready *out, int capacity, int64_t timeout_ns) {
  int status = drive(b, any_ready(b) ? 0 : timeout_ns);
  int count = report(b, out, capacity);
  if (count > 0) b->counters->fds_scanned += (uint64_t)count; /* completions, in memory that both share */
  bool fatal = status < 0 && status != -EBUSY && status != -EAGAIN;
  return count == 0 && fatal ? status : count;
}

static int op_descriptor(struct px_backend *b) { return uring_watch(&b->ring); }

/* What completes between the reading of the event and the next look signals it anew. */
static bool op_watched(struct px_backend *b) {
  pump(b);
  uring_unsignal(&b->ring);
  if (uring_has_work(&b->ring)) pump(b);
  return b->todo.count > 0 || uring_unsubmitted(&b->ring) || any_ready(b);
}

static const char *explain(int error) {
  static _Thread_local char text[160];
  int disabled = 0;
  FILE *file = fopen("/proc/sys/kernel/io_uring_disabled", "re");
  if (file != NULL) {
    if (fscanf(file, "%d", &disabled) != 1) disabled = 0;
    fclose(file);
  }
  if (error == EPERM && disabled != 0) {
    snprintf(text, sizeof text, "the system forbids io_uring (sysctl kernel.io_uring_disabled is %d)",
             disabled);
    return text;
  }
  switch (error) {
    case EPERM:
    case EACCES: return "a policy forbids io_uring: seccomp, as containers have it, or a security module";
    case ENOSYS: return "the kernel has no io_uring, or a seccomp policy says so";
    case EINVAL: return "the kernel's io_uring is too old: it takes Linux 6.1 or newer";
    case ENOMEM: return "io_uring got no memory: RLIMIT_MEMLOCK (ulimit -l) may be too low";
    default: return NULL;
  }
}

const struct px_backend_ops px_io_uring_ops = {
    .name = "io-uring",
    .summary = "io_uring(7): the kernel accepts, receives and sends by itself, one call for all",
    .caps = PX_CAP_BY_NAME,
    .fd_limit = 0,
    .open = op_open,
    .close = op_close,
    .set = op_set,
    .forget = op_forget,
    .wait = op_wait,
    .descriptor = op_descriptor,
    .watched = op_watched,
    .explain = explain,
    .io = &uring_io,
};
