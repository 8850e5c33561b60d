// SPDX-License-Identifier: MIT
// What the adapter imports of WASI 0.3, as wasi-0.2.mjs has it for 0.2, and of the component model's built-in functions.

import { filesystem03, filesystemBuiltins, filesystemTypes } from './filesystem.mjs';
import { terminals } from './terminals.mjs';

/** The version of every interface. */
export const version = '0.3.0';

const ADDRESS = '$ip-socket-address';
const SELF = '(param "self" (borrow $tcp-socket))';
const FAILS = '(result (result (error $error-code)))';
const ADDRESS_ANSWER = `(result (result ${ADDRESS} (error $error-code)))`;

/** Types that functions of an interface need, and that have no name in it. */
const OUTCOME = ['outcome', '(future (result (error $error-code)))'];
const BYTES = ['bytes', '(stream u8)'];

const writeViaStream = (ours) => [
  ours,
  'write-via-stream',
  '(param "data" $bytes) (result $outcome)',
];

/**
 * As in wasi-0.2.mjs. `types` and `uses` may tell another id under which the component knows a type, as three interfaces
 * have an error-code. `innerTypes` have no name. `async`: lowered so that the call goes on while the guest does.
 */
export const interfaces = [
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
    name: 'wasi:cli/types',
    types: [['error-code', '(enum "io" "illegal-byte-sequence" "pipe")', 'cli-error-code']],
    functions: [],
  },
  {
    name: 'wasi:cli/stdin',
    uses: [['error-code', 'cli-error-code']],
    innerTypes: [OUTCOME, BYTES],
    functions: [
      ['streams.readStandardInput', 'read-via-stream', '(result (tuple $bytes $outcome))'],
    ],
  },
  {
    name: 'wasi:cli/stdout',
    uses: [['error-code', 'cli-error-code']],
    innerTypes: [OUTCOME, BYTES],
    functions: [writeViaStream('streams.writeStandardOutput')],
  },
  {
    name: 'wasi:cli/stderr',
    uses: [['error-code', 'cli-error-code']],
    innerTypes: [OUTCOME, BYTES],
    functions: [writeViaStream('streams.writeStandardError')],
  },
  ...terminals,
  {
    name: 'wasi:clocks/monotonic-clock',
    functions: [
      ['clocks.monotonicNow', 'now', '(result u64)'],
      ['clocks.monotonicResolution', 'get-resolution', '(result u64)'],
      ['clocks.waitUntil', 'wait-until', 'async (param "when" u64)', 'async'],
    ],
  },
  {
    name: 'wasi:clocks/system-clock',
    types: [['instant', '(record (field "seconds" s64) (field "nanoseconds" u32))']],
    functions: [
      ['clocks.wallNow', 'now', '(result $instant)'],
      ['clocks.systemResolution', 'get-resolution', '(result u64)'],
    ],
  },
  ...filesystem03,
  {
    name: 'wasi:random/random',
    functions: [
      ['cli.randomBytes', 'get-random-bytes', '(param "max-len" u64) (result (list u8))'],
    ],
  },
  {
    name: 'wasi:sockets/types',
    resources: ['tcp-socket'],
    types: [
      [
        'error-code',
        `(variant (case "access-denied") (case "not-supported") (case "invalid-argument") (case "out-of-memory")
          (case "timeout") (case "invalid-state") (case "address-not-bindable") (case "address-in-use")
          (case "remote-unreachable") (case "connection-refused") (case "connection-broken") (case "connection-reset")
          (case "connection-aborted") (case "datagram-too-large") (case "other" (option string)))`,
      ],
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
    innerTypes: [OUTCOME, BYTES, ['accepted', '(stream (own $tcp-socket))']],
    functions: [
      [
        'sockets.createSocket',
        '[static]tcp-socket.create',
        '(param "address-family" $ip-address-family) (result (result (own $tcp-socket) (error $error-code)))',
      ],
      [
        'sockets.bind',
        '[method]tcp-socket.bind',
        `${SELF} (param "local-address" ${ADDRESS}) ${FAILS}`,
      ],
      [
        'sockets.connectLater',
        '[method]tcp-socket.connect',
        `async ${SELF} (param "remote-address" ${ADDRESS}) ${FAILS}`,
        'async',
      ],
      [
        'sockets.listen',
        '[method]tcp-socket.listen',
        `${SELF} (result (result $accepted (error $error-code)))`,
      ],
      ['sockets.receive', '[method]tcp-socket.receive', `${SELF} (result (tuple $bytes $outcome))`],
      [
        'sockets.send',
        '[method]tcp-socket.send',
        `${SELF} (param "data" $bytes) (result $outcome)`,
      ],
      ['sockets.localAddress', '[method]tcp-socket.get-local-address', `${SELF} ${ADDRESS_ANSWER}`],
      [
        'sockets.remoteAddress',
        '[method]tcp-socket.get-remote-address',
        `${SELF} ${ADDRESS_ANSWER}`,
      ],
      [
        'sockets.setBacklog',
        '[method]tcp-socket.set-listen-backlog-size',
        `${SELF} (param "value" u64) ${FAILS}`,
      ],
      ['sockets.dropSocket', 'drop tcp-socket'],
    ],
  },
  {
    name: 'wasi:sockets/ip-name-lookup',
    uses: ['ip-address'],
    ownTypes: [
      [
        'error-code',
        `(variant (case "access-denied") (case "invalid-argument") (case "name-unresolvable")
          (case "temporary-resolver-failure") (case "permanent-resolver-failure") (case "other" (option string)))`,
      ],
    ],
    functions: [
      [
        'sockets.resolve',
        'resolve-addresses',
        'async (param "name" string) (result (result (list $ip-address) (error $error-code)))',
      ],
      ['sockets.resolveLater', 'resolve-addresses', 'async'],
    ],
  },
];

