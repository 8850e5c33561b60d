// SPDX-License-Identifier: MIT
// The modes, by name.

import type { StartInstance } from '../instance.ts';
import type { Mode } from '../options.ts';
import { startBlocking } from './blocking.ts';
import { startInline } from './inline.ts';
import { startWithJspi } from './jspi.ts';
import { startInWorker } from './worker.ts';

export const startIn: Readonly<Record<Mode, StartInstance>> = {
  worker: startInWorker,
  jspi: startWithJspi,
  inline: startInline,
  blocking: startBlocking,
};
