// SPDX-License-Identifier: MIT
// The matrix's part for these runtimes; see matrix.ts.

import { transcripts } from './matrix.ts';

transcripts(['bun', 'deno']);
