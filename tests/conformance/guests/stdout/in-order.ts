// SPDX-License-Identifier: MIT
// What is written to standard output comes out whole and in order.

import { say } from '../prelude';

say('one');
say('two');
say('three');
