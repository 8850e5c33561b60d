// SPDX-License-Identifier: MIT
// A descriptor that is not open is an EBADF event of the type that was asked for.

import { BADF, FD_WRITE, equal, expect, poll, wantWrite } from '../prelude';

wantWrite(99, 1);
equal('events', poll(), 1);
expect(1, FD_WRITE, BADF);
