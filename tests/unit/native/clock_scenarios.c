/* SPDX-License-Identifier: MIT
 * Scenarios of poll_oneoff's clocks: which one counts, never early, signals in between. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "harness.h"

#define MS UINT64_C(1000000)

static void clocks_are_never_early_and_all_due_ones_are_told(struct test *t) {
  sub_clock(t, ABI_CLOCK_MONOTONIC, 3 * MS, false, 1);
  sub_clock(t, ABI_CLOCK_REALTIME, 3 * MS, false, 2);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 60000 * MS, false, 3);
  sub_clock(t, ABI_CLOCK_MONOTONIC, UINT64_MAX, false, 4);
  uint64_t before = now_ns(CLOCK_MONOTONIC);
  CHECK(poll_all(t) == 0 && now_ns(CLOCK_MONOTONIC) - before >= 3 * MS);
  CHECK(event_count(t) == 2 && event_userdata(t, 0) == 1 && event_userdata(t, 1) == 2);
  CHECK(event_type(t, 0) == ABI_CLOCK && event_error(t, 0) == 0);
}

static void nanosecond_waits_are_never_early(struct test *t) {
  for (uint64_t ns = 1; ns < 3 * MS; ns = ns * 3 + 7) {
    sub_none(t);
    sub_clock(t, ABI_CLOCK_MONOTONIC, ns, false, 1);
    uint64_t before = now_ns(CLOCK_MONOTONIC);
    CHECK(poll_all(t) == 0 && now_ns(CLOCK_MONOTONIC) - before >= ns && event_count(t) == 1);
  }
}

static void absolute_clocks_follow_the_clock_that_they_name(struct test *t) {
  for (uint32_t id = 0; id < 2; id++) {
    int clock = id == ABI_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    uint64_t deadline = now_ns(clock) + 4 * MS;
    sub_none(t);
    sub_clock(t, id, deadline, true, 1);
    CHECK(poll_all(t) == 0 && event_count(t) == 1 && now_ns(clock) >= deadline);
    sub_none(t);
    sub_clock(t, id, 5, true, 2); /* long past */
    CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 2);
  }
}

static void an_unknown_clock_is_an_error_of_its_event(struct test *t) {
  sub_clock(t, 2, 10000 * MS, false, 1);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 10000 * MS, false, 2);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && event_userdata(t, 0) == 1);
  CHECK(event_error(t, 0) == WASI_INVAL);
}

static void nothing(int number) { (void)number; }

static void a_signal_resumes_the_wait_with_what_is_left(struct test *t) {
  struct sigaction action = {.sa_handler = nothing}, old;
  sigaction(SIGALRM, &action, &old);
  struct itimerval every = {.it_interval = {.tv_usec = 2000}, .it_value = {.tv_usec = 2000}}, none = {{0, 0}, {0, 0}};
  setitimer(ITIMER_REAL, &every, NULL);
  sub_clock(t, ABI_CLOCK_MONOTONIC, 25 * MS, false, 1);
  uint64_t before = now_ns(CLOCK_MONOTONIC);
  CHECK(poll_all(t) == 0 && event_count(t) == 1 && now_ns(CLOCK_MONOTONIC) - before >= 25 * MS);
  setitimer(ITIMER_REAL, &none, NULL);
  sigaction(SIGALRM, &old, NULL);
}

const struct scenario clock_scenarios[] = {
#define S(name) {#name, name}
    S(clocks_are_never_early_and_all_due_ones_are_told),
    S(nanosecond_waits_are_never_early),
    S(absolute_clocks_follow_the_clock_that_they_name),
    S(an_unknown_clock_is_an_error_of_its_event),
    S(a_signal_resumes_the_wait_with_what_is_left),
    {NULL, NULL},
};