/** Types that the built-in functions are of. */
export const builtinTypes = [
  BYTES,
  ['accepted', '(stream (own $tcp-socket))'],
  OUTCOME,
  ['cli-outcome', '(future (result (error $cli-error-code)))'],
  ...filesystemTypes,
];

const OURS = '(memory $state-memory)';
const GUESTS = '(memory $guest-memory)';

/**
 * The component model's own: [the adapter's name, what it is]. Those that read or write without `async` are not to be had on
 * Wasmtime without a flag.
 */
export const builtins = [
  ['waitables.newSet', 'waitable-set.new'],
  ['waitables.wait', `waitable-set.wait ${OURS}`],
  ['waitables.poll', `waitable-set.poll ${OURS}`],
  ['waitables.join', 'waitable.join'],
  ['waitables.yieldThread', 'thread.yield'],
  ['waitables.cancelSubtask', 'subtask.cancel'],
  ['waitables.dropSubtask', 'subtask.drop'],
  ['streams.open', 'stream.new $bytes'],
  ['streams.readAsync', `stream.read $bytes async ${OURS}`],
  ['streams.readToGuestAsync', `stream.read $bytes async ${GUESTS}`],
  ['streams.cancelRead', 'stream.cancel-read $bytes'],
  ['streams.writeAsync', `stream.write $bytes async ${OURS}`],
  ['streams.writeFromGuestAsync', `stream.write $bytes async ${GUESTS}`],
  ['streams.cancelWrite', 'stream.cancel-write $bytes'],
  ['streams.dropReadable', 'stream.drop-readable $bytes'],
  ['streams.dropWritable', 'stream.drop-writable $bytes'],
  ['streams.readStandardResult', `future.read $cli-outcome async ${OURS} (realloc $state-realloc)`],
  ['streams.dropStandardResult', 'future.drop-readable $cli-outcome'],
  ['sockets.readResult', `future.read $outcome async ${OURS} (realloc $state-realloc)`],
  ['sockets.dropResult', 'future.drop-readable $outcome'],
  ['sockets.readAccepted', `stream.read $accepted async ${OURS} (realloc $state-realloc)`],
  ['sockets.cancelAccepting', 'stream.cancel-read $accepted'],
  ['sockets.dropAccepting', 'stream.drop-readable $accepted'],
  ...filesystemBuiltins,
];

/** What the component exports: `run` of this interface, of which waiting is the nature. */
export const run = { name: 'wasi:cli/run', type: 'async (result (result))' };
