// SPDX-License-Identifier: MIT
// What the adapter imports of WASI 0.2, in the text format of components: interface by interface its types, and the
// functions, each under the name that the adapter has for it (../wasi/). Hosts match 0.2.0 with every later 0.2.

import { filesystem02 } from './filesystem.mjs';
import { terminals } from './terminals.mjs';

/** The version of every interface. */
export const version = '0.2.0';

const SOCKET_ERRORS = `unknown access-denied not-supported invalid-argument out-of-memory timeout concurrency-conflict
 not-in-progress would-block invalid-state new-socket-limit address-not-bindable address-in-use remote-unreachable
 connection-refused connection-reset connection-aborted datagram-too-large name-unresolvable temporary-resolver-failure
 permanent-resolver-failure`;

/** @param {string} names */
const enumeration = (names) =>
  `(enum ${names
    .split(/\s+/)
    .map((name) => `"${name}"`)
    .join(' ')})`;

const SELF = {
  pollable: '(param "self" (borrow $pollable))',
  error: '(param "self" (borrow $error))',
  input: '(param "self" (borrow $input-stream))',
  output: '(param "self" (borrow $output-stream))',
  socket: '(param "self" (borrow $tcp-socket))',
  lookup: '(param "self" (borrow $resolve-address-stream))',
};
const FAILS = '(result (result (error $error-code)))';
const ADDRESS_ANSWER = '(result (result $ip-socket-address (error $error-code)))';

/**
 * Interfaces in the order in which they use each other. `types`: exports of the instance, which later ones may name; a
 * type of an earlier interface is an `eq` of it; `ownTypes` are those that none names. `functions`: [the adapter's name, WASI's, its type, how it is lowered].
 * `guest`: with the guest's memory. A resource's drop has no type.
 */
