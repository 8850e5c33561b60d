// SPDX-License-Identifier: MIT
// Where a guest may connect to: what the embedder allowed, by the names under /dev/tcp.

/** A TCP peer that a guest may connect to. */
export interface TcpConnectSpec {
  /** The guest opens `/dev/tcp/NAME`; '' lets it open exactly `/dev/tcp/HOST/PORT`. */
  readonly name: string;
  /** A name, an IPv4 or an IPv6 address without brackets. Names are resolved at each connect. */
  readonly host: string;
  readonly port: number;
}

/** A Unix socket that a guest may connect to, as `/dev/tcp/NAME`. */
export interface UnixConnectSpec {
  readonly name: string;
  /** A path of the host; one that begins with '@' is an abstract name. */
  readonly path: string;
}

/** One peer that a guest may connect to. */
export type ConnectSpec = TcpConnectSpec | UnixConnectSpec;
