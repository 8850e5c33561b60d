// SPDX-License-Identifier: MIT
// A guest that makes the calls that its arguments name, and prints a line for each: the errno's number, and behind a 0 what
// came of it. An argument is a function and its own arguments, as `read 4 10`; `%00` in a word is a byte.

import { args, log } from 'pollux/assembly';
import {
  fd_close,
  fd_fdstat_get,
  fd_fdstat_set_flags,
  fd_prestat_dir_name,
  fd_prestat_get,
  fd_read,
  fd_write,
  path_open,
  path_readlink,
  poll_oneoff,
} from 'pollux/assembly/wasi/wasi_snapshot_preview1';
import * as wasi from './wasi_snapshot_preview1';

const result = memory.data(64, 8);
const iovecs = memory.data(64, 8);
const subscription = memory.data(48, 8);
const event = memory.data(32, 8);
const BUFFER: i32 = 1 << 17;
const buffer = heap.alloc(BUFFER);

/** The words of the call that is made, and which of them is next. */
let words: string[] = [];
let at = 0;

function int(): i64 {
  return I64.parseInt(words[at++]);
}

function fd(): i32 {
  return <i32>int();
}

/** The bytes of a word, which `address` and `length` are of. */
let address: usize = 0;
let length: u32 = 0;
function bytes(): void {
  const word = words[at++];
  address = heap.alloc(word.length + 1);
  length = 0;
  for (let i = 0; i < word.length; i++) {
    let code = word.charCodeAt(i);
    if (code == 0x25) {
      code = <i32>I32.parseInt(word.slice(i + 1, i + 3), 16);
      i += 2;
    }
    store<u8>(address + length++, code);
  }
}

/** Buffers of these lengths one behind the other, from the first on; how many. */
function buffers(start: usize): i32 {
  const lengths = words[at++].split(',');
  for (let i = 0; i < lengths.length; i++) {
    const size = <u32>I32.parseInt(lengths[i]);
    store<u32>(iovecs + ((<usize>i) << 3), <u32>start);
    store<u32>(iovecs + ((<usize>i) << 3), size, 4);
    start += size;
  }
  return lengths.length;
}

/** A sum over bytes, where they are too many to print. */
function show(from: usize, count: u32): string {
  if (count <= 64) return `"${String.UTF8.decodeUnsafe(from, count)}"`;
  let sum: u32 = 0;
  for (let i: usize = 0; i < count; i++) sum = sum * 31 + load<u8>(from + i);
  return `${count} bytes ${sum}`;
}

const LOW: usize = 1024;

/** Reads into buffers from an address on. No byte of the guest's lowest memory but theirs may change. */
function read(start: usize): string {
  const file = fd();
  const count = buffers(start);
  memory.fill(0, 0xaa, LOW);
  const errno = fd_read(file, iovecs, count, result);
  if (errno != 0) return errno.toString();
  const end = start + load<u32>(result);
  for (let i: usize = 0; i < LOW; i++) {
    if ((i < start || i >= end) && load<u8>(i) != 0xaa) return `spoilt at ${i}`;
  }
  return `0 ${show(start, load<u32>(result))}`;
}

function write(): string {
  const file = fd();
  bytes();
  // In two buffers, so that both are seen to be written.
  store<u32>(iovecs, <u32>address);
  store<u32>(iovecs, length / 2, 4);
  store<u32>(iovecs, <u32>address + length / 2, 8);
  store<u32>(iovecs, length - length / 2, 12);
  const errno =
    at < words.length
      ? wasi.fd_pwrite(file, iovecs, 2, int(), result)
      : fd_write(file, iovecs, 2, result);
  return errno != 0 ? errno.toString() : `0 ${load<u32>(result)}`;
}

/** Writes so many bytes of a pattern from an address on. */
function fill(): string {
  const file = fd();
  const count = <u32>int();
  for (let i: usize = 0; i < count; i++)
    store<u8>(buffer + i, <u8>(33 + ((i * 7 + (i >> 8)) % 90)));
  store<u32>(iovecs, <u32>buffer);
  store<u32>(iovecs, count, 4);
  const errno = fd_write(file, iovecs, 1, result);
  return errno != 0 ? errno.toString() : `0 ${load<u32>(result)}`;
}

