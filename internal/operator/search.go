package operator

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	// maxSearched is how many bodies one search reads, maxLooked how many entries of the
	// index are read to find their events.
	maxSearched, maxLooked = 10_000, 100_000
)

// SearchPlan is a search in the signed bytes of events that has not begun.
type SearchPlan struct {
	Events []EventRow // the newest first
	// More: the filters may select more events than one search reads.
	More bool
	// Unreadable is why the selection may be incomplete, or nil.
	Unreadable error

	o *Operator
}

// PlanSearch lists the events whose bodies a search would read, each by one request. It
// reads no body.
func (o *Operator) PlanSearch(ctx context.Context, req EventList) (*SearchPlan, error) {
	p, looked := &SearchPlan{o: o}, 0
	req.Limit, req.Most, req.Bare = maxSearched+1, maxLooked, true
	req.Looked = func(n int, before time.Time) {
		looked, p.More = looked+n, looked+n >= maxLooked && !before.Equal(req.Since)
	}
	for e, err := range o.List(ctx, req) {
		switch {
		case errors.Is(err, event.ErrInvalid):
			p.Unreadable = errors.Join(p.Unreadable, err)
		case err != nil:
			return nil, err
		case e.Status != event.StatusQuarantined:
			p.Events = append(p.Events, e)
		}
	}
	if len(p.Events) > maxSearched {
		p.Events, p.More = p.Events[:maxSearched], true
	}
	return p, nil
}

// SearchResult is what a search found.
type SearchResult struct {
	Searched int
	Found    []EventRow // the newest first
	Skipped  []Skipped  // what cannot be read any more
}

// Run reads each body and keeps the events whose bytes have the text, in any case of
// letters. The result has what was found also with any error.
func (p *SearchPlan) Run(ctx context.Context, pace Pace, text string) (SearchResult, error) {
	var mu sync.Mutex
	var r SearchResult
	has, want := make([]bool, len(p.Events)), bytes.ToLower([]byte(text))
	_, err := p.o.each(ctx, pace, len(p.Events), func(ctx context.Context, i int) error {
		s, err := p.o.Store.Get(ctx, p.Events[i].ID)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case errors.Is(err, event.ErrNotFound), errors.Is(err, event.ErrErased), errors.Is(err, event.ErrInvalid):
			r.Skipped = append(r.Skipped, Skipped{Event: p.Events[i].ID, Why: event.Reason(err.Error())})
			return nil
		case err != nil:
			return err
		}
		r.Searched++
		has[i] = bytes.Contains(bytes.ToLower(s.Body), want)
		return nil
	})
	for i, found := range has {
		if found {
			r.Found = append(r.Found, p.Events[i])
		}
	}
	return r, err
}
