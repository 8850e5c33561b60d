/* SPDX-License-Identifier: MIT
 * The io-uring backend's sources and their way through the ring: what each needs in flight, what its
 * completions mean, and the one call that submits, waits and takes. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io_uring.h"

enum { GENERATIONS = 1 << 24, FIRST_ROOM = 64, ROUNDS_MAX = 64 };

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

uint32_t readiness_of(const struct source *s) {
  if (s->kind == SOURCE_LISTENER) return s->in_count > 0 || s->error != 0 ? PX_READ : 0;
  if (s->kind != SOURCE_STREAM) return 0;
  bool dead = s->in_dead || s->out_dead;
  bool readable = s->in_count > 0 || s->ended || dead || s->error != 0;
  bool writable = dead || (s->out_bytes <= OUT_LOW && !s->full);
  return (readable ? PX_READ : 0u) | (writable ? PX_WRITE : 0u) | (s->error != 0 ? PX_ERROR : 0u) |
         (dead || (s->ended && s->write_shut && s->out_bytes == 0) ? PX_HANGUP : 0u);
}

/* ---- submissions ---- */

static uint64_t user_data(const struct px_backend *b, int fd, enum operation operation) {
  return (uint64_t)b->sources[fd].generation << 40 | (uint64_t)operation << 32 | (uint32_t)fd;
}

struct uring_sqe *submission(struct px_backend *b, int fd, enum operation operation) {
  struct uring_sqe *sqe = uring_next(&b->ring);
  if (sqe == NULL) { /* more than fit into one batch; what completes is taken later */
    uring_enter(&b->ring, 0);
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
  s->cancelling = true;
  return true;
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
  bool stream = s->kind == SOURCE_STREAM;
  /* Where other connections hold every buffer, this one is served by plain reads meanwhile. */
  if (s->kind == SOURCE_FOREIGN || (stream && b->ring.free_buffers == 0)) {
    uint32_t want = stream ? PX_READ : s->want;
    if (!poll_for(b, fd, OP_POLL_IN, want)) return false;
    s->armed = (uint8_t)want;
    s->in_state = IN_POLL;
    return true;
  }
  struct uring_sqe *sqe = submission(b, fd, stream ? OP_RECEIVE : OP_ACCEPT);
  if (sqe == NULL) return false;
  sqe->opcode = stream ? URING_OP_RECV : URING_OP_ACCEPT;
  sqe->ioprio = stream ? URING_RECV_MULTISHOT : URING_ACCEPT_MULTISHOT;
  if (stream)
    sqe->flags = URING_SQE_BUFFER_SELECT;
  else
    sqe->op_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  s->in_state = IN_MULTISHOT;
  b->counters->fds_to_kernel++;
  return true;
}

/* Whether more input is wanted than what is there. */
static bool needs_input(const struct source *s) {
  if ((s->want & PX_READ) == 0 && s->kind != SOURCE_FOREIGN) return false;
  switch (s->kind) {
    case SOURCE_LISTENER: return s->in_count < ACCEPTED_MAX && s->error == 0 && !s->shut;
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
      s->out_state = OUT_POLL;
    }
  }
  if (s->in_state != IN_IDLE) {
    if (s->cancelling || !must_stop(s)) return true;
    if (!cancel_input(b, fd)) return false;
    if (s->kind != SOURCE_FOREIGN) return true;
    /* What it was armed for does not matter any more: the next request replaces it at once. */
    s->generation = (s->generation + 1) % GENERATIONS;
    s->in_state = IN_IDLE;
    s->cancelling = false;
  }
  /* Reported by a poll that is still to be looked at: that comes first. */
  return s->hint || !needs_input(s) || arm_input(b, fd);
}

static void attend_all(struct px_backend *b) {
  for (uint32_t left = b->todo.count; left > 0; left--) {
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

bool accept_ahead(struct px_backend *b, int fd, int connection) {
  struct source *s = source_make(b, connection, SOURCE_STREAM);
  if (s == NULL) {
    close(connection);
    return false;
  }
  s->next_accepted = -1;
  s = &b->sources[fd];
  if (s->in_count++ == 0)
    s->in_first = connection;
  else
    b->sources[s->in_last].next_accepted = connection;
  s->in_last = connection;
  return true;
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
    if (!accept_ahead(b, fd, cqe->res)) return;
    if (b->sources[fd].in_count >= ACCEPTED_MAX) touch(b, fd);
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
  attend_all(b);
  if (b->todo.count > 0) timeout_ns = 0;
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
