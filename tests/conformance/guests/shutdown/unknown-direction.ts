// SPDX-License-Identifier: MIT
// A shutdown of a direction that does not exist is EINVAL.

import { accept, errno, INVAL, listener } from '../prelude';
import { sock_shutdown } from '../wasi_snapshot_preview1';

const fd = accept(listener());
errno('sock_shutdown', sock_shutdown(fd, 8), INVAL);
