package addresses

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// kept is how long a process uses the list before it looks for a newer one.
const kept = 5 * time.Minute

// Source gives the list to requests without a call for each. nil decides nothing. Safe for
// concurrent use.
type Source struct {
	Load func(ctx context.Context, table, key string) (event.Row, error)
	Now  func() time.Time

	mu     sync.Mutex
	list   List
	looked time.Time
}

// Of judges the address that a request came from.
func (s *Source) Of(ctx context.Context, ip string) Verdict {
	if s == nil {
		return Undecided
	}
	now := s.Now()
	return s.current(ctx, now).Of(ip, now)
}

// current keeps the list that it has where there is no newer one to be had: its age
// decides.
func (s *Source) current(ctx context.Context, now time.Time) List {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.looked.IsZero() && now.Sub(s.looked) < kept {
		return s.list
	}
	s.looked = now
	var list List
	if row, err := s.Load(ctx, Table, Key); err == nil && row.Data != nil && json.Unmarshal(row.Data, &list) == nil {
		s.list = list
	}
	return s.list
}
