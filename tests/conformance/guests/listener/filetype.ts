// SPDX-License-Identifier: MIT
// A listener says of itself that it is a stream socket.

import { listener } from '../prelude';

// listener() looks for that very filetype.
listener();
