// SPDX-License-Identifier: MIT
// The twenty traps of poll_oneoff, and who watches each: a native scenario, which runs on every backend
// and bears the trap's number in its title, or tests of a layer above.

export interface Trap {
  readonly what: string;
  readonly scenarios: readonly string[];
  /** Files of tests/ where the trap is not the native layer's. */
  readonly elsewhere?: readonly string[];
  /** Why nobody can fall into it. */
  readonly untested?: string;
}

export const TRAPS: Readonly<Record<number, Trap>> = {
  1: {
    what: 'a bad fd fails its event and not the call',
    scenarios: ['bad_fds_are_their_own_events', 'a_number_beyond_the_table_becomes_a_descriptor'],
  },
  2: {
    what: 'no subscription is EINVAL and no hang',
    scenarios: ['invalid_calls_fail_as_a_whole'],
  },
  3: {
    what: 'only what is ready is reported',
    scenarios: ['only_what_is_ready_is_reported', 'a_full_read_leaves_nothing_that_is_reported'],
  },
  4: {
    what: 'levels are the contract, edges an option',
    scenarios: ['level_triggered_until_read', 'edge_is_quiet_until_drained'],
  },
  5: {
    what: 'one fd twice',
    scenarios: ['read_and_write_of_one_fd_come_in_subscription_order'],
  },
  6: {
    what: 'userdata is opaque and may repeat',
    scenarios: ['read_and_write_of_one_fd_come_in_subscription_order'],
  },
  7: {
    what: 'clocks',
    scenarios: [
      'clocks_are_never_early_and_all_due_ones_are_told',
      'nanosecond_waits_are_never_early',
      'absolute_clocks_follow_the_clock_that_they_name',
      'an_unknown_clock_is_an_error_of_its_event',
    ],
  },
  8: {
    what: 'hangup, and data before the end',
    scenarios: [
      'a_half_close_is_readable_without_hangup',
      'a_reset_wakes_both_directions_without_error_and_the_reader_with_hangup',
      'data_before_a_reset_is_read_first',
    ],
  },
  9: {
    what: 'the flags of sock_accept are the new fd’s',
    scenarios: [
      'a_blocking_accept_waits_whatever_its_flags_say',
      'fdstat_tells_a_stream_socket_and_its_flags',
    ],
  },
  10: {
    what: 'fd_prestat_get on sockets',
    scenarios: [],
    elsewhere: ['unit/host/descriptors.test.ts', 'foreign/files.test.ts'],
  },
  11: {
    what: 'poll and select of wasi-libc',
    scenarios: [],
    elsewhere: ['foreign/echo.test.ts'],
  },
  12: {
    what: 'the netpoller of Go, and both ends of a terminal or pipe',
    scenarios: ['eventfds_and_terminals_wake_like_sockets', 'a_pipe_whose_writer_is_gone_hangs_up'],
    elsewhere: ['foreign/many.test.ts'],
  },
  13: {
    what: 'regular files are ready, and the rest is still looked at',
    scenarios: ['files_are_always_ready_and_sockets_are_still_looked_at'],
  },
  14: {
    what: 'fd numbers come again',
    scenarios: [
      'a_closed_and_reused_number_is_registered_anew',
      'a_renumbered_fd_takes_its_readiness_along',
      'two_descriptors_of_one_open_file_are_both_heard',
    ],
  },
  15: {
    what: 'more that are ready than a batch, and FD_SETSIZE',
    scenarios: [
      'more_ready_fds_than_a_batch_starve_nobody',
      'more_latches_than_a_batch_starve_nobody',
      'select_refuses_what_is_beyond_fd_setsize',
    ],
  },
  16: {
    what: 'memory that moves, and arithmetic in 32 bits',
    scenarios: [
      'memory_that_grows_during_the_wait_gets_the_events',
      'pointers_are_checked_in_64_bits',
    ],
  },
  17: {
    what: 'a guest that waits can be ended',
    scenarios: ['another_thread_ends_a_wait', 'a_stop_ends_a_blocking_accept'],
  },
  18: {
    what: 'a wait of no time stays synchronous',
    scenarios: [],
    untested: 'every wait is synchronous: there is no way yet to suspend a guest',
  },
  19: {
    what: 'the peer’s address is told out of band',
    scenarios: [],
    elsewhere: ['unit/host/descriptors.test.ts'],
  },
  20: { what: 'io_uring may be denied', scenarios: [], elsewhere: ['cli/io-uring.test.ts'] },
};

/** The title of a scenario: with the traps that it watches. */
export function titleOf(scenario: string): string {
  const numbers = Object.keys(TRAPS).filter((number) =>
    TRAPS[Number(number)]?.scenarios.includes(scenario),
  );
  return numbers.length === 0 ? scenario : `trap ${numbers.join(', ')}: ${scenario}`;
}
