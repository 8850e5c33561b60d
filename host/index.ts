// SPDX-License-Identifier: MIT
// What src/ may use of the host. Everything else in this folder is private to it.

export { PolluxError, type PolluxErrorCode } from './errors.ts';
export {
  type BackendInfo,
  backends,
  catchSignals,
  closeOnExec,
  releaseSignals,
  stop,
} from './native/addon.ts';
export type { ConnectSpec, TcpConnectSpec, UnixConnectSpec } from './wasi/connect.ts';
export { Host, type HostOptions } from './wasi/host.ts';
export {
  type BoundListener,
  type InheritedListenSpec,
  type ListenSpec,
  showAddress,
  type TcpListenSpec,
  type UnixListenSpec,
} from './wasi/listen.ts';
export { checkModule } from './wasi/module.ts';
export type { HostStats } from './wasi/stats.ts';
export type { TraceSink } from './wasi/trace.ts';
export { GuestTrap } from './wasi/trap.ts';
