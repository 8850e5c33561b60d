// SPDX-License-Identifier: MIT
// What has to be there before anything else.

import { intoScratch } from '../memory';

export function prepare(): void {
  intoScratch();
}
