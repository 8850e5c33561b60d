// SPDX-License-Identifier: MIT
// A guest that opens each of its arguments in the directory fd 3, and prints one line for each: the
// errno's number, or 0 and the first bytes of what it could read. Then the size of its environment.

import { args, log } from 'pollux/assembly';
import {
  environ_sizes_get,
  fd_close,
  fd_read,
  path_open,
} from 'pollux/assembly/wasi/wasi_snapshot_preview1';

const DIRECTORY = 3;
const FOLLOW = 1;
const FD_READ: u64 = 2;
const iovec = memory.data(8, 8);
const result = memory.data(8, 8);
const buffer = memory.data(256);

function probe(name: string): string {
  const path = String.UTF8.encode(name);
  let errno = path_open(
    DIRECTORY,
    FOLLOW,
    changetype<usize>(path),
    path.byteLength,
    0,
    FD_READ,
    0,
    0,
    result,
  );
  if (errno !== 0) return errno.toString();
  const fd = load<i32>(result);
  store<u32>(iovec, <u32>buffer);
  store<u32>(iovec, 256, 4);
  errno = fd_read(fd, iovec, 1, result);
  fd_close(fd);
  if (errno !== 0) return `read ${errno}`;
  return `0 ${String.UTF8.decodeUnsafe(buffer, load<u32>(result))}`;
}

const names = args();
for (let i = 1; i < names.length; i++) log(probe(names[i]));
environ_sizes_get(result, result + 4);
log(`environment ${load<u32>(result)}`);
