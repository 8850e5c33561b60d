// SPDX-License-Identifier: MIT
// Where the package lies.

import { fileURLToPath } from 'node:url';

/** The package's folder: src/, in which this file is, and dist/, into which it is bundled, are both in it. */
export const packageFolder = fileURLToPath(new URL('..', import.meta.url));