function filestat(errno: i32): string {
  if (errno != 0) return errno.toString();
  const type = load<u8>(result, 16);
  return `0 type ${type} links ${load<u64>(result, 24)} size ${load<u64>(result, 32)} times ${load<u64>(result, 40)} ${load<u64>(result, 48)}`;
}

let cookie: u64 = 0;
let names: string = '';

/** Takes the entries of a part of a directory, all but one that is cut off; how many bytes. Removes files where it is told to. */
function entries(directory: i32, used: u32, removes: bool): u32 {
  let from: u32 = 0;
  while (from + 24 <= used) {
    const entry = buffer + from;
    const size = load<u32>(entry, 16);
    const type = load<u8>(entry, 20);
    if (from + 24 + size > used) break;
    names += ` ${String.UTF8.decodeUnsafe(entry + 24, size)}:${type}`;
    if (load<u64>(entry, 8) == 0) names += ':no-inode';
    cookie = load<u64>(entry);
    from += 24 + size;
    if (removes && type == 4) wasi.path_unlink_file(directory, entry + 24, size);
  }
  return from;
}

/** All entries of a directory, by a buffer of so many bytes; with a third word each file is removed when it is seen. */
function readdir(): string {
  const directory = fd();
  const room = <u32>int();
  let used = room;
  cookie = 0;
  names = '';
  while (used == room) {
    const errno = wasi.fd_readdir(directory, buffer, room, cookie, result);
    if (errno != 0) return errno.toString();
    used = load<u32>(result);
    if (entries(directory, used, at < words.length) == 0 && used == room) return 'no room';
  }
  return `0${names}`;
}

function openPath(): string {
  const directory = fd();
  bytes();
  const oflags = <u32>int();
  const rights = int();
  const fdflags = at < words.length ? <u32>int() : 0;
  const lookup = at < words.length ? <u32>int() : 1;
  const errno = path_open(directory, lookup, address, length, oflags, rights, 0, fdflags, result);
  return errno != 0 ? errno.toString() : `0 fd ${load<i32>(result)}`;
}

function poll(): string {
  memory.fill(subscription, 0, 48);
  store<u8>(subscription, 1, 8);
  store<i32>(subscription, fd(), 16);
  const errno = poll_oneoff(subscription, event, 1, result);
  return errno != 0 ? errno.toString() : `0 ${load<u16>(event, 8)} ${load<u64>(event, 16)}`;
}

function position(errno: i32): string {
  return errno != 0 ? errno.toString() : `0 ${load<u64>(result)}`;
}

function readLink(): string {
  const directory = fd();
  bytes();
  const errno = path_readlink(directory, address, length, buffer, <u32>int(), result);
  return errno != 0 ? errno.toString() : `0 ${show(buffer, load<u32>(result))}`;
}

function prestat(): string {
  const one = fd();
  let errno = fd_prestat_get(one, result);
  if (errno != 0) return errno.toString();
  if (load<u8>(result) != 0) return `0 tag ${load<u8>(result)} ${load<u32>(result, 4)}`;
  const size = load<u32>(result, 4);
  const short = fd_prestat_dir_name(one, buffer, size - 1);
  errno = fd_prestat_dir_name(one, buffer, size);
  return `${errno} ${show(buffer, size)} short ${short}`;
}

/** What calls answer whose pointers lead out of the memory: a path, a result, a buffer, a list of buffers. */
function outOfMemory(): string {
  const directory = fd();
  const file = fd();
  const end = (<usize>memory.size()) << 16;
  store<u8>(end - 1, 0x61);
  store<u32>(iovecs, <u32>(end - 4));
  store<u32>(iovecs, 5, 4);
  const answers = [
    path_open(directory, 0, end - 1, 2, 0, 0, 0, 0, result),
    path_open(directory, 0, end - 1, 1, 0, 0, 0, 0, end - 3),
    wasi.path_filestat_get(directory, 0, end - 1, 2, result),
    wasi.path_filestat_get(directory, 0, end - 1, 1, end - 63),
    wasi.fd_filestat_get(file, end - 63),
    fd_read(file, iovecs, 1, result),
    fd_read(file, end - 7, 1, result),
    fd_read(file, iovecs, 0x20000000, result),
    fd_read(file, iovecs, 0, end - 3),
    fd_write(file, iovecs, 1, result),
    wasi.fd_pread(file, iovecs, 1, 0, result),
    wasi.fd_pwrite(file, iovecs, 1, 0, result),
    wasi.fd_seek(file, 0, 0, end - 7),
    wasi.fd_tell(file, end - 7),
    wasi.fd_readdir(directory, end - 99, 100, 0, result),
    wasi.fd_readdir(directory, buffer, 100, 0, end - 3),
    fd_prestat_get(directory, end - 7),
    fd_prestat_dir_name(directory, end - 1, 100),
    fd_fdstat_get(file, end - 23),
    wasi.path_create_directory(directory, end - 1, 0x7fffffff),
    wasi.path_symlink(end - 1, 2, directory, end - 1, 1),
    wasi.path_rename(directory, end - 1, 1, directory, end - 1, 2),
  ];
  return answers.map<string>((errno) => errno.toString()).join(' ');
}

