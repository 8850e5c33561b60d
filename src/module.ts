// SPDX-License-Identifier: MIT
// Reads and compiles a guest, and says what a file is where it is no guest.

import { readFileSync } from 'node:fs';
import { PolluxError } from '../host/index.ts';

const NOT_FOUND: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read',
};

/**
 * Compiles the core module in a file.
 *
 * @throws PolluxError ERR_MODULE_NOT_FOUND, ERR_MODULE_INVALID, ERR_MODULE_COMPONENT.
 */
export function loadModule(path: string): WebAssembly.Module {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return compileNow(path, bytes);
}

/** Compiles bytes on this thread; `name` is what messages call them. @throws as {@link loadModule}. */
export function compileNow(name: string, bytes: Uint8Array): WebAssembly.Module {
  checkHeader(name, bytes);
  try {
    return new WebAssembly.Module(bytes as unknown as BufferSource);
  } catch (cause) {
    throw invalid(name, cause);
  }
}

/** As {@link loadModule}, of bytes and off this thread; `name` is what messages call them. */
export async function compileModule(name: string, bytes: Uint8Array): Promise<WebAssembly.Module> {
  checkHeader(name, bytes);
  try {
    return await WebAssembly.compile(bytes as unknown as BufferSource);
  } catch (cause) {
    throw invalid(name, cause);
  }
}

/** The error of a file that can't be read, from the system's. */
export function unreadable(path: string, cause: unknown): PolluxError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new PolluxError(
    'ERR_MODULE_NOT_FOUND',
    `cannot read ${path}: ${NOT_FOUND[code] ?? message}`,
    { cause },
  );
}

function invalid(name: string, cause: unknown): PolluxError {
  const why = (cause as Error).message.replace(/^WebAssembly\.(Module|compile)\(\): /, '');
  return new PolluxError(
    'ERR_MODULE_INVALID',
    `${name} is not a valid WebAssembly module: ${why}`,
    { cause },
  );
}

/**
 * Checks the first eight bytes: magic, version, and a layer that tells components from modules.
 *
 * @throws PolluxError ERR_MODULE_INVALID, ERR_MODULE_COMPONENT.
 */
export function checkHeader(path: string, { buffer, byteOffset, byteLength }: Uint8Array): void {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (bytes.length === 0) {
    throw new PolluxError('ERR_MODULE_INVALID', `${path} is not a WebAssembly module: it is empty`);
  }
  if (bytes.length < 8 || bytes.readUInt32LE(0) !== 0x6d736100) {
    const hint = /^\s*(;;|\(module|\(;)/.test(bytes.toString('latin1', 0, 64))
      ? '; it looks like the text format, which wat2wasm turns into a module'
      : '';
    throw new PolluxError('ERR_MODULE_INVALID', `${path} is not a WebAssembly module${hint}`);
  }
  const layer = bytes.readUInt16LE(6);
  if (layer === 1) {
    throw new PolluxError(
      'ERR_MODULE_COMPONENT',
      `${path} is a component; pollux runs core modules with preview 1 imports: build for wasm32-wasip1, not wasip2`,
    );
  }
}
