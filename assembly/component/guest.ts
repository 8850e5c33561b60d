// SPDX-License-Identifier: MIT
// The guest's memory, which is not the adapter's: functions of template/guest-memory.wat. An address outside
// of it traps, which ends the guest as it would on a host of its own; `size` serves those who answer FAULT.

/** Its bytes. Grows alone. */
export declare function size(): u64;
export declare function load8(address: usize): u32;
export declare function load16(address: usize): u32;
export declare function load32(address: usize): u32;
export declare function load64(address: usize): u64;
/** Of a subscription: its descriptor in the upper half, its tag in the lower one. */
export declare function subscription(address: usize): u64;
export declare function store8(address: usize, value: u32): void;
export declare function store16(address: usize, value: u32): void;
export declare function store32(address: usize, value: u32): void;
export declare function store64(address: usize, value: u64): void;
/** Writes a whole event record. */
export declare function event(
  address: usize,
  userdata: u64,
  errno: u32,
  tag: u32,
  byteCount: u64,
  flags: u32,
): void;
