// SPDX-License-Identifier: MIT
// A guest's trap, as an error that carries the guest's own stack and nothing of ours.

/** One frame of a guest's stack: the function's name, or `func[12]`, and the byte offset in the module (-1: not told). */
export interface GuestFrame {
  readonly name: string;
  readonly offset: number;
}

/**
 * The guest trapped: unreachable, out of bounds, division by zero, stack overflow and so on.
 *
 * `message` is the engine's words for the trap; `frames` the guest's functions, innermost first.
 */
export class GuestTrap extends Error {
  readonly frames: readonly GuestFrame[];

  constructor(message: string, frames: readonly GuestFrame[], options?: ErrorOptions) {
    super(message, options);
    this.name = 'GuestTrap';
    this.frames = frames;
  }
}
