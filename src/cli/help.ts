// SPDX-License-Identifier: MIT
// The parts of the help texts that commander does not make. docs/cli.md tells more.

export const ABOUT = `
Examples:
  pollux run --listen 127.0.0.1:6666 echo.wasm
  pollux run --listen web=:8080 --listen admin=127.0.0.1:9000 server.wasm
  pollux backends

Exit status of a run: the guest's own; 134 after a trap; 1 where pollux could not
run it; 2 for a mistake in the command line.
`;

export const RUN_HELP = `
Listeners are the guest's descriptors from 3 up, in the order given; LISTEN_FDS and
LISTEN_FDNAMES tell it their count and names. Directories follow. Options after
FILE.wasm are the guest's.

Examples:
  pollux run --listen 127.0.0.1:6666 echo.wasm
      an echo server; talk to it with: nc 127.0.0.1 6666
  pollux run --listen 127.0.0.1:0 echo.wasm
      on a free port, which the first line on stderr tells
  pollux run --listen web=:8080,backlog=1000 --listen admin=[::1]:9000 server.wasm
      two listeners with names; :PORT is all interfaces
  pollux run --dir ./logs::/logs --env LEVEL=debug --env HOME --listen :2003 logger.wasm
      a directory under another name, a variable, and one taken from your environment
  pollux run --backend select --trace --stats --listen 127.0.0.1:6666 echo.wasm
      on select(2), each WASI call and the final counters on stderr
  pollux run tool.wasm -- --verbose input.txt
      no sockets at all: any WASI command runs
`;

export const BACKENDS_HELP = `
Examples:
  pollux backends
  pollux run --backend poll --listen 127.0.0.1:6666 echo.wasm
`;
