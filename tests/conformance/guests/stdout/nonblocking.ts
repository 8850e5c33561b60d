// SPDX-License-Identifier: MIT
// Standard output that is made non-blocking, as Go does at its start, still takes a line.

import { NONBLOCK, say, setFlags } from '../prelude';

setFlags(1, NONBLOCK);
say('hello');
