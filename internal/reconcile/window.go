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
func (l lister) next(ctx context.Context, w listed, types []string) ([][]byte, bool, error) {
	q := event.Listing{Types: types, From: w.From, To: w.To, Newer: w.After}
	bodies, more, err := l.list(ctx, q)
	if errors.Is(err, event.ErrNotFound) && w.After != "" { // too old to be listed by now
		q.Newer = ""
		bodies, more, err = l.list(ctx, q)
	}
	if err != nil || !more || q.Newer != "" {
		return bodies, more, err
	}
	return l.oldest(ctx, q)
}

// oldest finds the first page of a listing that has several: Stripe begins with
// the newest, so the time is halved until one page holds all of the earlier part.
func (l lister) oldest(ctx context.Context, q event.Listing) ([][]byte, bool, error) {
	empty, full := q.From, q.To // nothing before empty, more than a page before full
	for full.Sub(empty) > time.Second {
		q.From, q.To = empty, empty.Add((full.Sub(empty) / 2).Truncate(time.Second))
		bodies, more, err := l.list(ctx, q)
		switch {
		case err != nil:
			return nil, false, err
		case more:
			full = q.To
		case len(bodies) == 0:
			empty = q.To
		default:
			return bodies, true, nil
		}
	}
	q.From, q.To = empty, full
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
