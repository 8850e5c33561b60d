// SPDX-License-Identifier: MIT
// The calls on files by name and with strings, on top of a fixture; errnos come back by name.

import { errnoName } from '../../../host/wasi/errno.ts';
import { at, type Fixture } from './fixture.ts';

/** Rights by the bits of the witx. */
export const Right = {
  READ: 1n << 1n,
  SEEK: 1n << 2n,
  WRITE: 1n << 6n,
  READDIR: 1n << 14n,
} as const;
export const ALL_RIGHTS = (1n << 28n) - 1n;
export const OFlags = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;
export const FdFlags = { APPEND: 1, DSYNC: 2, NONBLOCK: 4, RSYNC: 8, SYNC: 16 } as const;
export const FileType = { UNKNOWN: 0, CHARACTER: 2, DIRECTORY: 3, FILE: 4, SYMLINK: 7 } as const;

const SECOND_PATH = 2048;

export interface OpenOptions {
  readonly oflags?: number;
  readonly fdflags?: number;
  readonly rights?: bigint;
  readonly inheriting?: bigint;
  readonly follow?: boolean;
}

export interface Stat {
  readonly ino: bigint;
  readonly type: number;
  readonly links: bigint;
  readonly size: bigint;
  readonly atim: bigint;
  readonly mtim: bigint;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly type: number;
  readonly ino: bigint;
  readonly next: bigint;
}

/** Calls on files. What answers an errno answers its name, 'SUCCESS' among them. */
export function fileCalls(f: Fixture) {
  const put = (pointer: number, text: string | Uint8Array): [number, number] => {
    const bytes = Buffer.from(text);
    f.bytes(pointer, bytes.length).set(bytes);
    return [pointer, bytes.length];
  };
  const call = (name: string, ...args: (number | bigint)[]) => errnoName(f.call(name, ...args));
  const first = (text: string | Uint8Array) => put(at.path, text);
  const second = (text: string | Uint8Array) => put(SECOND_PATH, text);

  const readStat = (): Stat => {
    const bytes = f.bytes(at.record, 64);
    return {
      ino: bytes.readBigUInt64LE(8),
      type: bytes[16] as number,
      links: bytes.readBigUInt64LE(24),
      size: bytes.readBigUInt64LE(32),
      atim: bytes.readBigUInt64LE(40),
      mtim: bytes.readBigUInt64LE(48),
    };
  };

  return {
    call,
    /** The new fd, or the errno's name. */
    open(dir: number, path: string | Uint8Array, options: OpenOptions = {}): number | string {
      const rights = options.rights ?? Right.READ | Right.SEEK | (1n << 21n) | (1n << 5n);
      const { oflags = 0, inheriting = 0n, fdflags = 0, follow = true } = options;
      const [name, length] = first(path);
      const flags = [oflags, rights, inheriting, fdflags] as const;
      const errno = call('path_open', dir, follow ? 1 : 0, name, length, ...flags, at.result);
      return errno === 'SUCCESS' ? f.u32(at.result) : errno;
    },
    /** What one fd_read of at most `room` bytes gives, or the errno's name behind a '!'. */
    read(fd: number, room = 4096): string {
      f.iovec(room);
      const errno = call('fd_read', fd, at.iovs, 1, at.result);
      return errno === 'SUCCESS' ? f.bytes(at.data, f.u32(at.result)).toString() : `!${errno}`;
    },
    write(fd: number, text: string): string {
      put(at.data, text);
      f.iovec(Buffer.byteLength(text));
      return call('fd_write', fd, at.iovs, 1, at.result);
    },
    fdstat(fd: number) {
      const errno = call('fd_fdstat_get', fd, at.record);
      if (errno !== 'SUCCESS') throw new Error(`fd_fdstat_get: ${errno}`);
      const bytes = f.bytes(at.record, 24);
      return {
        type: bytes[0] as number,
        flags: bytes.readUInt16LE(2),
        rights: bytes.readBigUInt64LE(8),
        inheriting: bytes.readBigUInt64LE(16),
      };
    },
    stat(dir: number, path: string, follow = true): Stat | string {
      const errno = call('path_filestat_get', dir, follow ? 1 : 0, ...first(path), at.record);
      return errno === 'SUCCESS' ? readStat() : errno;
    },
    fileStat(fd: number): Stat | string {
      const errno = call('fd_filestat_get', fd, at.record);
      return errno === 'SUCCESS' ? readStat() : errno;
    },
    setTimes(dir: number, path: string, atim: bigint, mtim: bigint, flags: number, follow = true) {
      const lookup = follow ? 1 : 0;
      return call('path_filestat_set_times', dir, lookup, ...first(path), atim, mtim, flags);
    },
    readlink(dir: number, path: string, room = 4096): string {
      const errno = call('path_readlink', dir, ...first(path), at.data, room, at.result);
      return errno === 'SUCCESS' ? f.bytes(at.data, f.u32(at.result)).toString() : `!${errno}`;
    },
    /** All entries, asked for with a buffer of `room` bytes at a time. */
    readdir(fd: number, room = 4096): DirectoryEntry[] {
      const entries: DirectoryEntry[] = [];
      for (let cookie = 0n; ; ) {
        const errno = call('fd_readdir', fd, at.data, room, cookie, at.result);
        if (errno !== 'SUCCESS') throw new Error(`fd_readdir: ${errno}`);
        const bytes = f.bytes(at.data, f.u32(at.result));
        for (let offset = 0; offset + 24 <= bytes.length; ) {
          const length = bytes.readUInt32LE(offset + 16);
          if (offset + 24 + length > bytes.length) break;
          const next = bytes.readBigUInt64LE(offset);
          entries.push({
            name: bytes.toString('utf8', offset + 24, offset + 24 + length),
            type: bytes[offset + 20] as number,
            ino: bytes.readBigUInt64LE(offset + 8),
            next,
          });
          cookie = next;
          offset += 24 + length;
        }
        if (bytes.length < room) return entries;
      }
    },
    mkdir: (dir: number, path: string) => call('path_create_directory', dir, ...first(path)),
    rmdir: (dir: number, path: string) => call('path_remove_directory', dir, ...first(path)),
    unlink: (dir: number, path: string) => call('path_unlink_file', dir, ...first(path)),
    symlink: (target: string, dir: number, path: string) =>
      call('path_symlink', ...first(target), dir, ...second(path)),
    rename: (from: number, path: string, to: number, target: string) =>
      call('path_rename', from, ...first(path), to, ...second(target)),
    link: (from: number, path: string, to: number, target: string, follow = false) =>
      call('path_link', from, follow ? 1 : 0, ...first(path), to, ...second(target)),
  };
}

export type FileCalls = ReturnType<typeof fileCalls>;
