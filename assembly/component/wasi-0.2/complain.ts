// SPDX-License-Identifier: MIT
// What ends a program before the guest starts: a line on stderr, as
// `LISTEN: cannot use '127.0.0.1:80': access denied; run it with -S inherit-network`.

import { ANSWER, take } from '../memory';
import { put, putBytes, putNumber } from '../text';
import * as cli from '../wasi/cli';
import * as streams from '../wasi/streams';

/** blocking-write-and-flush takes no more. */
const LARGEST: usize = 4096;

/** Of wasi:sockets/network.error-code, in words; with the remedy where there is one. */
function putReason(to: usize, code: i32): usize {
  switch (code) {
    case -1:
      return put(to, 'write [NAME=]HOST:PORT, [NAME=][V6]:PORT or [NAME=]:PORT');
    case 1:
      return put(
        to,
        'access denied; with Wasmtime, run it with -S inherit-network, and where the host is a name with -S allow-ip-name-lookup',
      );
    case 2:
      return put(to, 'not supported');
    case 3:
      return put(to, 'invalid argument');
    case 10:
      return put(to, 'no more sockets');
    case 11:
      return put(to, 'this machine has no such address');
    case 12:
      return put(to, 'the address is in use');
    case 18:
    case 20:
      return put(to, 'the name has no address');
    case 19:
      return put(to, 'the name cannot be resolved now');
    default:
      return putNumber(put(to, 'wasi:sockets error-code '), code);
  }
}

/** Tells what is wrong with one entry of a setting, and ends with status 1. */
export function complain(setting: string, entry: usize, length: i32, code: i32): void {
  const line = take(length + 256);
  let to = put(put(line, setting), ": cannot use '");
  to = put(putBytes(to, entry, length), "': ");
  to = put(putReason(to, code), '\n');
  const error = streams.standardError();
  for (let from = line; from < to; from += LARGEST) {
    streams.say(error, from, <i32>min<usize>(to - from, LARGEST), ANSWER);
  }
  cli.exitWithCode(1);
  unreachable();
}
