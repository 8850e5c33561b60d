// SPDX-License-Identifier: MIT
// A connection whose peer has sent and closed meanwhile is accepted, and its data is read.

import { accept, go, listener, reads, readsEnd } from '../prelude';

go();
const fd = accept(listener());
reads(fd, 'hello');
readsEnd(fd);
