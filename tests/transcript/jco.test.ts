// SPDX-License-Identifier: MIT
// The matrix's part for these runtimes; see matrix.ts.

import { PARTS, transcripts } from './matrix.ts';

transcripts(PARTS.jco);