/** A path, and the rest of the call. */
function twoPaths(name: string): i32 {
  const directory = fd();
  bytes();
  const path = address;
  const size = length;
  const second = fd();
  bytes();
  return name == 'link'
    ? wasi.path_link(directory, 0, path, size, second, address, length)
    : wasi.path_rename(directory, path, size, second, address, length);
}

function symlink(): i32 {
  bytes();
  const target = address;
  const size = length;
  const directory = fd();
  bytes();
  return wasi.path_symlink(target, size, directory, address, length);
}

function onPath(name: string): string {
  const directory = fd();
  bytes();
  if (name == 'mkdir') return wasi.path_create_directory(directory, address, length).toString();
  if (name == 'rmdir') return wasi.path_remove_directory(directory, address, length).toString();
  if (name == 'unlink') return wasi.path_unlink_file(directory, address, length).toString();
  if (name == 'stat')
    return filestat(wasi.path_filestat_get(directory, 1, address, length, result));
  if (name == 'lstat')
    return filestat(wasi.path_filestat_get(directory, 0, address, length, result));
  const accessed = int();
  const modified = int();
  return wasi
    .path_filestat_set_times(directory, 0, address, length, accessed, modified, <u32>int())
    .toString();
}

function onFd(name: string): string {
  const file = fd();
  if (name == 'close') return fd_close(file).toString();
  if (name == 'sync') return wasi.fd_sync(file).toString();
  if (name == 'datasync') return wasi.fd_datasync(file).toString();
  if (name == 'tell') return position(wasi.fd_tell(file, result));
  if (name == 'fstat') return filestat(wasi.fd_filestat_get(file, result));
  if (name == 'fdstat') {
    const errno = fd_fdstat_get(file, result);
    return errno != 0
      ? errno.toString()
      : `0 type ${load<u8>(result)} flags ${load<u16>(result, 2)}`;
  }
  const first = int();
  if (name == 'renumber') return wasi.fd_renumber(file, <i32>first).toString();
  if (name == 'size') return wasi.fd_filestat_set_size(file, first).toString();
  if (name == 'flags') return fd_fdstat_set_flags(file, <u32>first).toString();
  const second = int();
  if (name == 'seek') return position(wasi.fd_seek(file, first, <u32>second, result));
  if (name == 'allocate') return wasi.fd_allocate(file, first, second).toString();
  const third = <u32>int();
  if (name == 'advise') return wasi.fd_advise(file, first, second, third).toString();
  return wasi.fd_filestat_set_times(file, first, second, third).toString();
}

function call(): string {
  const name = words[0];
  at = 1;
  if (name == 'open') return openPath();
  if (name == 'read') return read(buffer);
  // Where the adapter of a component would like to borrow memory.
  if (name == 'read-low') return read(<usize>int());
  if (name == 'write') return write();
  if (name == 'fill') return fill();
  if (name == 'readdir') return readdir();
  if (name == 'readlink') return readLink();
  if (name == 'poll') return poll();
  if (name == 'prestat') return prestat();
  if (name == 'out-of-memory') return outOfMemory();
  if (name == 'symlink') return symlink().toString();
  if (name == 'link' || name == 'rename') return twoPaths(name).toString();
  const ofPaths = ['mkdir', 'rmdir', 'unlink', 'stat', 'lstat', 'times'];
  if (ofPaths.includes(name)) return onPath(name);
  return onFd(name);
}

const calls = args();
for (let i = 1; i < calls.length; i++) {
  words = calls[i].split(' ');
  log(call());
}
