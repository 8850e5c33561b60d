// SPDX-License-Identifier: MIT
// The polls of the guest, counted, by which connections are known as recently active.

/** The poll that was made last. */
export let now: i32 = 0;

export function countPoll(): void {
  now++;
}
