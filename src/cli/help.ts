// SPDX-License-Identifier: MIT
// The parts of the help texts that commander does not make. docs/cli.md tells more. A line that
// begins in column 0 and ends with a colon is a title.

import { colorsOf } from './output.ts';

/** Help as it is printed: the titles stand out. */
export async function paintHelp(help: string): Promise<string> {
  const { bold } = await colorsOf('stdout');
  return help.replace(/^(Usage:|\S.*:$)/gm, (title) => bold(title));
}

export const ABOUT = `
A guest waits in WASI's poll_oneoff; pollux serves that call with epoll, poll,
select, signals or io_uring, and gives the guest listening sockets as descriptors
from 3 up. The same file runs, unchanged, wherever preview 1 sockets do.

Examples:
  pollux run --listen 127.0.0.1:6666 echo.wasm
  pollux run --listen web=:8080 --listen admin=127.0.0.1:9000 server.wasm
  pollux run --help
  pollux new my-server && cd my-server && npm install && npm start
  pollux inspect server.wasm
  pollux componentize server.wasm
  pollux compare --claims --html compare.html
  pollux backends
`;

export const RUN_HELP = `
Descriptors:
  3 and up       the listeners, in the order given; they start non-blocking
  after them     the directories, in the order given (--listeners last: before)
  last           a virtual /dev, where there is a listener or --connect:
                 open "tcp/NAME" in it to connect; path_readlink("fd/N") tells
                 the ends of connection N, tcp:PEER:PORT->LOCAL:PORT

Listeners:
  HOST:PORT      one address; [V6]:PORT for IPv6 alone, :PORT for all interfaces
  unix:PATH      a Unix socket; the file is removed at the end, a stale one
                 replaced; unix:@NAME is abstract and needs no file
  fd:N           a listening socket that pollux was started with
  systemd[:NAME] the sockets of its .socket unit, or those of a name; without
                 this they come first by themselves

Environment of the guest:
  LISTEN_FDS     number of listeners; not set where there is none, or they come
                 last
  LISTEN_FDNAMES their names, joined by ':'; one without a name is "unknown"
  Other variables come from --env alone, which may also set these two.

Environment of pollux:
  NO_COLOR       no colours, on a terminal either
  POLLUX_DEBUG   with an internal error, print where it came from

Exit status:
  N              the guest's own: 0 when _start returns, N of proc_exit(N)
  134            the guest trapped; its stack is on stderr
  1              pollux could not run it: no such file, no module, address in use...
  2              a mistake in the command line
  70             an internal error of pollux
  0              after a signal that drained it; killed by the signal where it was not

Signals, of a guest with listeners:
  SIGINT, SIGTERM  drain: no new connections, open ones have --drain-timeout
                   seconds to end; a second signal ends all at once
  SIGHUP           load FILE.wasm anew: new connections go to the new module,
                   open ones are finished by the old; --watch does it by itself
  Other guests end at once, even while they wait.

Modes:
  blocking         in pollux's own thread; the default, as it starts fastest
  worker           on a thread of its own; the default with --workers, --restart,
                   --watch, --metrics and --limit turn
  inline           a reactor module in an event loop (pollux build --reactor)
  jspi             a command in an event loop, on Node 24 or later

Examples:
  pollux run --listen 127.0.0.1:6666 echo.wasm
      an echo server; talk to it with: nc 127.0.0.1 6666
  pollux run --listen 127.0.0.1:0 echo.wasm
      on a free port, which the first line on stderr tells
  pollux run --listen web=:8080,backlog=1000 --listen admin=[::1]:9000 server.wasm
      two listeners with names; :PORT is all interfaces
  pollux run --listen unix:/run/app.sock,mode=0660 server.wasm
      behind nginx: proxy_pass http://unix:/run/app.sock
  pollux run --listen :8080 --connect db=10.0.0.5:5432 --connect example.org:80 proxy.wasm
      the guest may open /dev/tcp/db and /dev/tcp/example.org/80, and nothing else
  pollux run --dir ./logs::/logs --env LEVEL=debug --env HOME --listen :2003 logger.wasm
      a directory under another name, a variable, and one taken from your environment
  pollux run --backend select --trace --stats --listen 127.0.0.1:6666 echo.wasm
      on select(2), with each WASI call and the final counters on stderr
  pollux run --restart on-failure --limit memory=64M --limit connections=1000 --listen :8080 app.wasm
      started again after a trap; more connections wait in the backlog
  pollux run --workers 4 --metrics 127.0.0.1:9090 --listen :8080 app.wasm
      four instances on four threads; counters at http://127.0.0.1:9090/metrics
  pollux run --watch --listen 127.0.0.1:6666 build/index.wasm
      every new build takes over, and no connection is refused or reset
  pollux run tool.wasm --verbose input.txt
      what follows the file is the guest's; without sockets any WASI command runs
`;

