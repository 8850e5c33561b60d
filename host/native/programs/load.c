/* SPDX-License-Identifier: MIT
 * Load generator for echo servers: one thread on epoll. Active connections play ping-pong with
 * messages whose echo is compared byte by byte; idle ones were answered once and then stay silent.
 * `pollux compare` and tests/bench call it; `pollux-load --help` tells the options. Connections are in connections.c. */
#define _GNU_SOURCE
#include "connections.h"
#include "histogram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct options {
    struct sockaddr_in server;
    uint32_t active, idle, size, prime, batch;
    double seconds, warmup;
    bool json, step;
};

static struct histogram latencies;

static const char usage[] =
    "usage: pollux-load --connect HOST:PORT [options]\n"
    "  --active N    connections that play ping-pong (default 50)\n"
    "  --idle N      connections that were answered once and stay silent (default 0)\n"
    "  --size B      bytes a message, 1 to 1048576 (default 64)\n"
    "  --seconds S   length of the measured window (default 2)\n"
    "  --warmup S    the same load before it, not counted (default 0.5)\n"
    "  --prime N     before all else, N connections for 0.3 s: warms the server's heap and JIT\n"
    "  --batch N     connections being opened at a time; stay below the backlog (default 128)\n"
    "  --step        print baseline, idle, start, end, and wait for a line on stdin after each\n"
    "  --json        one line of JSON\n"
    "Exit status: 0, 1 if there were errors, 2 if the load could not be set up.\n";

static noreturn_fn void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("pollux-load: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static double number(const char *name, const char *text, double low, double high) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != 0 || !(value >= low && value <= high))
        die("--%s takes a number from %g to %g, not '%s'", name, low, high, text);
    return value;
}

static struct sockaddr_in address(char *text) {
    struct sockaddr_in a = {.sin_family = AF_INET};
    char *colon = strrchr(text, ':');
    if (colon == NULL) die("--connect takes HOST:PORT, not '%s'", text);
    *colon = 0;
    a.sin_port = htons((uint16_t)number("connect", colon + 1, 1, 65535));
    if (inet_pton(AF_INET, text, &a.sin_addr) != 1) die("'%s' is no IPv4 address", text);
    return a;
}

static struct options parse(int argc, char **argv) {
    static const struct option names[] = {
        {"connect", 1, NULL, 'c'}, {"active", 1, NULL, 'a'}, {"idle", 1, NULL, 'i'},
        {"size", 1, NULL, 'b'},    {"seconds", 1, NULL, 's'}, {"warmup", 1, NULL, 'w'},
        {"prime", 1, NULL, 'p'},   {"batch", 1, NULL, 'n'},  {"step", 0, NULL, 't'},
        {"json", 0, NULL, 'j'},    {"help", 0, NULL, 'h'},   {NULL, 0, NULL, 0},
    };
    struct options o = {.active = 50, .size = 64, .seconds = 2, .warmup = 0.5, .batch = 128};
    for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        if (c == 'c') o.server = address(optarg);
        else if (c == 'a') o.active = (uint32_t)number("active", optarg, 0, 1e6);
        else if (c == 'i') o.idle = (uint32_t)number("idle", optarg, 0, 1e6);
        else if (c == 'b') o.size = (uint32_t)number("size", optarg, 1, MAX_MESSAGE);
        else if (c == 's') o.seconds = number("seconds", optarg, 0.001, 3600);
        else if (c == 'w') o.warmup = number("warmup", optarg, 0, 3600);
        else if (c == 'p') o.prime = (uint32_t)number("prime", optarg, 0, 10000);
        else if (c == 'n') o.batch = (uint32_t)number("batch", optarg, 1, 10000);
        else if (c == 't') o.step = true;
        else if (c == 'j') o.json = true;
        else if (c == 'h') { fputs(usage, stdout); exit(0); }
        else { fputs(usage, stderr); exit(2); }
    }
    if (o.server.sin_port == 0) { fputs(usage, stderr); exit(2); }
    return o;
}

/* Raises the soft limit as far as the hard one allows: an EMFILE in the midst of 15,000 connects
 * would look like the server's fault. */
static void want_fds(uint32_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die("getrlimit: %s", strerror(errno));
    if (limit.rlim_max < count)
        die("%u descriptors are needed and the hard limit is %ju: raise it (ulimit -Hn %u), or ask "
            "for fewer connections", count, (uintmax_t)limit.rlim_max, count);
    if (limit.rlim_cur >= count) return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit: %s", strerror(errno));
}

/* Lets the caller read the server's counters while nothing is under way. */
static void step(const struct options *o, const char *name) {
    if (!o->step) return;
    printf("%s\n", name);
    fflush(stdout);
    for (int c = getchar(); c != '\n'; c = getchar())
        if (c == EOF) die("the caller has gone");
}

