/* SPDX-License-Identifier: MIT
 * io_uring(7): not readiness but completions. Listeners accept and connections receive ahead of the
 * guest, in multishot requests; what it writes is copied and goes out with the next wait's one
 * io_uring_enter. Readiness is then a matter of user space: something was received, or there is room.
 *
 * A source is driven through the ring once the guest has waited for it. Before that, and for a guest
 * that never waits, calls are plain system calls. */
#define _GNU_SOURCE
#include "io_uring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GENERATIONS = 1 << 24, FIRST_ROOM = 64, ROUNDS_MAX = 64 };

/* ---- sources and lists ---- */

struct source *source_make(struct px_backend *b, int fd, enum source_kind kind) {
  if ((uint32_t)fd >= b->room) {
    uint32_t room = b->room == 0 ? FIRST_ROOM : b->room;
    while (room <= (uint32_t)fd) room *= 2;
    struct source *sources = realloc(b->sources, room * sizeof *sources);
    if (sources == NULL) return NULL;
    memset(sources + b->room, 0, (room - b->room) * sizeof *sources);
    b->sources = sources;
    b->room = room;
  }
  source_retire(b, fd);
  struct source *s = &b->sources[fd];
  /* It may still stand in a list: then it is met there as what it is now. */
  *s = (struct source){.generation = s->generation, .listed = s->listed, .pending = s->pending,
                       .next_ready = s->next_ready, .next_todo = s->next_todo,
                       .kind = (uint8_t)kind, .in_first = -1, .in_last = -1};
  return s;
}

void source_retire(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  if (s->in_state != IN_IDLE && !s->cancelling) cancel_input(b, fd);
  s = &b->sources[fd];
  s->generation = (s->generation + 1) % GENERATIONS;
  s->kind = SOURCE_NONE;
  s->in_state = IN_IDLE;
  s->cancelling = false;
}

void touch(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  if (s->pending) return;
  s->pending = true;
  s->next_todo = -1;
  if (b->todo.count++ == 0)
    b->todo.first = fd;
  else
    b->sources[b->todo.last].next_todo = fd;
  b->todo.last = fd;
}

void make_ready(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  if (s->listed) return;
  s->listed = true;
  s->next_ready = -1;
  if (b->ready.count++ == 0)
    b->ready.first = fd;
  else
    b->sources[b->ready.last].next_ready = fd;
  b->ready.last = fd;
}

static int pop_ready(struct px_backend *b) {
  int fd = b->ready.first;
  b->ready.first = b->sources[fd].next_ready;
  b->ready.count--;
  b->sources[fd].listed = false;
  return fd;
}

uint32_t readiness_of(const struct source *s) {
  if (s->kind == SOURCE_LISTENER) return s->in_count > 0 || s->error != 0 ? PX_READ : 0;
  if (s->kind != SOURCE_STREAM) return 0;
  bool dead = s->in_dead || s->out_dead;
  bool readable = s->in_count > 0 || s->ended || dead || s->error != 0;
  bool writable = dead || (s->out_bytes <= OUT_LOW && !s->full);
  return (readable ? PX_READ : 0u) | (writable ? PX_WRITE : 0u) | (s->error != 0 ? PX_ERROR : 0u) |
         (dead || (s->ended && s->write_shut && s->out_bytes == 0) ? PX_HANGUP : 0u);
}

static uint32_t useful(uint32_t readiness, uint32_t want) {
  return readiness & (PX_HANGUP | PX_ERROR) ? want : readiness & want;
}

/* ---- submissions ---- */

static uint64_t user_data(const struct px_backend *b, int fd, enum operation operation) {
  return (uint64_t)b->sources[fd].generation << 40 | (uint64_t)operation << 32 | (uint32_t)fd;
}

static void take_completions(struct px_backend *b);

