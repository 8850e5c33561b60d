// SPDX-License-Identifier: MIT
// The peers of a guest that traps see the end of their connections.

import { accept, listener, writes } from '../prelude';

writes(accept(listener()), 'bye');
unreachable();
