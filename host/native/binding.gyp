{
  "targets": [
    {
      "target_name": "pollux",
      "sources": [
        "addon.c",
        "imports.c",
        "host.c",
        "fd_table.c",
        "poller.c",
        "subscriptions.c",
        "poll_oneoff.c",
        "stream.c",
        "wasi_fd.c",
        "wasi_sock.c",
        "tcp.c",
        "stop.c",
        "backends/backends.c",
        "backends/epoll.c",
        "backends/poll.c",
        "backends/select.c",
      ],
      "cflags_c": [
        "-std=c17",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Wconversion",
        "-Werror",
        "-fvisibility=hidden",
      ],
    },
  ],
}
