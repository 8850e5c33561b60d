// SPDX-License-Identifier: MIT
// Where a guest may connect to: what the embedder allowed, by the names under /dev/tcp.

import { PolluxError } from '../errors.ts';
import type { NativeHost } from '../native/addon.ts';
import { Errno } from './errno.ts';
import { isHost, isSocketPath, showAddress } from './listen.ts';

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

/**
 * Refuses what the guest could not open, or not know which it opens.
 *
 * @throws PolluxError ERR_ADDRESS
 */
export function checkPeers(specs: readonly ConnectSpec[]): void {
  const names = new Set<string>();
  for (const spec of specs) {
    const { name } = spec;
    const shown = 'path' in spec ? `unix:${spec.path}` : showAddress(spec.host, spec.port);
    const bad = (why: string) =>
      new PolluxError('ERR_ADDRESS', `cannot allow the guest to connect to ${shown}: ${why}`);
    if (!/^[\w.-]*$/.test(name)) throw bad(`'${name}' is no name`);
    if (name === '' && 'path' in spec) throw bad('a Unix socket needs a name');
    if ('path' in spec ? !isSocketPath(spec.path) : !isHost(spec.host) || spec.host === '') {
      throw bad('there can be no such address');
    }
    if ('port' in spec && !(Number.isInteger(spec.port) && spec.port > 0 && spec.port < 65536)) {
      throw bad(`port ${spec.port} is not in 1 to 65535`);
    }
    if (name !== '' && names.has(name)) throw bad(`the name '${name}' is given twice`);
    names.add(name);
  }
}

/** An IPv6 address may stand in brackets, and the case of letters says nothing. */
function sameHost(a: string, b: string): boolean {
  const plain = (host: string) => host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return plain(a) === plain(b);
}

/** What `target`, the path behind `/dev/tcp/`, may reach; or the errno that says why nothing. */
function allowed(specs: readonly ConnectSpec[], target: string): ConnectSpec | number {
  const address = /^(.+)\/(\d{1,5})$/.exec(target);
  if (address === null) {
    return specs.find(({ name }) => name !== '' && name === target) ?? Errno.NOENT;
  }
  const [, host = '', port] = address;
  const found = specs.find(
    (spec) =>
      spec.name === '' && 'port' in spec && spec.port === Number(port) && sameHost(spec.host, host),
  );
  return found ?? Errno.NOTCAPABLE;
}

/**
 * Opens a connection to `target`, the path behind `/dev/tcp/`: the guest's fd, or a WASI errno below
 * zero (a promise of it where the guest is suspended meanwhile): NOENT for a name that nobody allowed, NOTCAPABLE for an address, and those of connect(2).
 */
export function connect(
  native: NativeHost,
  specs: readonly ConnectSpec[],
  target: string,
  fdflags: number,
  rights: bigint,
): number | Promise<number> {
  const spec = allowed(specs, target);
  if (typeof spec === 'number') return -spec;
  return 'path' in spec
    ? native.connect('', 0, spec.path, fdflags, rights)
    : native.connect(spec.host, spec.port, '', fdflags, rights);
}
