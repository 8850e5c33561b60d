/* SPDX-License-Identifier: MIT
 * See connections.h. Messages are slices of one random pattern at moving offsets: sending copies
 * nothing, and an echo of another message, or of another connection's, does not compare equal. */
#define _GNU_SOURCE
#include "connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATTERN_STARTS = 8192, SOURCES = 8, READ_BYTES = 1 << 18 };
static const uint8_t PROBE = 0x5a;

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

int load_open(struct load *load) {
    uint64_t x = 0x9e3779b97f4a7c15ull;
    size_t length = PATTERN_STARTS + load->size;
    load->pattern = malloc(length);
    if (load->pattern == NULL) return -1;
    for (size_t i = 0; i < length; i++) { /* xorshift64 */
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        load->pattern[i] = (uint8_t)(x >> 32);
    }
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    return load->epoll < 0 ? -1 : 0;
}

static void watch(const struct load *load, struct connection *conn, int op, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = conn};
    /* It can only fail for want of memory, and the stalled connection then is counted. */
    (void)epoll_ctl(load->epoll, op, conn->fd, &event);
}

static void drop(struct connection *conn) {
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (conn->fd >= 0) {
        (void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(conn->fd);
    }
    conn->fd = -1;
    conn->state = CLOSED;
}

static void refuse(struct load *load, struct connection *conn, const char *why) {
    load->tally.refused++;
    snprintf(load->why, sizeof load->why, "%s", why);
    drop(conn);
}

/* Idle connections come from 127.0.0.2 and following: one source address has some 28,000 ports
 * towards one server. The port is chosen at connect (IP_BIND_ADDRESS_NO_PORT), where the kernel
 * knows the whole four-tuple, and not at bind, where it would have to be unique on its own. */
static int start_connect(struct load *load, struct connection *conn, uint32_t index) {
    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (conn->fd < 0) return -1;
    int on = 1;
    (void)setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (conn->idle) {
        struct sockaddr_in source = {.sin_family = AF_INET};
        source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + index % SOURCES);
        (void)setsockopt(conn->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(conn->fd, (struct sockaddr *)&source, sizeof source) != 0) return -1;
    }
    if (connect(conn->fd, (struct sockaddr *)&load->server, sizeof load->server) != 0 &&
        errno != EINPROGRESS)
        return -1;
    conn->state = CONNECTING;
    watch(load, conn, EPOLL_CTL_ADD, EPOLLOUT);
    return 0;
}

/* One step of CONNECTING -> PROBING -> OPEN; true when the connection is settled, well or not. */
static bool settle(struct load *load, struct connection *conn) {
    if (conn->state == CONNECTING) {
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error == 0 && send(conn->fd, &PROBE, 1, MSG_NOSIGNAL) != 1) error = errno;
        if (error != 0) {
            refuse(load, conn, strerror(error));
            return true;
        }
        conn->state = PROBING;
        watch(load, conn, EPOLL_CTL_MOD, EPOLLIN);
        return false;
    }
    uint8_t byte = 0;
    ssize_t n = recv(conn->fd, &byte, 1, 0);
    if (n < 0 && errno == EAGAIN) return false;
    if (n <= 0) {
        refuse(load, conn, n == 0 ? "closed by the server" : strerror(errno));
        return true;
    }
    if (byte != PROBE) load->tally.mismatched++;
    conn->state = OPEN;
    return true;
}

