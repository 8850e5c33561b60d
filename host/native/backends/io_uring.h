/* SPDX-License-Identifier: MIT
 * What the parts of the io-uring backend share: the sources, and their way through the ring.
 *
 * io_uring.c is the backend's own functions: interest, and what a wait reports. io_uring_drive.c turns
 * needs into submissions and completions into state; io_uring_io.c is the guest's calls on that state;
 * io_uring_output.c is what was written and not yet sent; io_uring_ring.c is the ring. */
#ifndef PX_IO_URING_H
#define PX_IO_URING_H

#include <errno.h>
#include <poll.h>

#include "../backend.h"
#include "io_uring_ring.h"

enum {
  READY_MAX = 1024, /* reports of one wait */

  /* Received and not yet read, in buffers. The kernel may add what one pass of its own takes (32)
   * before the cancel reaches it. Beyond that the peer meets TCP's back-pressure. */
  IN_MAX = 16,
  IN_LOW = 4,        /* receiving goes on from here */
  ACCEPTED_MAX = 64, /* accepted ahead of the guest; the others wait in the backlog */

  /* Written and not yet sent, in bytes: EAGAIN beyond the first, writable again below the second. */
  OUT_MAX = 256 * 1024,
  OUT_LOW = OUT_MAX / 2,
  CHUNK_SIZE = 64 * 1024 - 64,
  SPARE_CHUNKS = 64,
};

enum source_kind { SOURCE_NONE, SOURCE_FOREIGN, SOURCE_LISTENER, SOURCE_STREAM };

/* What is in flight. INLINE: a send that ends within the enter that submits it. */
enum in_state { IN_IDLE, IN_MULTISHOT, IN_POLL };
enum out_state { OUT_IDLE, OUT_INLINE, OUT_SEND, OUT_POLL };

/* Bytes on their way out. Chunks come from a stack of spare ones, so that one is warm in the cache. */
struct chunk {
  struct chunk *next;
  uint32_t start, end;
  uint8_t bytes[CHUNK_SIZE];
};

/* One host descriptor; a source's index is its number. FOREIGN: not a socket of ours (a pipe, a
 * terminal, the wake); it is polled and nothing else. */
struct source {
  uint64_t token;
  struct chunk *out_first, *out_last;
  uint32_t generation; /* 24 bits, in each submission: completions of another one are stale */
  uint32_t out_bytes, sending;
  uint32_t in_bytes;
  int32_t in_first, in_last; /* buffers received, or descriptors accepted; -1 */
  uint32_t in_count;
  int32_t next_ready, next_todo, next_accepted;
  uint16_t in_offset; /* used up of the first buffer */
  uint16_t error;     /* errno that the next use tells */
  uint8_t kind, want, in_state, out_state;
  uint8_t armed; /* interest that IN_POLL of a foreign source has */
  bool listed, pending;  /* in the list of ready sources, of sources to do */
  bool driven;           /* the guest waited for it once: its I/O goes through the ring */
  bool cancelling;       /* of the input */
  bool hint;             /* a poll completed: look before you believe */
  bool ended, in_dead;   /* the peer's end was received; receiving failed */
  bool out_dead;         /* sending failed */
  bool direct;           /* a poll told of a hangup: the kernel answers sends itself */
  bool full;             /* the kernel took no more, or is not connected: POLLOUT tells */
  bool stalled;          /* an inline send met a full socket: send and wait */
  bool write_shut, shut_when_sent;
  bool shut;   /* a listener that is drained: accepts nothing more */
  bool closed; /* by the guest; kept until what it wrote is sent */
};

struct list {
  int32_t first, last;
  uint32_t count;
};

struct px_backend {
  struct uring ring;
  struct px_counters *counters;
  struct source *sources;
  uint32_t room;
  struct list ready, todo;
  uint32_t lingering; /* closed by the guest and not yet sent */
  struct chunk *spare;
  uint32_t spare_count;

  /* Inline sends of the current batch, in the order of submission. */
  struct {
    uint32_t place; /* in the submission queue */
    int32_t fd;
  } inlined[URING_SQ_ENTRIES];
  uint32_t inlined_count;

  int32_t low_fd; /* a guest blocks until low_bytes are there */
  uint32_t low_bytes;
  bool low_in_kernel;
  bool awaiting; /* the poll of a blocking call is in flight */
  int32_t awaited_fd;

