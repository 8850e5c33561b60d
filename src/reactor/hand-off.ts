// SPDX-License-Identifier: MIT
// Takes a connection out of the app's hands: its descriptor, and the bytes that were read already.

import { TLSSocket } from 'node:tls';
import { duplicate, PolluxError } from '../../host/index.ts';

/** What a `net.Socket` keeps beneath it, and what a server that hands out raw handles gives. */
export interface SocketHandle {
  readonly fd?: number | undefined;
  readStop?(): number;
  close(done?: () => void): void;
}

/** A `net.Socket`, or what behaves as one. Those of Node, and of other runtimes as far as they have a descriptor. */
export interface AppSocket {
  readonly destroyed: boolean;
  readonly connecting: boolean;
  readonly writable: boolean;
  readonly writableLength: number;
  readonly readableEncoding: BufferEncoding | null;
  pause(): unknown;
  read(): Uint8Array | string | null;
  destroy(): unknown;
}

/** A connection that is nobody's any more. */
export interface TakenSocket {
  /** The process's own descriptor; whoever has it must close it or hand it off. */
  readonly fd: number;
  /** What the app, or its runtime, had read from it. */
  readonly bytes: Uint8Array;
}

function refuse(why: string, remedy: string): PolluxError {
  return new PolluxError('ERR_HAND_OFF', `cannot hand off the connection: ${why}; ${remedy}`);
}

function isSocket(socket: AppSocket | SocketHandle): socket is AppSocket {
  return 'writableLength' in socket;
}

function handleOf(socket: AppSocket | SocketHandle): SocketHandle | undefined {
  if (!isSocket(socket)) return socket;
  return (socket as { readonly _handle?: SocketHandle | null })._handle ?? undefined;
}

function check(socket: AppSocket): void {
  if (socket instanceof TLSSocket || (socket as { encrypted?: boolean }).encrypted === true) {
    throw refuse(
      'it is TLS, whose bytes only this process can decrypt',
      'pipe it to a connection made by connect() instead',
    );
  }
  if (socket.destroyed) throw refuse('it is closed', 'hand it off while it is open');
  if (socket.connecting) throw refuse('it is not connected yet', "wait for 'connect'");
  if (!socket.writable) throw refuse('this side of it has been ended', 'hand it off before end()');
  if (socket.readableEncoding !== null) {
    throw refuse(
      `its bytes have been decoded as ${socket.readableEncoding}`,
      'call no setEncoding on a connection that is to be handed off',
    );
  }
  if (socket.writableLength > 0) {
    throw refuse(
      `${socket.writableLength} bytes that were written to it have not been sent`,
      "wait for the write's callback, or for 'drain'",
    );
  }
}

/** What the stream holds, without waiting for more. */
function readAll(socket: AppSocket): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
    chunks.push(chunk as Uint8Array);
  }
  return chunks;
}

/**
 * Takes the descriptor out of a connection that the app has accepted, with all that was read of it already: `head`,
 * as an 'upgrade' gives it, and what the stream holds. The app's socket is destroyed, of which the other end sees
 * nothing: the connection goes on.
 *
 * @throws PolluxError ERR_HAND_OFF, and the socket is untouched: it is TLS, closed, not connected, ended, has
 *   bytes that are not sent yet, or this runtime does not tell its descriptor.
 */
export function takeSocket(
  socket: AppSocket | SocketHandle,
  head: Uint8Array = new Uint8Array(),
): TakenSocket {
  if (isSocket(socket)) check(socket);
  const handle = handleOf(socket);
  const number = handle?.fd;
  if (handle === undefined || typeof number !== 'number' || number < 0) {
    throw refuse(
      'this runtime does not tell its descriptor',
      'pipe it to a connection made by connect() instead, or use Node',
    );
  }
  const fd = duplicate(number);
  if (fd < 0) {
    throw refuse(
      `no second descriptor can be had (errno ${-fd})`,
      'raise the limit on open files (ulimit -n)',
    );
  }
  handle.readStop?.();
  const chunks = [head];
  if (isSocket(socket)) {
    socket.pause();
    chunks.push(...readAll(socket));
    socket.destroy();
  } else {
    socket.close();
  }
  return { fd, bytes: Buffer.concat(chunks) };
}
