// SPDX-License-Identifier: MIT
// A guest that returns from _start has ended with 0.

import { say } from '../prelude';

say('done');
