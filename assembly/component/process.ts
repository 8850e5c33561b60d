// SPDX-License-Identifier: MIT
// What a component has not: signals, other threads.

import { Errno } from './preview1';

export function proc_raise(signal: i32): i32 {
  return Errno.NOSYS;
}

export function sched_yield(): i32 {
  return Errno.SUCCESS;
}
