// SPDX-License-Identifier: MIT
// A connection whose data was taken is not readable until more comes.

import { CLOCK, FD_READ, MS, acceptNonblocking, equal, expect, go, listener, poll, reads, say, wantRead, wantTimeout } from '../prelude';

const fd = acceptNonblocking(listener());
wantRead(fd, 1);
wantTimeout(5 * MS, 2);
go();
poll();
expect(1, FD_READ);
reads(fd, 'one');
equal('events', poll(), 1);
expect(2, CLOCK);
say('read');
go();
poll();
expect(1, FD_READ);
reads(fd, 'two');