struct uring_sqe *submission(struct px_backend *b, int fd, enum operation operation) {
  struct uring_sqe *sqe = uring_next(&b->ring);
  if (sqe == NULL) { /* more than fit into one batch */
    uring_enter(&b->ring, 0);
    take_completions(b);
    b->ahead = true;
    sqe = uring_next(&b->ring);
    if (sqe == NULL) return NULL;
  }
  sqe->fd = fd;
  sqe->user_data = user_data(b, fd, operation);
  return sqe;
}

static bool cancel_request(struct px_backend *b, int fd, uint64_t target, uint32_t flags) {
  struct uring_sqe *sqe = submission(b, fd, OP_CANCEL);
  if (sqe == NULL) return false;
  sqe->opcode = URING_OP_ASYNC_CANCEL;
  sqe->flags = URING_SQE_CQE_SKIP_SUCCESS;
  sqe->fd = -1;
  sqe->addr = target;
  sqe->op_flags = flags;
  return true;
}

bool cancel(struct px_backend *b, int fd, enum operation operation) {
  return cancel_request(b, fd, user_data(b, fd, operation), 0);
}

void cancel_await(struct px_backend *b) {
  cancel_request(b, 0, AWAIT_DATA, URING_ASYNC_CANCEL_ALL);
}

bool cancel_input(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  bool listener = s->kind == SOURCE_LISTENER;
  if (!cancel(b, fd, s->in_state == IN_POLL ? OP_POLL_IN : listener ? OP_ACCEPT : OP_RECEIVE))
    return false;
  b->sources[fd].cancelling = true;
  return true;
}

static short events_of(uint32_t want) {
  return (short)((want & PX_READ ? POLLIN : 0) | (want & PX_WRITE ? POLLOUT : 0));
}

void submission_poll(struct uring_sqe *sqe, short events) {
  sqe->opcode = URING_OP_POLL_ADD;
  sqe->op_flags = (uint32_t)events;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  sqe->op_flags <<= 16; /* the kernel swaps the halves there */
#endif
}

static bool poll_for(struct px_backend *b, int fd, enum operation operation, uint32_t want) {
  struct uring_sqe *sqe = submission(b, fd, operation);
  if (sqe == NULL) return false;
  submission_poll(sqe, events_of(want));
  b->counters->fds_to_kernel++;
  return true;
}

/* Arms what the interest asks for. False: the ring takes nothing more now. */
static bool arm_input(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  struct uring_sqe *sqe;
  if (s->kind == SOURCE_FOREIGN) {
    if (!poll_for(b, fd, OP_POLL_IN, s->want)) return false;
    s = &b->sources[fd];
    s->armed = s->want;
    s->in_state = IN_POLL;
    return true;
  }
  /* Where other connections hold every buffer, this one is served by plain reads meanwhile. */
  if (s->kind == SOURCE_STREAM && b->ring.free_buffers == 0) {
    if (!poll_for(b, fd, OP_POLL_IN, PX_READ)) return false;
    b->sources[fd].in_state = IN_POLL;
    return true;
  }
  bool listener = s->kind == SOURCE_LISTENER;
  sqe = submission(b, fd, listener ? OP_ACCEPT : OP_RECEIVE);
  if (sqe == NULL) return false;
  sqe->opcode = listener ? URING_OP_ACCEPT : URING_OP_RECV;
  sqe->ioprio = listener ? URING_ACCEPT_MULTISHOT : URING_RECV_MULTISHOT;
  if (listener)
    sqe->op_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  else
    sqe->flags = URING_SQE_BUFFER_SELECT;
  b->sources[fd].in_state = IN_MULTISHOT;
  b->counters->fds_to_kernel++;
  return true;
}

/* Whether more input is wanted than what is there. */
static bool needs_input(const struct source *s) {
  if ((s->want & PX_READ) == 0 && s->kind != SOURCE_FOREIGN) return false;
  switch (s->kind) {
    case SOURCE_LISTENER: return s->in_count < ACCEPTED_MAX && s->error == 0;
    case SOURCE_STREAM: return !s->ended && !s->in_dead && s->in_count <= IN_LOW;
    default: return s->want != 0;
  }
}