struct group group_open(struct load *load, uint32_t count, bool idle) {
    struct group group = {.conns = calloc(count > 0 ? count : 1, sizeof *group.conns), .count = count};
    if (group.conns == NULL) {
        group.count = 0;
        return group;
    }
    uint32_t next = 0, settled = 0;
    uint64_t progress = now_ns();
    struct epoll_event events[256];
    while (settled < count && now_ns() < progress + STALL_NS) {
        for (; next < count && next - settled < load->batch; next++) {
            struct connection *conn = &group.conns[next];
            *conn = (struct connection){.fd = -1, .idle = idle};
            /* Steps that share no factor with the pattern: neighbours differ in what they send. */
            conn->start = (next * 2654435761u) % PATTERN_STARTS;
            if (start_connect(load, conn, next) == 0) continue;
            refuse(load, conn, strerror(errno));
            settled++;
        }
        int n = epoll_wait(load->epoll, events, 256, 100);
        for (int i = 0; i < n; i++) {
            struct connection *conn = events[i].data.ptr;
            if (conn->state == OPEN) {
                /* An older, silent one: only an end can have woken it. */
                load->tally.lost++;
                drop(conn);
            } else if (settle(load, conn)) {
                settled++;
                progress = now_ns();
                group.answered += conn->state == OPEN;
            }
        }
    }
    for (uint32_t i = 0; i < next; i++)
        if (group.conns[i].state == CONNECTING || group.conns[i].state == PROBING)
            refuse(load, &group.conns[i], "connected, but not answered for 5 s");
    return group;
}

void group_give_up(struct load *load, struct group *group) {
    for (uint32_t i = 0; i < group->count; i++) {
        if (!group->conns[i].waiting) continue;
        load->tally.unanswered++;
        group->conns[i].waiting = false;
        drop(&group->conns[i]);
    }
    load->in_flight = 0;
}

void group_close(struct group *group) {
    for (uint32_t i = 0; i < group->count; i++)
        if (group->conns[i].state != CLOSED) drop(&group->conns[i]);
    free(group->conns);
    *group = (struct group){0};
}

/* Also ends its message: the caller's loop waits for those in flight only. */
static void lose(struct load *load, struct connection *conn) {
    load->tally.lost++;
    if (conn->waiting) load->in_flight--;
    conn->waiting = false;
    drop(conn);
}

static void push(struct load *load, struct connection *conn) {
    uint32_t rest = load->size - conn->sent;
    ssize_t n = send(conn->fd, load->pattern + conn->start + conn->sent, rest, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
        lose(load, conn);
        return;
    }
    if (n > 0) conn->sent += (uint32_t)n;
    bool wants = conn->sent < load->size;
    if (wants == conn->wants_write) return;
    conn->wants_write = wants;
    watch(load, conn, EPOLL_CTL_MOD, wants ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void connection_send(struct load *load, struct connection *conn) {
    conn->start = (conn->start + 131) % PATTERN_STARTS;
    conn->sent = conn->received = 0;
    conn->mismatched = false;
    conn->waiting = true;
    conn->sent_at_ns = now_ns();
    load->in_flight++;
    push(load, conn);
}

enum answer connection_progress(struct load *load, struct connection *conn, uint32_t ready) {
    static uint8_t buffer[READ_BYTES];
    if (conn->state != OPEN) return NO_ANSWER;
    if ((ready & EPOLLOUT) != 0 && conn->wants_write) push(load, conn);
    if ((ready & ~(uint32_t)EPOLLOUT) == 0 || conn->state != OPEN) return NO_ANSWER;
    ssize_t n = recv(conn->fd, buffer, sizeof buffer, 0);
    if (n < 0 && errno == EAGAIN) return NO_ANSWER;
    /* Bytes that nobody asked for are as wrong as an end. */
    if (n <= 0 || !conn->waiting || (uint32_t)n > conn->sent - conn->received) {
        lose(load, conn);
        return NO_ANSWER;
    }
    if (memcmp(buffer, load->pattern + conn->start + conn->received, (size_t)n) != 0)
        conn->mismatched = true;
    conn->received += (uint32_t)n;
    if (conn->received < load->size) return NO_ANSWER;
    conn->waiting = false;
    load->in_flight--;
    if (!conn->mismatched) return RIGHT_ANSWER;
    load->tally.mismatched++;
    return WRONG_ANSWER;
}