export const BACKENDS_HELP = `
Examples:
  pollux backends
  pollux run --backend poll --listen 127.0.0.1:6666 echo.wasm
`;

export const NEW_HELP = `
Templates:
  echo           sends back what it is sent
  line           a protocol of lines, which may come in pieces or many at once
  http           HTTP/1.1: GET / says hello

A folder that is not empty is left alone.

Examples:
  pollux new my-server
  pollux new calculator --template line
  pollux new site --template http && cd site && npm install && npm test
`;

export const BUILD_HELP = `
The program imports 'pollux/assembly', by whatever way pollux is installed; the
compiler is the project's own (npm install --save-dev assemblyscript). Any warning
of it is an error, and then nothing is written. A reactor is built of a program that
calls run() of a Reactor; one with a loop of its own can only be a command.

Examples:
  pollux build
      build/index.wasm of assembly/index.ts, for pollux run, Wasmtime 36 to 46 and
      the modes worker and jspi
  pollux build --reactor
      build/index.reactor.wasm, for mode inline: the same source, driven by a Node app
  pollux build assembly/chat.ts -o out/chat.wasm --debug
  pollux run --watch --listen :6666 build/index.wasm
      in another terminal: each new build takes over
`;

export const INSPECT_HELP = `
Nothing of the module is run. What pollux can't run is told as well, with the reason.

Examples:
  pollux inspect server.wasm
  pollux inspect --json server.wasm | jq '{kind, modes, unknownImports}'
`;

export const COMPONENTIZE_HELP = `
The module is a WASI command whose imports are functions of preview 1, in any language;
its bytes stay as they are. The component brings preview 1, with its sockets, over the
newer WASI, for runtimes that have none of their own: Wasmtime 47 and later, jco. How to
run it is told on stderr.

Versions of WASI:
  0.2            Wasmtime 36 and later, and Node by jco
  0.3            current Wasmtime, where it is faster

Environment of the component:
  LISTEN         [NAME=]ADDR[,[NAME=]ADDR...]: where it listens; before --listen
  CONNECT        [NAME=]HOST:PORT[,...]: whom it may connect to; before --connect

Examples:
  pollux componentize server.wasm
      server.component.wasm, which listens where LISTEN says when it runs
  pollux componentize server.wasm -o app.wasm --listen 127.0.0.1:8080
      listens there unless LISTEN says otherwise
  pollux componentize proxy.wasm --wasi 0.3 --listen web=:8080 --connect db=10.0.0.5:5432
      the guest may open /dev/tcp/db
`;

export const COMPARE_HELP = `
What is measured:
  Echo of --size bytes: each active connection sends, waits for its bytes, sends
  again; idle ones are open and silent. The server has one core, the load generator
  another. All contenders take turns within each repetition, so that ratios are
  paired; figures are medians. Without --cross, --active is gone through without
  idle connections, and --idle beside 50 active ones (or the nearest).

Runtimes:
  node, bun, deno           the guest in pollux; node on each of --backends,
                            the others on the best one, or on those given
  wasmtime-36, -46, wazero  the guest alone
  c                         native C on epoll: the limit
  node-net                  Node's own sockets: what one would use otherwise
  One that is not found is told, with the command that installs it.

Marks:
  ?  doubtful: the repetitions differ too much, or other programs ran
  ^  the load generator was the limit; compare CPU us, not req/s

Exit status:
  0, 1 if --baseline tells of something worse or nothing of the guest could be
  measured, 2 for a mistake in the command line, 130 after Ctrl-C (what was measured
  is shown and written)

Examples:
  pollux compare --active 50 --idle 0 --duration 1s
  pollux compare --claims --html compare.html --json compare.json
  pollux compare --claims-only
  pollux compare --chain --backends epoll,poll
  pollux compare server.wasm --backends epoll,poll --runtimes node,c
  pollux compare --runtimes node,wasmtime-46 --runtime wasmtime-46=./wasmtime
  pollux compare --baseline before.json
`;