/* Whether what is in flight must not go on. A stream whose guest looks away goes on until it is full:
 * who toggles interest would pay for each toggle. */
static bool must_stop(const struct source *s) {
  switch (s->kind) {
    case SOURCE_LISTENER: return s->want == 0 || s->in_count >= ACCEPTED_MAX;
    case SOURCE_STREAM:
      return s->closed || (s->in_state == IN_MULTISHOT ? s->in_count >= IN_MAX : s->want == 0);
    default: return s->armed != s->want;
  }
}

/* Brings the ring up to what a source needs. False: the ring takes nothing more now. */
static bool attend(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  if (s->kind == SOURCE_NONE) return true;
  if (s->kind == SOURCE_STREAM && s->out_state == OUT_IDLE) {
    if (s->out_bytes > 0) {
      output_start(b, fd);
    } else if (s->full && (s->want & PX_WRITE)) {
      if (!poll_for(b, fd, OP_POLL_OUT, PX_WRITE)) return false;
      b->sources[fd].out_state = OUT_POLL;
    }
    s = &b->sources[fd];
  }
  if (s->in_state != IN_IDLE) {
    if (s->cancelling || !must_stop(s)) return true;
    if (!cancel_input(b, fd)) return false;
    if (b->sources[fd].kind != SOURCE_FOREIGN) return true;
    /* What it was armed for does not matter any more: the next request replaces it at once. */
    s = &b->sources[fd];
    s->generation = (s->generation + 1) % GENERATIONS;
    s->in_state = IN_IDLE;
    s->cancelling = false;
  }
  /* Reported by a poll that is still to be looked at: that comes first. */
  return s->hint || !needs_input(s) || arm_input(b, fd);
}

static void attend_all(struct px_backend *b) {
  for (uint32_t left = b->todo.count + URING_SQ_ENTRIES; b->todo.count > 0 && left > 0; left--) {
    int fd = b->todo.first;
    b->todo.first = b->sources[fd].next_todo;
    b->todo.count--;
    b->sources[fd].pending = false;
    if (!attend(b, fd)) {
      touch(b, fd);
      return;
    }
  }
}

/* ---- completions ---- */

static void received(struct px_backend *b, int fd, const struct uring_cqe *cqe) {
  struct source *s = &b->sources[fd];
  if ((cqe->flags & URING_CQE_MORE) == 0) {
    s->in_state = IN_IDLE;
    s->cancelling = false;
    touch(b, fd);
  }
  if (cqe->res > 0) {
    int32_t buffer = (int32_t)(cqe->flags >> URING_CQE_BUFFER_SHIFT);
    b->next_buffer[buffer] = -1;
    b->buffer_length[buffer] = (uint16_t)cqe->res;
    if (s->in_count++ == 0)
      s->in_first = buffer;
    else
      b->next_buffer[s->in_last] = buffer;
    s->in_last = buffer;
    s->in_bytes += (uint32_t)cqe->res;
    if (s->in_count >= IN_MAX) touch(b, fd);
  } else if (cqe->res == 0) {
    s->ended = true;
  } else if (cqe->res != -ENOBUFS && cqe->res != -ECANCELED && cqe->res != -EINTR &&
             cqe->res != -EAGAIN) {
    s->in_dead = true;
    s->out_dead = true;
    s->error = (uint16_t)-cqe->res;
    if (s->out_state == OUT_IDLE) output_drop(b, s);
    if (s->closed && s->out_state == OUT_IDLE) {
      source_close(b, fd);
      return;
    }
  } else {
    return;
  }
  make_ready(b, fd);
}

