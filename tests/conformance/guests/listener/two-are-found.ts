// SPDX-License-Identifier: MIT
// Two listeners are two descriptors, in the order in which they were given.

import { accept, fail, listener, reads } from '../prelude';

const first = listener(0);
const second = listener(1);
if (first >= second) fail('the listeners are one');
reads(accept(first), 'first');
reads(accept(second), 'second');
