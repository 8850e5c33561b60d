// SPDX-License-Identifier: MIT
// A descriptor that is not open is an EBADF event of the type that was asked for.

import { BADF, equal, expect, FD_WRITE, poll, wantWrite } from '../prelude';

wantWrite(99, 1);
equal('events', poll(), 1);
expect(1, FD_WRITE, BADF);
