// SPDX-License-Identifier: MIT
// Whether the terminal that this process was started from is still there.

import { closeSync, openSync } from 'node:fs';

/** Whether there is a controlling terminal now: see tty(4). */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
