// SPDX-License-Identifier: MIT
// The preopened directory /dev, where the host offers one: pollux does to guests with listeners.

import { preopens } from './preopens';

export const NO_DEVICE: i32 = -1;
const NOT_LOOKED: i32 = -2;

let device: i32 = NOT_LOOKED;

/** The fd of /dev, or NO_DEVICE. */
export function deviceDirectory(): i32 {
  if (device == NOT_LOOKED) device = find();
  return device;
}

function find(): i32 {
  const directories = preopens();
  for (let i = 0; i < directories.length; i++) {
    if (directories[i].name == '/dev') return directories[i].fd;
  }
  return NO_DEVICE;
}
