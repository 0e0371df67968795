// Package fetch makes a thin event whole before it is fanned out: it fetches what the
// event refers to at Stripe, once, holds it against what was signed, and stores it with
// the event. Actions only read what it stored.
//
// It runs as a delivery of the ordinary ledger, fetch#EVENT, on a queue of its own: what
// fails is retried, what cannot succeed parks, and an operator retries it.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Fetcher fetches for one event at a time. Safe for concurrent use.
type Fetcher struct {
	Store  event.Store
	Source event.ThinSource
	Bus    event.Bus
	// Publish sends an event to its subscribers and records them.
	Publish func(context.Context, event.Stored) error
	// Versions are the API versions in which the object is fetched, too, where the
	// payload is in another: those that typed actions read.
	Versions []facts.Version
	// Own is the id of the stack's own account, if it is known.
	Own string
	Now func() time.Time
}

// New returns a fetcher with the settings of the environment: FETCH_VERSIONS, separated
// by commas, and OWN_ACCOUNT.
func New(source event.ThinSource) (*Fetcher, error) {
	f := &Fetcher{Source: source, Own: os.Getenv("OWN_ACCOUNT")}
	for text := range strings.SplitSeq(os.Getenv("FETCH_VERSIONS"), ",") {
		v := facts.Version(strings.TrimSpace(text))
		switch {
		case v == "":
		case !slices.Contains(facts.TypedReleases(), v.Release()):
			return f, fmt.Errorf("environment variable FETCH_VERSIONS: no major of stripe-go reads API version %q", v)
		default:
			f.Versions = append(f.Versions, v)
		}
	}
	return f, nil
}

// Run is the function of the action fetch.
func (f *Fetcher) Run(ctx context.Context, a *delivery.Attempt) error {
	s := a.Stored()
	switch {
	case s.Occurrence != "":
		return f.publish(ctx, a, s.Occurrence)
	case !s.Thin():
		return event.Skip("the event is not thin")
	case !s.FetchedAt.IsZero():
		return f.publish(ctx, a, s.ID)
	}
	if wanted, err := f.wanted(ctx, s); err != nil || !wanted {
		return err
	}
	l, err := f.complete(ctx, s)
	if err != nil {
		return err
	}
	if err := f.Store.Link(ctx, l); err != nil {
		return linkError(err)
	}
	return f.publish(ctx, a, l.Event.ID)
}

// wanted reports whether the event has subscribers; without, nothing is fetched for it.
// Where they cannot be listed, it is fetched for those that it may have.
func (f *Fetcher) wanted(ctx context.Context, s event.Stored) (bool, error) {
	subscribers, err := f.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts})
	if err != nil || len(subscribers) > 0 {
		return true, nil //nolint:nilerr // Publish meets the error again
	}
	if err := f.Store.MarkPublished(ctx, s.ID, nil); err != nil {
		return false, fmt.Errorf("record that there are no subscribers: %w", err)
	}
	return false, event.Skip("no subscriber")
}

// complete is the event with what was fetched for it, under the id of its occurrence.
func (f *Fetcher) complete(ctx context.Context, s event.Stored) (event.Link, error) {
	l := event.Link{Thin: s, At: f.Now()}
	signed, reason := webhook.ReadThin(s.Body)
	if reason != "" {
		return l, event.Permanent(fmt.Errorf("the stored body is no thin event: %s", reason))
	}
	// The snapshot came after the thin event: nothing is left to fetch.
	kept, err := f.Store.Get(ctx, event.RenderingID(s.ID, event.Payload))
	if err == nil {
		l.Kept = true
		l.Event, err = f.learn(s, signed, s.ID, kept.Body)
		return l, err
	}
	if !errors.Is(err, event.ErrNotFound) {
		return l, fmt.Errorf("look for the snapshot: %w", err)
	}
	p, err := f.fetch(ctx, s, signed)
	if err != nil {
		return l, err
	}
	if p.body == nil {
		l.Event = event.Event{Facts: s.Facts}
		l.Event.ID = p.id
		return l, nil
	}
	if l.Event, err = f.learn(s, signed, p.id, p.body); err != nil {
		return l, err
	}
	return l, f.render(ctx, l, p)
}

// publish sends the event to its subscribers, unless that is done, or is dispatch's: a
// snapshot that came first has its own way.
func (f *Fetcher) publish(ctx context.Context, a *delivery.Attempt, id string) error {
	s, err := f.Store.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("read the event: %w", err)
	}
	other := id != a.Stored().ID
	a.Outcome("fetched in API version " + s.APIVersion)
	if other {
		a.Outcome("a rendering of " + id)
	}
	if s.Unfetched() {
		return nil // it is thin, too, and has a delivery to fetch for it
	}
	ours := s.Pending && s.ByFetch
	replayed := !s.Pending && !other && len(s.Subscribers) == 0 // it had no subscriber before
	if !ours && !replayed {
		return nil
	}
	return f.Publish(ctx, s)
}

// linkError is the verdict on an error of the store. A conflict is the normal end of a
// race with the twin, and the next attempt sees what won it.
func linkError(err error) error {
	switch {
	case errors.Is(err, event.ErrTooLarge):
		return event.Permanent(err)
	case errors.Is(err, event.ErrConflict):
		return event.RetryAfter(err, 0)
	}
	return err
}
