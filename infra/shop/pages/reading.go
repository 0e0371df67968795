package pages

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
)

const (
	// patience is how long a page waits for what it reads.
	patience = time.Second
	// quick is how long a reading may take that every page waits for.
	quick = 200 * time.Millisecond
	// agesOf is how many times as long as it took a reading counts, and freshDeployed how
	// long that of a deployed stack does at least: reading a large table is not what a stack
	// is for, and it is paid for.
	freshDeployed = time.Minute
	agesOf        = 20
	// longest is how long a reading may take.
	longest = 10 * time.Minute
)

// reading is a table as it was read last. State is folded from several rows and sorted, in
// an order that no key has, so the first page of a list needs all of the table: it is read
// once, in the background, and kept without what lists do not show.
type reading[T any] struct {
	read func(ctx context.Context, t *cli.Target, seen func()) ([]T, error)

	mu   sync.Mutex
	last result[T]
	run  *run // the reading under way; nil for none
}

// result is what a reading found.
type result[T any] struct {
	Rows []T
	At   time.Time // zero: nothing was read yet
	Took time.Duration
	// Reading: another one is under way, and this is how many rows it has read.
	Reading bool
	Seen    int64
	err     error
}

type run struct {
	begin time.Time
	done  chan struct{}
	seen  atomic.Int64
}

// get returns what was read last, if that is fresh enough, or waits for it. Of a large
// table it returns what was read before, or nothing yet.
func (s *reading[T]) get(r *console.Request) (result[T], error) {
	t := r.Console().Target
	s.mu.Lock()
	if s.last.fresh(t) && r.URL.Query().Get("again") == "" {
		defer s.mu.Unlock()
		return s.last, nil
	}
	if s.run == nil {
		s.run = &run{begin: time.Now(), done: make(chan struct{})}
		go s.begin(context.WithoutCancel(r.Context()), t, s.run)
	}
	under, last := s.run, s.last
	s.mu.Unlock()
	if last.At.IsZero() || last.Took < quick {
		select {
		case <-under.done:
			s.mu.Lock()
			last = s.last
			s.mu.Unlock()
			return last, last.err
		case <-time.After(patience - time.Since(under.begin)):
		case <-r.Context().Done():
			return last, r.Context().Err()
		}
	}
	last.Reading, last.Seen = true, under.seen.Load()
	return last, nil
}

func (s *reading[T]) begin(ctx context.Context, t *cli.Target, u *run) {
	ctx, stop := context.WithTimeout(ctx, longest)
	defer stop()
	rows, err := s.read(ctx, t, func() { u.seen.Add(1) })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run, s.last.err = nil, err; err == nil {
		s.last = result[T]{Rows: rows, At: time.Now(), Took: time.Since(u.begin)}
	}
	close(u.done)
}

// forget lets the next page read the table again.
func (s *reading[T]) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last.At = time.Time{}
}

func (l result[T]) fresh(t *cli.Target) bool {
	var counts time.Duration // a small table is read for every page
	if l.Took >= quick {
		counts = agesOf * l.Took
	}
	if t.Local == nil {
		counts = max(counts, freshDeployed)
	}
	return !l.At.IsZero() && l.err == nil && time.Since(l.At) < counts
}
