// SPDX-License-Identifier: MIT
// The part of the addon by which the app gives a running guest something: sockets that it has accepted, and channels.

/** The app's end of a channel, as the addon knows it. */
export type ChannelHandle = object & { readonly __channel: never };

/** Functions of the addon. A negative answer is -errno of Linux. */
export interface GivenFunctions {
  /**
   * Puts a connected stream socket into the queue of a listener of host `id`, with what has been read from it
   * already. The host takes `hostFd` over, and closes it where this fails, but for one that is no stream socket.
   * 0, or the errno: ESRCH no such host, EBADF no such listener, ESHUTDOWN it is drained, EAGAIN its queue is full,
   * EMFILE the backend can't wait on a number that high. Any thread.
   */
  handOff(id: number, guestListenerFd: number, hostFd: number, bytes: Uint8Array): number;
  /** Another descriptor of the same open file, close-on-exec. */
  duplicate(fd: number): number;
  /**
   * Puts a new channel into the queue of a listener of host `id`. `onEvent` is called on this thread, possibly
   * in the middle of a call of the guest, when a read or a write that had to stop may go on, and when the guest's
   * end has changed. Fails as handOff does. Any thread; the handle is for this one.
   */
  openChannel(
    id: number,
    guestListenerFd: number,
    name: string,
    onEvent: () => void,
  ): ChannelHandle | number;
  /** How many of the bytes from `from` on it took: fewer than all, and `onEvent` tells of room. -EPIPE, -ECONNRESET. */
  channelWrite(channel: ChannelHandle, bytes: Uint8Array, from: number): number;
  /** How many bytes it put to `from` on; 0: the end; -EAGAIN: `onEvent` tells of some; -ECONNRESET. */
  channelRead(channel: ChannelHandle, bytes: Uint8Array, from: number): number;
  /** Nothing more will be written. */
  channelEnd(channel: ChannelHandle): void;
  /** The guest has closed its end. */
  channelIsOver(channel: ChannelHandle): boolean;
  /** Whether it keeps the event loop alive; it does by default. */
  channelKeep(channel: ChannelHandle, keeps: boolean): void;
  /** Lets go of it: a reset, unless both directions have ended. */
  channelDestroy(channel: ChannelHandle): void;
}
