/* SPDX-License-Identifier: MIT
 * What a guest has written and the kernel not yet taken. One send of a connection is in flight at a
 * time, so bytes stay in order.
 *
 * The usual send is inline: with MSG_DONTWAIT it ends within the io_uring_enter that submits it, with
 * MSG_WAITALL and CQE_SKIP_SUCCESS it says nothing when all went. So a turn's sends and its wait are
 * one call, and no success ends the wait. What was cut short goes on as a send that waits. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "io_uring.h"

static struct chunk *chunk_take(struct px_backend *b) {
  struct chunk *chunk = b->spare;
  if (chunk != NULL) {
    b->spare = chunk->next;
    b->spare_count--;
  } else {
    chunk = malloc(sizeof *chunk);
    if (chunk == NULL) return NULL;
  }
  chunk->next = NULL;
  chunk->start = chunk->end = 0;
  return chunk;
}

static void chunk_give(struct px_backend *b, struct chunk *chunk) {
  if (b->spare_count == SPARE_CHUNKS) {
    free(chunk);
    return;
  }
  chunk->next = b->spare;
  b->spare = chunk;
  b->spare_count++;
}

uint32_t output_append(struct px_backend *b, struct source *s, const uint8_t *bytes,
                       size_t length) {
  uint32_t done = 0;
  while (done < length) {
    struct chunk *last = s->out_last;
    if (last == NULL || last->end == CHUNK_SIZE) {
      last = chunk_take(b);
      if (last == NULL) break;
      if (s->out_first == NULL)
        s->out_first = last;
      else
        s->out_last->next = last;
      s->out_last = last;
    }
    size_t room = CHUNK_SIZE - last->end;
    size_t part = length - done < room ? length - done : room;
    memcpy(last->bytes + last->end, bytes + done, part);
    last->end += (uint32_t)part;
    done += (uint32_t)part;
  }
  s->out_bytes += done;
  return done;
}

void output_start(struct px_backend *b, int fd) {
  struct source *s = &b->sources[fd];
  /* Where something follows on the send, another chunk or the close, its end has to be told. */
  bool follows = s->out_first->next != NULL || s->closed || s->shut_when_sent;
  bool inlined = !s->stalled && !follows && b->inlined_count < URING_SQ_ENTRIES;
  struct uring_sqe *sqe = submission(b, fd, inlined ? OP_INLINE : OP_SEND);
  if (sqe == NULL) {
    touch(b, fd);
    return;
  }
  struct chunk *chunk = s->out_first;
  sqe->opcode = URING_OP_SEND;
  sqe->addr = (uint64_t)(uintptr_t)(chunk->bytes + chunk->start);
  sqe->len = chunk->end - chunk->start;
  sqe->op_flags = MSG_NOSIGNAL | (inlined ? MSG_DONTWAIT | MSG_WAITALL : 0);
  s->sending = sqe->len;
  s->out_state = inlined ? OUT_INLINE : OUT_SEND;
  if (!inlined) return;
  sqe->flags = URING_SQE_CQE_SKIP_SUCCESS;
  b->inlined[b->inlined_count].place = b->ring.tail;
  b->inlined[b->inlined_count++].fd = fd;
}

void output_drop(struct px_backend *b, struct source *s) {
  while (s->out_first != NULL) {
    struct chunk *chunk = s->out_first;
    s->out_first = chunk->next;
    chunk_give(b, chunk);
  }
  s->out_last = NULL;
  s->out_bytes = 0;
}

static void consume(struct px_backend *b, struct source *s, uint32_t bytes) {
  s->out_bytes -= bytes;
  while (bytes > 0 || (s->out_first != NULL && s->out_first->start == s->out_first->end)) {
    struct chunk *chunk = s->out_first;
    uint32_t part = chunk->end - chunk->start < bytes ? chunk->end - chunk->start : bytes;
    chunk->start += part;
    bytes -= part;
    if (chunk->start < chunk->end) return;
    s->out_first = chunk->next;
    if (s->out_first == NULL) s->out_last = NULL;
    chunk_give(b, chunk);
  }
}

void output_sent(struct px_backend *b, int fd, int result) {
  struct source *s = &b->sources[fd];
  bool waits = result == -EAGAIN || result == -EINTR || result == -ENOBUFS;
  bool inlined = s->out_state == OUT_INLINE;
  s->out_state = OUT_IDLE;
  if (result < 0 && !waits) {
    output_drop(b, s);
    /* One that died already has told, or will tell, what it died of. */
    if (!s->out_dead && result != -ECANCELED) s->error = (uint16_t)-result;
    s->out_dead = true;
  } else {
    uint32_t sent = waits ? 0 : (uint32_t)result;
    consume(b, s, sent);
    s->stalled = inlined ? sent < s->sending : s->stalled && s->out_bytes > 0;
  }
  /* Closed with unread input: the connection is reset, and nothing more goes out. */
  if (s->closed && s->in_count > 0) output_drop(b, s);
  if (s->out_bytes > 0) {
    touch(b, fd);
  } else {
    if (s->shut_when_sent && !s->out_dead) {
      PX_COUNT(b->counters, shutdown);
      shutdown(fd, SHUT_WR);
    }
    s->shut_when_sent = false;
    if (s->closed) {
      source_close(b, fd);
      return;
    }
  }
  if (s->want != 0 && s->out_bytes <= OUT_LOW) make_ready(b, fd);
}

void output_settle(struct px_backend *b) {
  uint32_t submitted = uring_submitted(&b->ring), kept = 0;
  for (uint32_t i = 0; i < b->inlined_count; i++) {
    if ((int32_t)(submitted - b->inlined[i].place) < 0) {
      b->inlined[kept++] = b->inlined[i];
      continue;
    }
    int fd = b->inlined[i].fd;
    struct source *s = source_of(b, fd);
    if (s != NULL && s->out_state == OUT_INLINE) output_sent(b, fd, (int)s->sending);
  }
  b->inlined_count = kept;
}