  int32_t next_buffer[URING_BUFFERS]; /* of one source's queue */
  uint16_t buffer_length[URING_BUFFERS];
  struct pollfd polls[READY_MAX];
  uint32_t polled[READY_MAX]; /* which report each of them is for */
};

enum operation { OP_RECEIVE, OP_ACCEPT, OP_POLL_IN, OP_POLL_OUT, OP_INLINE, OP_SEND, OP_CANCEL, OP_AWAIT };

/* user_data of the poll that a blocking call waits with: it belongs to no source. */
#define AWAIT_DATA UINT64_MAX

static inline short events_of(uint32_t want) {
  return (short)((want & PX_READ ? POLLIN : 0) | (want & PX_WRITE ? POLLOUT : 0));
}

/* ---- io_uring_drive.c ---- */

/* The source of a descriptor, NULL where there is none. */
static inline struct source *source_of(const struct px_backend *b, int fd) {
  return fd >= 0 && (uint32_t)fd < b->room && b->sources[fd].kind != SOURCE_NONE ? &b->sources[fd]
                                                                                  : NULL;
}

/* The kernel may have more for a source than what has completed. */
static inline bool receives(const struct source *s) { return s->in_state == IN_MULTISHOT; }

/* Makes a fresh source. NULL: no memory. Moves the sources. */
struct source *source_make(struct px_backend *b, int fd, enum source_kind kind);
/* A connection of listener `fd` waits for the guest to accept it. False: out of memory, and it is closed. */
bool accept_ahead(struct px_backend *b, int fd, int connection);
/* No completion of it counts from now on. */
void source_retire(struct px_backend *b, int fd);

void touch(struct px_backend *b, int fd);      /* to be looked at before the next enter */
void make_ready(struct px_backend *b, int fd); /* to be looked at before the next report */

/* Queues one entry with its user_data; NULL: the ring refuses to take any, try again later. */
struct uring_sqe *submission(struct px_backend *b, int fd, enum operation operation);
/* Queues the cancel of a request in flight. False: try again later. */
bool cancel(struct px_backend *b, int fd, enum operation operation);
void cancel_await(struct px_backend *b);
/* Makes a submission one poll of its descriptor. */
void submission_poll(struct uring_sqe *sqe, short events);
/* Queues the cancel of what a source has in flight for input. False: try again later. */
bool cancel_input(struct px_backend *b, int fd);

/* Submits what is to be done and takes what has completed, without waiting and, where there is
 * nothing, without a system call. */
void pump(struct px_backend *b);
/* As pump, but waits for one completion. 0, -EINTR, -errno. */
int drive(struct px_backend *b, int64_t timeout_ns);

/* Readiness as far as completions tell. */
uint32_t readiness_of(const struct source *s);

/* ---- io_uring_output.c ---- */

/* Copies up to `room` bytes behind what is to be sent. Answers how many; 0: no memory. */
uint32_t output_append(struct px_backend *b, struct source *s, const uint8_t *bytes, size_t length);
/* Queues the next send where none is in flight. */
void output_start(struct px_backend *b, int fd);
/* A send has completed with `result`, a count or -errno. */
void output_sent(struct px_backend *b, int fd, int result);
/* Those inline sends of which the kernel said nothing have succeeded. */
void output_settle(struct px_backend *b);
/* Gives up what is not sent. Nothing may be in flight. */
void output_drop(struct px_backend *b, struct source *s);

/* ---- io_uring_blocking.c ---- */

/* Of px_backend_io. */
int uring_set_low_mark(struct px_backend *b, int fd, int bytes);
int uring_poll(struct px_backend *b, struct pollfd fds[2]);
int uring_look(struct px_backend *b, struct pollfd *fd);
/* Ends the poll of a blocking call, which holds its file open. */
void end_await(struct px_backend *b);
/* Makes a new poll of the wake due, where one has completed that nobody looked at. */
void rearm(struct px_backend *b, int wake_fd);

/* ---- io_uring_io.c ---- */

extern const struct px_backend_io uring_io;
/* Closes the descriptor of a source for good. Nothing may be in flight for output. */
void source_close(struct px_backend *b, int fd);
/* Gives the received buffers back. */
void input_drop(struct px_backend *b, struct source *s);

#endif
