// SPDX-License-Identifier: MIT
// A descriptor may be subscribed to several times, and each subscription has its event.

import { FD_READ, accept, expect, go, guarded, listener, nothingElse, poll, wantRead } from '../prelude';

const fd = accept(listener());
go();
for (let i = 1; i <= 3; i++) wantRead(fd, i);
guarded();
poll();
for (let i = 1; i <= 3; i++) expect(i, FD_READ);
nothingElse();
