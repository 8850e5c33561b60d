/* SPDX-License-Identifier: MIT
 * The kernel's io_uring interface as far as we use it, written down from io_uring(7), so that the addon
 * builds where <linux/io_uring.h> is older than the kernel it will run on. Where the header is new
 * enough the compiler compares the two. */
#ifndef PX_IO_URING_ABI_H
#define PX_IO_URING_ABI_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

/* The same on every architecture that Node has builds for. */
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#define SYS_io_uring_enter 426
#define SYS_io_uring_register 427
#endif

enum {
  URING_OP_POLL_ADD = 6,
  URING_OP_ACCEPT = 13,
  URING_OP_ASYNC_CANCEL = 14,
  URING_OP_SEND = 26,
  URING_OP_RECV = 27,

  URING_SQE_BUFFER_SELECT = 1 << 5,
  URING_SQE_CQE_SKIP_SUCCESS = 1 << 6,

  URING_ACCEPT_MULTISHOT = 1 << 0, /* in ioprio, like the next */
  URING_RECV_MULTISHOT = 1 << 1,

  URING_ASYNC_CANCEL_ALL = 1 << 0,
  URING_ASYNC_CANCEL_ANY = 1 << 2,

  URING_CQE_BUFFER = 1 << 0,
  URING_CQE_MORE = 1 << 1,
  URING_CQE_BUFFER_SHIFT = 16,

  URING_SETUP_CQSIZE = 1 << 3,
  URING_SETUP_SUBMIT_ALL = 1 << 7,
  URING_SETUP_TASKRUN_FLAG = 1 << 9,
  URING_SETUP_SINGLE_ISSUER = 1 << 12,
  URING_SETUP_DEFER_TASKRUN = 1 << 13,

  URING_FEAT_SINGLE_MMAP = 1 << 0,
  URING_FEAT_NODROP = 1 << 1,
  URING_FEAT_EXT_ARG = 1 << 8,

  URING_ENTER_GETEVENTS = 1 << 0,
  URING_ENTER_EXT_ARG = 1 << 3,

  URING_SQ_CQ_OVERFLOW = 1 << 1,
  URING_SQ_TASKRUN = 1 << 2,

  URING_REGISTER_EVENTFD = 4,
  URING_REGISTER_PBUF_RING = 22,
  URING_REGISTER_SYNC_CANCEL = 24,
};

#define URING_OFF_SQES 0x10000000

struct uring_sqe {
  uint8_t opcode, flags;
  uint16_t ioprio;
  int32_t fd;
  uint64_t off, addr;
  uint32_t len, op_flags;
  uint64_t user_data;
  uint16_t buf_group, personality;
  int32_t file_index;
  uint64_t addr3, pad;
};

struct uring_cqe {
  uint64_t user_data;
  int32_t res;
  uint32_t flags;
};

struct uring_params {
  uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd, resv[3];
  struct {
    uint32_t head, tail, ring_mask, ring_entries, flags, dropped, array, resv1;
    uint64_t user_addr;
  } sq_off;
  struct {
    uint32_t head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv1;
    uint64_t user_addr;
  } cq_off;
};

/* The last argument of io_uring_enter with URING_ENTER_EXT_ARG. */
struct uring_wait {
  uint64_t sigmask;
  uint32_t sigmask_size, pad;
  uint64_t timespec;
};

struct uring_timespec {
  int64_t tv_sec, tv_nsec;
};

/* A slot of a ring of provided buffers; `tail` of the first one is the ring's own. */
struct uring_buf {
  uint64_t addr;
  uint32_t len;
  uint16_t bid, tail;
};

struct uring_buf_reg {
  uint64_t ring_addr;
  uint32_t ring_entries;
  uint16_t bgid, flags;
  uint64_t resv[3];
};

struct uring_sync_cancel {
  uint64_t addr;
  int32_t fd;
  uint32_t flags;
  struct uring_timespec timeout; /* -1: none */
  uint8_t opcode, pad[7];
  uint64_t pad2[3];
};

_Static_assert(sizeof(struct uring_sync_cancel) == 64 && sizeof(struct uring_sqe) == 64 && sizeof(struct uring_cqe) == 16 &&
                   sizeof(struct uring_params) == 120 && sizeof(struct uring_buf) == 16 &&
                   sizeof(struct uring_buf_reg) == 40 && sizeof(struct uring_wait) == 24,
               "the kernel's layouts");

#if __has_include(<linux/io_uring.h>)
#include <linux/io_uring.h>
#ifdef IORING_SETUP_DEFER_TASKRUN /* Linux 6.1, which has all of the above */
#define URING_SAME(name) _Static_assert((int)URING_##name == (int)IORING_##name, #name)
URING_SAME(OP_POLL_ADD);
URING_SAME(OP_ACCEPT);
URING_SAME(OP_ASYNC_CANCEL);
URING_SAME(OP_SEND);
URING_SAME(OP_RECV);
URING_SAME(ACCEPT_MULTISHOT);
URING_SAME(RECV_MULTISHOT);
URING_SAME(SETUP_SUBMIT_ALL);
URING_SAME(SETUP_TASKRUN_FLAG);
URING_SAME(SETUP_SINGLE_ISSUER);
URING_SAME(SETUP_DEFER_TASKRUN);
URING_SAME(ASYNC_CANCEL_ALL);
URING_SAME(ASYNC_CANCEL_ANY);
URING_SAME(ENTER_EXT_ARG);
URING_SAME(SQ_TASKRUN);
URING_SAME(REGISTER_EVENTFD);
URING_SAME(REGISTER_PBUF_RING);
URING_SAME(REGISTER_SYNC_CANCEL);
_Static_assert((int)URING_SQE_CQE_SKIP_SUCCESS == (int)IOSQE_CQE_SKIP_SUCCESS &&
                   (int)URING_SQE_BUFFER_SELECT == (int)IOSQE_BUFFER_SELECT,
               "flags of a submission");
_Static_assert(offsetof(struct uring_sqe, user_data) == offsetof(struct io_uring_sqe, user_data) &&
                   offsetof(struct uring_sqe, op_flags) == offsetof(struct io_uring_sqe, msg_flags) &&
                   offsetof(struct uring_sqe, buf_group) == offsetof(struct io_uring_sqe, buf_group) &&
                   offsetof(struct uring_params, cq_off) == offsetof(struct io_uring_params, cq_off) &&
                   offsetof(struct uring_wait, timespec) == offsetof(struct io_uring_getevents_arg, ts),
               "the kernel's layouts");
#undef URING_SAME
#endif
#endif

#endif
