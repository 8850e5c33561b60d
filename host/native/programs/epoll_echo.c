/* SPDX-License-Identifier: MIT
 * The limit to compare with: an echo server in C on level-triggered epoll, one thread, a read and
 * a write an event, no allocation but for output that the kernel does not take. It treats partial
 * writes, half-close and a lack of descriptors as a real server must. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 65536, ACCEPTS_A_TURN = 64, EVENTS = 512 };

/* Indexed by fd. `bytes` exists while output is pending, and then nothing is read. */
struct peer {
    char *bytes;
    size_t sent, length;
};

static int epoll_fd, listener;
static bool resting; /* out of descriptors: the listener is not watched */
static struct peer *peers;
static char buffer[READ_BYTES];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch(int op, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll_fd, op, fd, &event) != 0) fail("epoll_ctl");
}

static void close_peer(int fd) {
    free(peers[fd].bytes);
    peers[fd].bytes = NULL;
    close(fd);
    if (resting) watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    resting = false;
}

static void accept_some(void) {
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE) {
                watch(EPOLL_CTL_DEL, listener, 0);
                resting = true;
            }
            return;
        }
        int on = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
}

static void keep(int fd, const char *bytes, size_t length) {
    peers[fd].bytes = malloc(length);
    if (peers[fd].bytes == NULL) {
        close_peer(fd);
        return;
    }
    memcpy(peers[fd].bytes, bytes, length);
    peers[fd].sent = 0;
    peers[fd].length = length;
    watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void flush(int fd) {
    struct peer *peer = &peers[fd];
    ssize_t n = send(fd, peer->bytes + peer->sent, peer->length - peer->sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) {
        close_peer(fd);
        return;
    }
    peer->sent += (size_t)n;
    if (peer->sent < peer->length) return;
    free(peer->bytes);
    peer->bytes = NULL;
    watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void echo(int fd) {
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EAGAIN) return;
    /* 0 is FIN: all that came before it was sent, or we would not be reading. */
    if (n <= 0) {
        close_peer(fd);
        return;
    }
    ssize_t sent = send(fd, buffer, (size_t)n, MSG_NOSIGNAL);
    if (sent == n) return;
    if (sent < 0 && errno != EAGAIN) {
        close_peer(fd);
        return;
    }
    size_t taken = sent < 0 ? 0 : (size_t)sent;
    keep(fd, buffer + taken, (size_t)n - taken);
}

/* Prints where it listens, as all servers of a comparison do. */
static void listen_on(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    int on = 1;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
    if (listen(listener, 511) != 0) fail("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) != 0) fail("getsockname");
    printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);
}

int main(int argc, char **argv) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) fail("setrlimit");
    peers = calloc(limit.rlim_max, sizeof *peers);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (peers == NULL || epoll_fd < 0) fail("epoll_create1");
    listen_on(argc > 1 ? (uint16_t)atoi(argv[1]) : 0);
    watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    struct epoll_event events[EVENTS];
    for (;;) {
        int n = epoll_wait(epoll_fd, events, EVENTS, -1);
        if (n < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) accept_some();
            else if (peers[fd].bytes != NULL) flush(fd);
            else echo(fd);
        }
    }
}
