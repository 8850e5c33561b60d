// SPDX-License-Identifier: MIT
// Connections are accepted in the order in which they came.

import { accept, go, listener, reads } from '../prelude';

go();
const l = listener();
reads(accept(l), '1');
reads(accept(l), '2');
reads(accept(l), '3');
