package aws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/payhooks/payhooks/infra/local/datafile"
	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/guard"
	"github.com/payhooks/payhooks/infra/local/loglines"
	"github.com/payhooks/payhooks/infra/local/template"
)

// Caller is who stands behind an access key.
type Caller struct {
	// Name is what an AccessDenied calls it, such as update-order.
	Name string
	// Role is the ARN of the role whose policies decide. It is ignored for an
	// operator.
	Role string
	// Operator may do everything.
	Operator bool
}

// Server is the endpoint. Fill in the exported fields, then Start; they must
// not change afterwards, but see Apply. All methods are safe for concurrent use after Start.
type Server struct {
	Stack  *template.Stack
	Engine *engine.Client
	// DataDir is where stack.db is kept: queues, streams and the positions in
	// them, mails, notices, secrets. It must exist.
	DataDir string
	// Keys says who calls, by access key id. Other keys are refused.
	Keys map[string]Caller
	// OwnKey is what the paths under /_payhooks/ ask for, as a bearer token. Empty
	// closes them.
	OwnKey string
	// Secrets are values by secret name, in place of the template's. A value put
	// through the API outlives restarts, until the one given here changes.
	Secrets map[string]string
	// Addr to listen on; empty is 127.0.0.1:0.
	Addr string
	// Lines are what the functions wrote; nil is nothing.
	Lines *loglines.Lines
	// Invoke, if set, serves Lambda's Invoke to those who may call it.
	Invoke http.HandlerFunc
	// Log gets what cannot be answered to anyone. Nil is slog.Default().
	Log *slog.Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	store     *store
	services  map[string]*service
	defined   atomic.Pointer[defined]
	faults    faults
	counter   counter
	locks     keyLocks
	together  together
	unsettled broadcast // a write came to be in doubt
	undone    broadcast // a delivery of the bus failed
	damaged   sync.Once // is said once

	http   *http.Server
	url    string
	stop   context.CancelFunc
	ctx    context.Context // ends with Close
	active sync.WaitGroup
	closed sync.Once
}

// Start opens the store, seeds what the template defines and serves. It
// returns once the endpoint accepts calls; writes that were in doubt when the
// stack died are settled in the background, and appear in the stream then.
// A template that uses something this endpoint does not know is refused here.
func (s *Server) Start(ctx context.Context) error {
	st, err := openStore(filepath.Join(s.DataDir, datafile.Queues))
	if err != nil {
		return err
	}
	s.store = st
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.prepare(); err != nil {
		return errors.Join(err, s.Close())
	}
	addr := s.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return errors.Join(fmt.Errorf("listen for AWS calls: %w", err), s.Close())
	}
	s.url = "http://" + l.Addr().String()
	s.http = guard.Server(guard.Machine(s), s.log())
	s.http.BaseContext = func(net.Listener) context.Context { return s.ctx }
	s.background(func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log().ErrorContext(s.ctx, "the AWS endpoint stopped", "error", err)
		}
	})
	s.background(s.settleNotes)
	s.background(s.redeliver)
	s.background(s.sweep)
	return nil
}

// URL is the base URL, for AWS_ENDPOINT_URL.
func (s *Server) URL() string { return s.url }

// Close stops serving, waits for the calls under way to end (long polls are
// cut short) and closes the store. It may be called twice.
func (s *Server) Close() error {
	if s.store == nil {
		return nil
	}
	var err error
	s.closed.Do(func() { err = s.close() })
	return err
}

func (s *Server) close() (err error) {
	s.stop()
	if s.http != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 3*time.Second)
		defer cancel()
		if err = s.http.Shutdown(ctx); err != nil {
			err = s.http.Close()
		}
	}
	s.active.Wait()
	if s.Engine.HTTP != nil {
		s.Engine.HTTP.CloseIdleConnections()
	}
	return errors.Join(err, s.store.close())
}

// background runs f until it returns; Close waits for it.
func (s *Server) background(f func()) {
	s.active.Add(1)
	go func() {
		defer s.active.Done()
		f()
	}()
}

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Server) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}
