// SPDX-License-Identifier: MIT
// Data, sockets, files, and the runner's script: what guests do on the way to what they try. The calls
// here must succeed.

import { append, end, equal, fail, ok } from './checks';
import { AGAIN, DIRECTORY, MS, NONBLOCK, SOCKET_STREAM, SUCCESS } from './numbers';
import { sleep } from './polling';
import {
  fd_fdstat_get,
  fd_fdstat_set_flags,
  fd_prestat_get,
  fd_read,
  fd_write,
  path_open,
  sock_accept,
} from './wasi_snapshot_preview1';

// Areas of the static memory. `out` takes what calls write besides data.
export const out: usize = memory.data(256, 16);
export const iovs: usize = memory.data(8 * 16, 16);
export const buffer: usize = memory.data(65536, 16);

/** Points iovec `i` at `length` bytes. */
export function iovec(i: u32, pointer: usize, length: u32): void {
  store<u32>(iovs + 8 * i, <u32>pointer);
  store<u32>(iovs + 8 * i + 4, length);
}

/** Puts a text into the buffer at `offset`; answers its length. */
export function put(text: string, offset: usize = 0): u32 {
  return <u32>String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, buffer + offset);
}

/** The buffer must hold this text at `offset`. */
export function holds(text: string, offset: usize = 0): void {
  for (let i = 0; i < text.length; i++) {
    if (<i32>load<u8>(buffer + offset + i) === text.charCodeAt(i)) continue;
    append('failed: the data differs from "');
    append(text);
    append('"');
    end();
  }
}

/** The n-th listener, by its filetype: hosts disagree about the numbers. */
export function listener(n: i32 = 0): i32 {
  for (let fd = 3; fd < 32; fd++) {
    if (fd_fdstat_get(fd, out + 64) !== SUCCESS) continue;
    if (load<u8>(out + 64) === SOCKET_STREAM && n-- === 0) return fd;
  }
  fail('the guest finds no listener');
  return -1;
}

/** Waits for a connection, by asking again where the listener does not block. */
export function accept(listener: i32, flags: u32 = 0): i32 {
  let status = sock_accept(listener, flags, out);
  while (status === AGAIN) {
    sleep(MS);
    status = sock_accept(listener, flags, out);
  }
  ok('sock_accept', status);
  return load<i32>(out);
}

export function setFlags(fd: i32, flags: u32): void {
  ok('fd_fdstat_set_flags', fd_fdstat_set_flags(fd, flags));
}

/** The next connection, non-blocking. */
export function acceptNonblocking(listener: i32): i32 {
  const fd = accept(listener);
  setFlags(fd, NONBLOCK);
  return fd;
}

/** Reads into the buffer until `length` bytes are there; asks again where nothing is there yet. */
export function readAll(fd: i32, length: u32): void {
  for (let done: u32 = 0; done < length; ) {
    iovec(0, buffer + done, length - done);
    const status = fd_read(fd, iovs, 1, out);
    if (status === AGAIN) {
      sleep(MS);
      continue;
    }
    ok('fd_read', status);
    if (load<u32>(out) === 0) fail('the stream ends too early');
    done += load<u32>(out);
  }
}

/** The next bytes of a stream must be this text. */
export function reads(fd: i32, text: string): void {
  readAll(fd, text.length);
  holds(text);
}

/** The stream must be at its end. */
export function readsEnd(fd: i32): void {
  iovec(0, buffer, 16);
  let status = fd_read(fd, iovs, 1, out);
  while (status === AGAIN) {
    sleep(MS);
    status = fd_read(fd, iovs, 1, out);
  }
  ok('fd_read at the end', status);
  equal('bytes at the end', load<u32>(out), 0);
}

/** Sends a short text whole. */
export function writes(fd: i32, text: string): void {
  const length = put(text);
  iovec(0, buffer, length);
  ok('fd_write', fd_write(fd, iovs, 1, out));
  equal('bytes written', load<u32>(out), length);
}

/** Writes the letter x to a non-blocking stream until it takes no more. Answers how many it took. */
export function fill(fd: i32): u64 {
  memory.fill(buffer, 0x78, 65536);
  let total: u64 = 0;
  // What is on its way to the peer may make room once more: full is what stays full.
  for (let quiet = 0; quiet < 3; ) {
    iovec(0, buffer, 65536);
    const status = fd_write(fd, iovs, 1, out);
    if (status === AGAIN) {
      quiet++;
      sleep(5 * MS);
      continue;
    }
    ok('fd_write', status);
    total += load<u32>(out);
    quiet = 0;
  }
  return total;
}

// /data holds hello.txt ("hello, world\n"), empty, and a folder.

/** The preopened directory, by its filetype, also where a listener hides it from a scan. */
export function directory(): i32 {
  for (let fd = 3; fd < 32; fd++) {
    if (fd_prestat_get(fd, out + 64) !== SUCCESS || load<u8>(out + 64) !== 0) continue;
    if (fd_fdstat_get(fd, out + 64) === SUCCESS && load<u8>(out + 64) === DIRECTORY) return fd;
  }
  fail('the guest finds no directory');
  return -1;
}

/** A file of /data, to read and to write. */
export function openFile(name: string): i32 {
  const length = String.UTF8.encodeUnsafe(changetype<usize>(name), name.length, out + 160);
  const folder = directory();
  ok('fd_fdstat_get', fd_fdstat_get(folder, out + 64));
  // fd_read, fd_seek, fd_fdstat_set_flags, fd_tell, fd_write, fd_filestat_get, poll_fd_readwrite; a host
  // may refuse to give what the directory does not hand on.
  const wanted: u64 = 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x200000 | 0x8000000;
  const rights = wanted & load<u64>(out + 64 + 16);
  ok('path_open', path_open(folder, 0, out + 160, <u32>length, 0, rights, 0, 0, out + 120));
  return load<i32>(out + 120);
}

const goByte: usize = memory.data(32, 16);

/** Waits for the script's `go`, a byte on standard input. All that the script did before has happened. */
export function go(): void {
  store<u32>(goByte, <u32>goByte + 16);
  store<u32>(goByte + 4, 1);
  for (;;) {
    const status = fd_read(0, goByte, 1, goByte + 8);
    if (status === AGAIN) {
      sleep(MS);
      continue;
    }
    ok('fd_read of standard input', status);
    if (load<u32>(goByte + 8) === 1) return;
    fail('the runner has ended standard input');
  }
}
