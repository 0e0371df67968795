package engine

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Wire is a transport for http to one engine on this machine. A caller's own
// goroutine writes the request and reads the answer, which costs less than
// half the CPU time of http.Transport. Nothing is sent twice: an error means
// that the engine may have done what it was asked. The zero value is usable;
// it is safe for concurrent use.
type Wire struct {
	mu   sync.Mutex
	idle []*link
}

// link is a connection with no request under way.
type link struct {
	net.Conn
	in  *bufio.Reader
	out *bufio.Writer
}

const (
	maxIdle     = 64
	wireBuffers = 8 << 10 // bytes each way: most calls fit
)

// RoundTrip implements http.RoundTripper; it returns with the whole body read.
func (w *Wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }()
	}
	if req.URL.Scheme != "http" {
		return nil, fmt.Errorf("unsupported scheme %q: expected http", req.URL.Scheme)
	}
	l, err := w.take(req.Context(), req.URL.Host)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(req.Context(), func() { _ = l.SetDeadline(time.Unix(1, 0)) })
	res, err := l.exchange(req)
	if usable := stop(); err != nil || !usable || res.Close || l.in.Buffered() > 0 {
		_ = l.Close() // whatever it says, it is not used any more
	} else {
		w.give(l)
	}
	if err != nil {
		w.CloseIdleConnections() // an engine that died took all with it
		return nil, errors.Join(err, req.Context().Err())
	}
	return res, nil
}

// exchange sends the request and reads the whole answer.
func (l *link) exchange(req *http.Request) (*http.Response, error) {
	if err := l.send(req); err != nil {
		return nil, err
	}
	if err := l.out.Flush(); err != nil {
		return nil, err
	}
	if res, is := l.plain(req); is {
		return res, l.fill(res)
	}
	res, err := http.ReadResponse(l.in, req)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(&body)
	return res, nil
}

// send writes the request, with the header as it is.
func (l *link) send(req *http.Request) error {
	if req.ContentLength < 0 || req.Body == nil && req.ContentLength > 0 {
		return req.Write(l.out)
	}
	_, _ = fmt.Fprintf(l.out, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", req.Method, req.URL.RequestURI(), req.URL.Host, req.ContentLength)
	for name, values := range req.Header {
		for _, v := range values {
			for _, part := range []string{name, ": ", v, "\r\n"} {
				_, _ = l.out.WriteString(part) // Flush returns what went wrong
			}
		}
	}
	_, err := l.out.WriteString("\r\n")
	if err == nil && req.Body != nil {
		_, err = io.CopyN(l.out, req.Body, req.ContentLength)
	}
	return err
}

// take returns a connection that the engine has not closed.
func (w *Wire) take(ctx context.Context, address string) (*link, error) {
	for l := w.last(); l != nil; l = w.last() {
		if open(l.Conn) {
			return l, nil
		}
		_ = l.Close()
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &link{conn, bufio.NewReaderSize(conn, wireBuffers), bufio.NewWriterSize(conn, wireBuffers)}, nil
}

func (w *Wire) last() *link {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.idle) == 0 {
		return nil
	}
	l := w.idle[len(w.idle)-1]
	w.idle = w.idle[:len(w.idle)-1]
	return l
}

func (w *Wire) give(l *link) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.idle) >= maxIdle {
		_ = l.Close()
		return
	}
	w.idle = append(w.idle, l)
}

// CloseIdleConnections closes the connections without a request under way.
func (w *Wire) CloseIdleConnections() {
	for l := w.last(); l != nil; l = w.last() {
		_ = l.Close()
	}
}
