// SPDX-License-Identifier: MIT
// Data that arrived before a reset can be read, and then the reset is told.

import {
  acceptNonblocking,
  buffer,
  CONNRESET,
  errno,
  go,
  iovec,
  iovs,
  listener,
  out,
  reads,
  say,
} from '../prelude';
import { fd_read } from '../wasi_snapshot_preview1';

const fd = acceptNonblocking(listener());
say('accepted');
go();
reads(fd, 'hello');
iovec(0, buffer, 16);
errno('fd_read', fd_read(fd, iovs, 1, out), CONNRESET);
