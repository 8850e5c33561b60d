// SPDX-License-Identifier: MIT
// A guest that does a little of all that node:wasi offers, as its arguments say, and prints what came
// of it: `args`, `env`, `stdin` (reads to its end), `read PATH`, `write PATH`, `exit STATUS`, `trap`.

import { args, env, log, logError } from 'pollux/assembly';
import {
  fd_close,
  fd_read,
  fd_write,
  path_open,
  proc_exit,
} from 'pollux/assembly/wasi/wasi_snapshot_preview1';

const DIRECTORY = 3;
const FOLLOW = 1;
const CREATE_TRUNCATE = 1 | 8;
const FD_READ: u64 = 2;
const FD_WRITE: u64 = 64;
const iovec = memory.data(8, 8);
const result = memory.data(8, 8);
const buffer = memory.data(256);

function open(name: string, flags: i32, rights: u64): i32 {
  const path = String.UTF8.encode(name);
  const errno = path_open(
    DIRECTORY,
    FOLLOW,
    changetype<usize>(path),
    path.byteLength,
    flags,
    rights,
    0,
    0,
    result,
  );
  return errno === 0 ? load<i32>(result) : -errno;
}

function readAll(fd: i32): string {
  let text = '';
  while (true) {
    store<u32>(iovec, <u32>buffer);
    store<u32>(iovec, 256, 4);
    const errno = fd_read(fd, iovec, 1, result);
    if (errno !== 0) return `errno ${errno}`;
    if (load<u32>(result) === 0) return text;
    text += String.UTF8.decodeUnsafe(buffer, load<u32>(result));
  }
}

function read(name: string): string {
  const fd = open(name, 0, FD_READ);
  if (fd < 0) return `errno ${-fd}`;
  const text = readAll(fd);
  fd_close(fd);
  return text;
}

function write(name: string): string {
  const fd = open(name, CREATE_TRUNCATE, FD_WRITE);
  if (fd < 0) return `errno ${-fd}`;
  const text = String.UTF8.encode('written');
  store<u32>(iovec, <u32>changetype<usize>(text));
  store<u32>(iovec, text.byteLength, 4);
  const errno = fd_write(fd, iovec, 1, result);
  fd_close(fd);
  return `errno ${errno}, ${load<u32>(result)} bytes`;
}

function crash(): void {
  unreachable();
}

const words = args();
for (let i = 1; i < words.length; i++) {
  const word = words[i];
  if (word == 'args') log(words.join('|'));
  else if (word == 'env') log(`${env('ONE')} ${env('TWO')}`);
  else if (word == 'stdin') log(readAll(0));
  else if (word == 'stderr') logError('to stderr');
  else if (word == 'read') log(read(words[++i]));
  else if (word == 'write') log(write(words[++i]));
  else if (word == 'exit') proc_exit(<u32>parseInt(words[++i]));
  else if (word == 'trap') crash();
}
