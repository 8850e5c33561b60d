// SPDX-License-Identifier: MIT
// The sock calls on a file are ENOTSOCK.

import { buffer, errno, iovec, iovs, NOTSOCK, openFile, out, RD } from '../prelude';
import { sock_accept, sock_recv, sock_send, sock_shutdown } from '../wasi_snapshot_preview1';

const fd = openFile('hello.txt');
iovec(0, buffer, 16);
errno('sock_recv', sock_recv(fd, iovs, 1, 0, out, out + 4), NOTSOCK);
errno('sock_send', sock_send(fd, iovs, 1, 0, out), NOTSOCK);
errno('sock_accept', sock_accept(fd, 0, out), NOTSOCK);
errno('sock_shutdown', sock_shutdown(fd, RD), NOTSOCK);
