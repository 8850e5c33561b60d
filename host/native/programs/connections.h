/* SPDX-License-Identifier: MIT
 * The load generator's connections: opening many of them without overrunning a backlog or the
 * range of local ports, and one message's way out and back. */
#ifndef PX_BENCH_CONNECTIONS_H
#define PX_BENCH_CONNECTIONS_H

#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define noreturn_fn __attribute__((noreturn, format(printf, 1, 2)))

enum { MAX_MESSAGE = 1 << 20 };
/* How long answers may take after the end of a window, and how long opening may make no progress. */
#define GRACE_NS 2000000000ull
#define STALL_NS 5000000000ull

enum answer { NO_ANSWER, RIGHT_ANSWER, WRONG_ANSWER };
enum state { CLOSED, CONNECTING, PROBING, OPEN };

struct connection {
    int fd;
    enum state state;
    bool idle, wants_write, waiting, mismatched;
    uint32_t start;          /* where in the pattern this message begins */
    uint32_t sent, received; /* bytes of this message */
    uint64_t sent_at_ns;
};

/* Errors of the whole run, warm-up included. */
struct tally {
    uint64_t refused;    /* not opened: refused, out of fds, or never answered */
    uint64_t lost;       /* closed or reset by the server */
    uint64_t mismatched; /* messages whose echo had other bytes */
    uint64_t unanswered; /* messages without a whole answer in time */
};

struct load {
    struct sockaddr_in server;
    int epoll;
    uint32_t size, batch;
    uint32_t in_flight; /* messages out whose answer is not complete */
    uint8_t *pattern;
    struct tally tally;
    char why[128]; /* the last reason for `refused` */
};

struct group {
    struct connection *conns;
    uint32_t count, answered;
};

uint64_t now_ns(void);

/* 0 or -1 with errno. */
int load_open(struct load *load);

/* Opens `count` connections; each is answered one byte before it counts, so the server has accepted
 * it. Idle ones spread over several source addresses. Failures are counted in the tally. */
struct group group_open(struct load *load, uint32_t count, bool idle);

/* Counts messages under way as unanswered and resets their connections: a late answer would be
 * taken for one to the next message. */
void group_give_up(struct load *load, struct group *group);

/* Resets all, so that no port stays in TIME_WAIT. */
void group_close(struct group *group);

/* Starts the next message. */
void connection_send(struct load *load, struct connection *conn);

/* Handles what epoll reported. A complete answer ends the message; wrong ones and connections that
 * the server ended are counted in the tally. */
enum answer connection_progress(struct load *load, struct connection *conn, uint32_t ready);

#endif
