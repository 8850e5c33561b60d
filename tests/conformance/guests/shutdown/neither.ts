// SPDX-License-Identifier: MIT
// A shutdown of no direction is EINVAL, and changes nothing.

import { accept, errno, INVAL, listener, writes } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
errno('sock_shutdown', sock_shutdown(fd, 0), INVAL);
writes(fd, 'unharmed');
