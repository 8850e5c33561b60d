// SPDX-License-Identifier: MIT
// What src/ may use of the host. Everything else in this folder is private to it.

import './wasi/webassembly.ts';

export { PolluxError, type PolluxErrorCode } from './errors.ts';
export {
  type BackendInfo,
  backends,
  bury,
  catchSignals,
  closeListener,
  closeOnExec,
  drain,
  duplicate,
  hasDescriptor,
  refuseListener,
  releaseSignals,
  statsOf,
  stop,
} from './native/addon.ts';
export { Channel, type ChannelOptions } from './wasi/channel.ts';
export {
  type ConnectSpec,
  checkPeers,
  type TcpConnectSpec,
  type UnixConnectSpec,
} from './wasi/connect.ts';
export { GuestExit, guestError } from './wasi/exit.ts';
export { handOff } from './wasi/given.ts';
export { Host, type HostOptions } from './wasi/host.ts';
export {
  type BoundListener,
  type InheritedListenSpec,
  type InternalListenSpec,
  isHost,
  type ListenSpec,
  listen,
  showAddress,
  type TcpListenSpec,
  type UnixListenSpec,
} from './wasi/listen.ts';
export {
  checkImports,
  checkModule,
  isCommand,
  isReactor,
  remedyOfImports,
  WASI_MODULE as PREVIEW1_MODULE,
} from './wasi/module.ts';
export type { OutputSink } from './wasi/output.ts';
export {
  PREVIEW1 as PREVIEW1_NAMES,
  type Preview1Signature,
  signatureOf,
} from './wasi/preview1.ts';
export type { HostStats } from './wasi/stats.ts';
export type { TraceSink } from './wasi/trace.ts';
export { GuestTrap } from './wasi/trap.ts';
