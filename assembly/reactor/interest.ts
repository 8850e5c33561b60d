// SPDX-License-Identifier: MIT
// What a program waits for on an fd. The values are those of the subscription tags in preview 1, so
// that the type of an event is the readiness.

import { EVENT_FD_READ, EVENT_FD_WRITE } from '../wasi/records';

/** Registered, but nothing is waited for. */
export const NONE: u32 = 0;
/** Data, a connection to accept, the peer's FIN, or an error that the next call tells. */
export const READ: u32 = 1;
/** Room in the kernel's send buffer, or an error that the next call tells. */
export const WRITE: u32 = 2;

if (READ != EVENT_FD_READ || WRITE != EVENT_FD_WRITE) ERROR('interests are eventtypes');
