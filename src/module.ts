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
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new PolluxError(
      'ERR_MODULE_NOT_FOUND',
      `cannot read ${path}: ${NOT_FOUND[code] ?? message}`,
      {
        cause,
      },
    );
  }
  checkHeader(path, bytes);
  try {
    return new WebAssembly.Module(bytes as unknown as BufferSource);
  } catch (cause) {
    const why = (cause as Error).message.replace(/^WebAssembly\.Module\(\): /, '');
    throw new PolluxError(
      'ERR_MODULE_INVALID',
      `${path} is not a valid WebAssembly module: ${why}`,
      {
        cause,
      },
    );
  }
}

/** The first eight bytes: magic, version, and a layer that tells components from modules. */
function checkHeader(path: string, bytes: Buffer): void {
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
