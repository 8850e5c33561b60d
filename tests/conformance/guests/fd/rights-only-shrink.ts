// SPDX-License-Identifier: MIT
// Rights that a connection does not have are not given: ENOTCAPABLE.

import { accept, either, listener, NOTCAPABLE, NOTSUP } from '../prelude';
import { fd_fdstat_set_rights } from '../wasi_snapshot_preview1';

const fd = accept(listener());
const status = fd_fdstat_set_rights(fd, 0x3fffffff, 0x3fffffff);
either('fd_fdstat_set_rights', status, NOTCAPABLE, NOTSUP);