export const interfaces = [
  {
    name: 'wasi:io/error',
    resources: ['error'],
    functions: [
      ['streams.errorText', '[method]error.to-debug-string', `${SELF.error} (result string)`],
      ['streams.dropError', 'drop error'],
    ],
  },
  {
    name: 'wasi:io/poll',
    resources: ['pollable'],
    functions: [
      ['poll.block', '[method]pollable.block', SELF.pollable],
      ['poll.isReady', '[method]pollable.ready', `${SELF.pollable} (result bool)`],
      ['poll.poll', 'poll', '(param "in" (list (borrow $pollable))) (result (list u32))'],
      ['poll.dropPollable', 'drop pollable'],
    ],
  },
  {
    name: 'wasi:io/streams',
    uses: ['error', 'pollable'],
    resources: ['input-stream', 'output-stream'],
    types: [
      ['stream-error', '(variant (case "last-operation-failed" (own $error)) (case "closed"))'],
    ],
    functions: [
      [
        'streams.read',
        '[method]input-stream.read',
        `${SELF.input} (param "len" u64) (result (result (list u8) (error $stream-error)))`,
      ],
      ['streams.readToGuest', '[method]input-stream.read', 'guest'],
      [
        'streams.subscribeInput',
        '[method]input-stream.subscribe',
        `${SELF.input} (result (own $pollable))`,
      ],
      [
        'streams.checkWrite',
        '[method]output-stream.check-write',
        `${SELF.output} (result (result u64 (error $stream-error)))`,
      ],
      [
        'streams.writeFromGuest',
        '[method]output-stream.write',
        `${SELF.output} (param "contents" (list u8)) (result (result (error $stream-error)))`,
        'guest',
      ],
      [
        'streams.say',
        '[method]output-stream.blocking-write-and-flush',
        `${SELF.output} (param "contents" (list u8)) (result (result (error $stream-error)))`,
      ],
      [
        'streams.blockingFlush',
        '[method]output-stream.blocking-flush',
        `${SELF.output} (result (result (error $stream-error)))`,
      ],
      [
        'streams.subscribeOutput',
        '[method]output-stream.subscribe',
        `${SELF.output} (result (own $pollable))`,
      ],
      ['streams.dropInput', 'drop input-stream'],
      ['streams.dropOutput', 'drop output-stream'],
    ],
  },
  {
    name: 'wasi:cli/environment',
    functions: [
      ['cli.environment', 'get-environment', '(result (list (tuple string string)))'],
      ['cli.programArguments', 'get-arguments', '(result (list string))'],
    ],
  },
  {
    name: 'wasi:cli/exit',
    functions: [['cli.exitWithCode', 'exit-with-code', '(param "status-code" u8)']],
  },
  {
    name: 'wasi:cli/stdin',
    uses: ['input-stream'],
    functions: [['streams.standardInput', 'get-stdin', '(result (own $input-stream))']],
  },
  {
    name: 'wasi:cli/stdout',
    uses: ['output-stream'],
    functions: [['streams.standardOutput', 'get-stdout', '(result (own $output-stream))']],
  },
  {
    name: 'wasi:cli/stderr',
    uses: ['output-stream'],
    functions: [['streams.standardError', 'get-stderr', '(result (own $output-stream))']],
  },
  ...terminals,
  {
    name: 'wasi:clocks/monotonic-clock',
    uses: ['pollable'],
    functions: [
      ['clocks.monotonicNow', 'now', '(result u64)'],
      ['clocks.monotonicResolution', 'resolution', '(result u64)'],
      [
        'clocks.subscribeInstant',
        'subscribe-instant',
        '(param "when" u64) (result (own $pollable))',
      ],
    ],
  },
  {
    name: 'wasi:clocks/wall-clock',
    types: [['datetime', '(record (field "seconds" u64) (field "nanoseconds" u32))']],
    functions: [
      ['clocks.wallNow', 'now', '(result $datetime)'],
      ['clocks.wallResolution', 'resolution', '(result $datetime)'],
    ],
  },
  ...filesystem02,
  {
    name: 'wasi:random/random',
    functions: [['cli.randomBytes', 'get-random-bytes', '(param "len" u64) (result (list u8))']],
  },
  {
    name: 'wasi:sockets/network',
    resources: ['network'],
    types: [
      ['error-code', enumeration(SOCKET_ERRORS)],
      ['ip-address-family', '(enum "ipv4" "ipv6")'],
      ['ipv4-address', '(tuple u8 u8 u8 u8)'],
      ['ipv6-address', '(tuple u16 u16 u16 u16 u16 u16 u16 u16)'],
      ['ip-address', '(variant (case "ipv4" $ipv4-address) (case "ipv6" $ipv6-address))'],
      ['ipv4-socket-address', '(record (field "port" u16) (field "address" $ipv4-address))'],
      [
        'ipv6-socket-address',
        '(record (field "port" u16) (field "flow-info" u32) (field "address" $ipv6-address) (field "scope-id" u32))',
      ],
      [
        'ip-socket-address',
        '(variant (case "ipv4" $ipv4-socket-address) (case "ipv6" $ipv6-socket-address))',
      ],
    ],
    functions: [['sockets.dropNetwork', 'drop network']],
  },
  {
    name: 'wasi:sockets/instance-network',
    uses: ['network'],
    functions: [['sockets.network', 'instance-network', '(result (own $network))']],
  },
  {
    name: 'wasi:sockets/tcp',
    uses: [
      'network',
      'error-code',
      'ip-socket-address',
      'input-stream',
      'output-stream',
      'pollable',
    ],
    resources: ['tcp-socket'],
    types: [['shutdown-type', '(enum "receive" "send" "both")']],
    functions: [
      [
        'sockets.startBind',
        '[method]tcp-socket.start-bind',
        `${SELF.socket} (param "network" (borrow $network)) (param "local-address" $ip-socket-address) ${FAILS}`,
      ],
      ['sockets.finishBind', '[method]tcp-socket.finish-bind', `${SELF.socket} ${FAILS}`],
      [
        'sockets.startConnect',
        '[method]tcp-socket.start-connect',
        `${SELF.socket} (param "network" (borrow $network)) (param "remote-address" $ip-socket-address) ${FAILS}`,
      ],
      [
        'sockets.finishConnect',
        '[method]tcp-socket.finish-connect',
        `${SELF.socket} (result (result (tuple (own $input-stream) (own $output-stream)) (error $error-code)))`,
      ],
      ['sockets.startListen', '[method]tcp-socket.start-listen', `${SELF.socket} ${FAILS}`],
      ['sockets.finishListen', '[method]tcp-socket.finish-listen', `${SELF.socket} ${FAILS}`],
      [
        'sockets.accept',
        '[method]tcp-socket.accept',
        `${SELF.socket} (result (result (tuple (own $tcp-socket) (own $input-stream) (own $output-stream)) (error $error-code)))`,
      ],
      [
        'sockets.localAddress',
        '[method]tcp-socket.local-address',
        `${SELF.socket} ${ADDRESS_ANSWER}`,
      ],
      [
        'sockets.remoteAddress',
        '[method]tcp-socket.remote-address',
        `${SELF.socket} ${ADDRESS_ANSWER}`,
      ],
      [
        'sockets.setBacklog',
        '[method]tcp-socket.set-listen-backlog-size',
        `${SELF.socket} (param "value" u64) ${FAILS}`,
      ],
      [
        'sockets.subscribeSocket',
        '[method]tcp-socket.subscribe',
        `${SELF.socket} (result (own $pollable))`,
      ],
      [
        'sockets.shutdown',
        '[method]tcp-socket.shutdown',
        `${SELF.socket} (param "shutdown-type" $shutdown-type) ${FAILS}`,
      ],
      ['sockets.dropSocket', 'drop tcp-socket'],
    ],
  },
  {
    name: 'wasi:sockets/tcp-create-socket',
    uses: ['tcp-socket', 'error-code', 'ip-address-family'],
    functions: [
      [
        'sockets.createSocket',
        'create-tcp-socket',
        '(param "address-family" $ip-address-family) (result (result (own $tcp-socket) (error $error-code)))',
      ],
    ],
  },
  {
    name: 'wasi:sockets/ip-name-lookup',
    uses: ['network', 'error-code', 'ip-address', 'pollable'],
    resources: ['resolve-address-stream'],
    functions: [
      [
        'sockets.resolveAddresses',
        'resolve-addresses',
        '(param "network" (borrow $network)) (param "name" string) (result (result (own $resolve-address-stream) (error $error-code)))',
      ],
      [
        'sockets.resolveNext',
        '[method]resolve-address-stream.resolve-next-address',
        `${SELF.lookup} (result (result (option $ip-address) (error $error-code)))`,
      ],
      [
        'sockets.subscribeResolving',
        '[method]resolve-address-stream.subscribe',
        `${SELF.lookup} (result (own $pollable))`,
      ],
      ['sockets.dropResolving', 'drop resolve-address-stream'],
    ],
  },
];

/** What the component exports: `run` of this interface. */
export const run = { name: 'wasi:cli/run', type: '(result (result))' };
