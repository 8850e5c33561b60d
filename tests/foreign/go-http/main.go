// SPDX-License-Identifier: MIT
// A web server on net/http with chi, a router from the Go module proxy. It serves the files of /data,
// a directory that the host grants beside the listener; everything else is made up.
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// pattern is what /bytes sends: byte i of the body is i modulo 251, a prime, so that a piece that is
// lost or repeated shows whatever its length.
type pattern struct{ at, end int64 }

func (p *pattern) Read(into []byte) (int, error) {
	if p.at == p.end {
		return 0, io.EOF
	}
	n := int64(len(into))
	if n > p.end-p.at {
		n = p.end - p.at
	}
	for i := int64(0); i < n; i++ {
		into[i] = byte((p.at + i) % 251)
	}
	p.at += n
	return int(n), nil
}

func routes() http.Handler {
	router := chi.NewRouter()
	router.Use(middleware.Recoverer)
	router.Get("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "hello from wasip1")
	})
	router.Get("/hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello, %s\n", chi.URLParam(r, "name"))
	})
	router.Get("/bytes/{length}", func(w http.ResponseWriter, r *http.Request) {
		length, err := strconv.ParseInt(chi.URLParam(r, "length"), 10, 64)
		if err != nil || length < 0 {
			http.Error(w, "no such length", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
		_, _ = io.Copy(w, &pattern{end: length})
	})
	router.Get("/chunked/{count}", func(w http.ResponseWriter, r *http.Request) {
		count, _ := strconv.Atoi(chi.URLParam(r, "count"))
		for i := 0; i < count; i++ {
			fmt.Fprintf(w, "chunk %d\n", i)
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond)
		}
	})
	router.Post("/sum", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.New()
		length, err := io.Copy(sum, r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "%d %x\n", length, sum.Sum(nil))
	})
	router.Post("/echo", func(w http.ResponseWriter, r *http.Request) {
		// Both ways at once: the answer begins before the request has ended.
		_ = http.NewResponseController(w).EnableFullDuplex()
		_, _ = io.Copy(w, r.Body)
	})
	router.Get("/panic", func(http.ResponseWriter, *http.Request) { panic("on purpose") })
	router.Handle("/files/*", http.StripPrefix("/files/", http.FileServer(http.Dir("/data"))))
	return router
}

func main() {
	listener, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "fd 3:", err)
		os.Exit(1)
	}
	server := &http.Server{Handler: routes(), ReadHeaderTimeout: 10 * time.Second}
	fmt.Fprintln(os.Stderr, "serve:", server.Serve(listener))
	os.Exit(1)
}