static double cpu_seconds(void) {
    struct rusage usage_now;
    getrusage(RUSAGE_SELF, &usage_now);
    return (double)(usage_now.ru_utime.tv_sec + usage_now.ru_stime.tv_sec) +
           (double)(usage_now.ru_utime.tv_usec + usage_now.ru_stime.tv_usec) / 1e6;
}

/* Plays ping-pong for so many seconds, then waits for the answers under way, so that nothing runs
 * when it returns. Answers the time from the first message to the last answer; s. */
static double ping_pong(struct load *load, struct group *group, double seconds, struct histogram *h) {
    uint64_t start = now_ns(), deadline = start + (uint64_t)(seconds * 1e9), last = start;
    for (uint32_t i = 0; i < group->count; i++)
        if (group->conns[i].state == OPEN) connection_send(load, &group->conns[i]);
    struct epoll_event events[512];
    while (load->in_flight > 0) {
        int n = epoll_wait(load->epoll, events, 512, 100);
        for (int i = 0; i < n; i++) {
            struct connection *conn = events[i].data.ptr;
            enum answer answer = connection_progress(load, conn, events[i].events);
            if (answer == NO_ANSWER) continue;
            last = now_ns();
            if (h != NULL && answer == RIGHT_ANSWER) histogram_add(h, last - conn->sent_at_ns);
            if (last < deadline) connection_send(load, conn);
        }
        if (now_ns() > deadline + GRACE_NS) break;
    }
    group_give_up(load, group);
    return (double)(last - start) / 1e9;
}

static uint64_t errors(const struct tally *t) {
    return t->refused + t->lost + t->mismatched + t->unanswered;
}

static void report(const struct options *o, const struct load *load, double elapsed, double busy) {
    const struct tally *t = &load->tally;
    double rate = elapsed > 0 ? (double)latencies.count / elapsed : 0;
    double p50 = (double)histogram_quantile(&latencies, 0.50) / 1e3;
    double p99 = (double)histogram_quantile(&latencies, 0.99) / 1e3;
    double max = (double)latencies.max_ns / 1e3;
    if (o->json) {
        printf("{\"requests\":%" PRIu64 ",\"seconds\":%.6f,\"rate\":%.1f,\"p50Us\":%.2f,"
               "\"p99Us\":%.2f,\"maxUs\":%.2f,\"loadBusy\":%.3f,\"idle\":%u,\"errors\":%" PRIu64
               ",\"refused\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"mismatched\":%" PRIu64
               ",\"unanswered\":%" PRIu64 "}\n",
               latencies.count, elapsed, rate, p50, p99, max, busy, o->idle, errors(t), t->refused,
               t->lost, t->mismatched, t->unanswered);
        return;
    }
    printf("%u active, %u idle, %u bytes: %.0f requests/s (%" PRIu64 " in %.2f s)\n", o->active,
           o->idle, o->size, rate, latencies.count, elapsed);
    printf("latency p50 %.1f us, p99 %.1f us, max %.1f us; load generator busy %.0f%%\n", p50, p99,
           max, busy * 100);
    printf("errors %" PRIu64 ": %" PRIu64 " refused, %" PRIu64 " lost, %" PRIu64
           " with wrong bytes, %" PRIu64 " unanswered\n",
           errors(t), t->refused, t->lost, t->mismatched, t->unanswered);
}

int main(int argc, char **argv) {
    struct options o = parse(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    want_fds(o.active + o.idle + o.prime + 16);
    struct load load = {.server = o.server, .size = o.size, .batch = o.batch};
    if (load_open(&load) != 0) die("epoll_create1: %s", strerror(errno));

    if (o.prime > 0) {
        struct group prime = group_open(&load, o.prime, false);
        ping_pong(&load, &prime, 0.3, NULL);
        group_close(&prime);
    }
    step(&o, "baseline");
    struct group idle = group_open(&load, o.idle, true);
    if (load.tally.refused > 0)
        die("only %u of %u idle connections were answered: %s", idle.answered, o.idle, load.why);
    step(&o, "idle");
    struct group active = group_open(&load, o.active, false);
    if (o.active > 0 && active.answered == 0) die("no connection was answered: %s", load.why);
    if (o.warmup > 0) ping_pong(&load, &active, o.warmup, NULL);
    step(&o, "start");
    double cpu = cpu_seconds();
    double elapsed = ping_pong(&load, &active, o.seconds, &latencies);
    double busy = elapsed > 0 ? (cpu_seconds() - cpu) / elapsed : 0;
    step(&o, "end");
    report(&o, &load, elapsed, busy);
    group_close(&active);
    group_close(&idle);
    return errors(&load.tally) > 0;
}
