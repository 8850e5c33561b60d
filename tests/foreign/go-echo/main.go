// SPDX-License-Identifier: MIT
// An echo server on Go's own net package: a goroutine for each connection, all of them parked in one
// poll_oneoff. Listeners are what the host opened; LISTEN_FDS tells how many there are, from fd 3 on.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"
)

func echo(conn net.Conn) {
	defer conn.Close()
	// A peer that resets ends this goroutine alone. Close after EOF: all that was read is sent by then.
	_, _ = io.Copy(conn, conn)
}

func serve(listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		switch {
		case err == nil:
			go echo(conn)
		case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
			// No descriptor is free: one will be when a client leaves.
			time.Sleep(100 * time.Millisecond)
		case errors.Is(err, syscall.ECONNABORTED):
			// The client left before we came.
		default:
			return err
		}
	}
}

func main() {
	count, err := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	if err != nil || count < 1 {
		count = 1
	}
	ended := make(chan error)
	for i := 0; i < count; i++ {
		file := os.NewFile(uintptr(3+i), "listener")
		listener, err := net.FileListener(file)
		if err != nil {
			fmt.Fprintf(os.Stderr, "fd %d: %v\n", 3+i, err)
			os.Exit(1)
		}
		go func() { ended <- serve(listener) }()
	}
	fmt.Fprintln(os.Stderr, "accept:", <-ended)
	os.Exit(1)
}
