// SPDX-License-Identifier: MIT
// Rights that a connection does not have are not given: ENOTCAPABLE.

import { NOTCAPABLE, NOTSUP, accept, either, listener } from '../prelude';
import { fd_fdstat_set_rights } from '../wasi_snapshot_preview1';

const fd = accept(listener());
const status = fd_fdstat_set_rights(fd, u64.MAX_VALUE, u64.MAX_VALUE);
either('fd_fdstat_set_rights', status, NOTCAPABLE, NOTSUP);