static void accepted(struct px_backend *b, int fd, const struct uring_cqe *cqe) {
  struct source *s = &b->sources[fd];
  if ((cqe->flags & URING_CQE_MORE) == 0) {
    s->in_state = IN_IDLE;
    s->cancelling = false;
    touch(b, fd);
  }
  if (cqe->res < 0) {
    if (cqe->res == -ECANCELED || cqe->res == -EINTR || cqe->res == -EAGAIN) return;
    s->error = (uint16_t)-cqe->res;
  } else {
    struct source *connection = source_make(b, cqe->res, SOURCE_STREAM);
    if (connection == NULL) {
      close(cqe->res);
      return;
    }
    connection->next_accepted = -1;
    s = &b->sources[fd];
    if (s->in_count++ == 0)
      s->in_first = cqe->res;
    else
      b->sources[s->in_last].next_accepted = cqe->res;
    s->in_last = cqe->res;
    if (s->in_count >= ACCEPTED_MAX) touch(b, fd);
  }
  make_ready(b, fd);
}

static void complete(struct px_backend *b, const struct uring_cqe *cqe) {
  if (cqe->user_data == AWAIT_DATA) {
    b->awaiting = false;
    return;
  }
  enum operation operation = (enum operation)(cqe->user_data >> 32 & 0xff);
  int fd = (int)(uint32_t)cqe->user_data;
  struct source *s = source_of(b, fd);
  bool stale = s == NULL || s->generation != cqe->user_data >> 40;
  if (cqe->flags & URING_CQE_BUFFER) {
    uring_buffer_taken(&b->ring);
    if (stale || cqe->res <= 0) uring_buffer_give(&b->ring, cqe->flags >> URING_CQE_BUFFER_SHIFT);
  }
  if (operation == OP_ACCEPT && stale && cqe->res >= 0) close(cqe->res);
  if (stale) return;
  switch (operation) {
    case OP_RECEIVE: received(b, fd, cqe); break;
    case OP_ACCEPT: accepted(b, fd, cqe); break;
    case OP_INLINE:
    case OP_SEND: output_sent(b, fd, cqe->res); break;
    case OP_POLL_IN:
    case OP_POLL_OUT:
      if (operation == OP_POLL_IN)
        s->in_state = IN_IDLE, s->cancelling = false;
      else
        s->out_state = OUT_IDLE;
      if (cqe->res == -ECANCELED) {
        touch(b, fd);
        break;
      }
      s->hint = true;
      make_ready(b, fd);
      break;
    case OP_AWAIT:
    case OP_CANCEL: break; /* only failures are told: it had completed by itself */
  }
}

static void take_completions(struct px_backend *b) {
  struct uring_cqe cqe;
  while (uring_take(&b->ring, &cqe)) complete(b, &cqe);
  /* What did not fit into the queue comes with the next enter, a failed send among it maybe. */
  if (!uring_overflowed(&b->ring)) output_settle(b);
}

int drive(struct px_backend *b, int64_t timeout_ns) {
  b->ahead = false;
  attend_all(b);
  /* Completions that were taken meanwhile are no reason to wait any more. */
  if (b->ahead || b->todo.count > 0) timeout_ns = 0;
  int status = 0;
  if (timeout_ns != 0 || uring_unsubmitted(&b->ring) || uring_has_work(&b->ring))
    status = uring_enter(&b->ring, timeout_ns);
  take_completions(b);
  /* The kernel does a few dozen pieces of work at a time; who looks wants to see all. */
  for (int round = 0; round < ROUNDS_MAX && uring_has_work(&b->ring); round++) {
    if (uring_enter(&b->ring, 0) < 0) break;
    take_completions(b);
  }
  return status;
}

void pump(struct px_backend *b) {
  /* A second time for what the first found out, as a send that was cut short. */
  for (int round = 0; round < 2; round++) {
    drive(b, 0);
    if (b->todo.count == 0) return;
  }
}

/* ---- the backend's functions ---- */

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
  bool fatal = status < 0 && status != -EBUSY && status != -EAGAIN;
  return count == 0 && fatal ? status : count;
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
    .explain = explain,
    .io = &uring_io,
};
