// SPDX-License-Identifier: MIT
// What src/ may use of the host. Everything else in this folder is private to it.

export { PolluxError, type PolluxErrorCode } from './errors.ts';
export { type BackendInfo, backends } from './native/addon.ts';
export { Host, type HostOptions } from './wasi/host.ts';
export { type BoundListener, type ListenSpec, listen } from './wasi/listen.ts';
export type { HostStats } from './wasi/stats.ts';
export type { TraceSink } from './wasi/trace.ts';
export { GuestTrap } from './wasi/trap.ts';
