package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// sink is a service that answers at once and knows when it got which event.
type sink struct {
	url    string
	server *http.Server
	done   chan error

	mu     sync.Mutex
	came   map[string]time.Time // by event
	twice  int
	waited int           // how many events somebody waits for
	all    chan struct{} // closed when they are there
}

func startSink(ctx context.Context) (*sink, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{url: "http://" + l.Addr().String() + "/", done: make(chan error, 1), came: map[string]time.Time{}}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go func() { s.done <- s.server.Serve(l) }()
	return s, nil
}

func (s *sink) close() error {
	err := s.server.Close()
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// ServeHTTP takes an event from the action.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	var message struct{ Event string }
	if err := json.NewDecoder(r.Body).Decode(&message); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, is := s.came[message.Event]; is {
		s.twice++
		return
	}
	s.came[message.Event] = now
	if s.all != nil && len(s.came) == s.waited {
		close(s.all)
		s.all = nil
	}
}

// begin forgets what came before and returns what is closed when n events came.
func (s *sink) begin(n int) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.came)
	s.waited, s.twice, s.all = n, 0, make(chan struct{})
	return s.all
}

// got is when each event came, and how many came again.
func (s *sink) got() (came map[string]time.Time, twice int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.came, s.twice
}
