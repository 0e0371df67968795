package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// listed is a time of creation whose events are listed, oldest first, and how far
// that is. Between two pages it can be stored and resumed.
type listed struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`              // not included
	Types string    `json:"types"`           // digest of the types that it was begun with
	Chunk int       `json:"chunk"`           // of the types
	After string    `json:"after,omitempty"` // the newest event of the chunk that was taken
	// Before is what a search for the oldest page has found, that a run had to leave:
	// there is more than a page before it.
	Before time.Time `json:"before,omitzero"`
}

// lister fetches pages of one scope within a budget of calls.
type lister struct {
	lister event.Lister
	scope  event.Scope
	budget *budget
}

func (l lister) list(ctx context.Context, q event.Listing) ([][]byte, bool, error) {
	if err := l.budget.call(ctx); err != nil {
		return nil, false, err
	}
	q.Account, q.Livemode = l.scope.Account, l.scope.Livemode
	return l.lister.Events(ctx, q)
}

// next returns the page behind the window's position, newest first as Stripe
// lists, and whether the chunk continues after it.
func (l lister) next(ctx context.Context, w *listed, types []string) ([][]byte, bool, error) {
	q := event.Listing{Types: types, From: w.From, To: w.To, Newer: w.After}
	bodies, more, err := l.list(ctx, q)
	if errors.Is(err, event.ErrNotFound) && w.After != "" { // too old to be listed by now
		q.Newer = ""
		bodies, more, err = l.list(ctx, q)
	}
	if err != nil || !more || q.Newer != "" {
		return bodies, more, err
	}
	return l.oldest(ctx, q, w)
}

// oldest finds the first page of a listing that has several: Stripe begins with
// the newest, so the time is halved until one page holds all of the earlier part. The
// window keeps what the search has found.
func (l lister) oldest(ctx context.Context, q event.Listing, w *listed) ([][]byte, bool, error) {
	if w.Before.IsZero() {
		w.Before = w.To
	}
	for w.Before.Sub(w.From) > time.Second { // nothing is before From
		q.From, q.To = w.From, w.From.Add((w.Before.Sub(w.From) / 2).Truncate(time.Second))
		bodies, more, err := l.list(ctx, q)
		switch {
		case err != nil:
			return nil, false, err
		case more:
			w.Before = q.To
		case len(bodies) == 0:
			w.From = q.To
		default:
			return bodies, true, nil
		}
	}
	q.From, q.To = w.From, w.Before
	bodies, err := l.whole(ctx, q)
	return bodies, true, err
}

// whole returns all events of a listing, here of one second.
func (l lister) whole(ctx context.Context, q event.Listing) (all [][]byte, err error) {
	for {
		bodies, more, err := l.list(ctx, q)
		if err != nil {
			return nil, err
		}
		if all = append(all, bodies...); !more || len(bodies) == 0 {
			return all, nil
		}
		q.Older = idOf(bodies[len(bodies)-1])
	}
}

func idOf(body []byte) string {
	var e struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	return e.ID
}
