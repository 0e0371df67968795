// Package fetch makes a thin event whole before it is fanned out: it fetches what the
// event refers to at Stripe, once, holds it against what was signed, and stores it with
// the event. Actions only read what it stored.
//
// It runs as a delivery of the ordinary ledger, fetch#EVENT, on a separate queue: what
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

	turn chan struct{} // nil lets all ask at once
}

// New returns a fetcher with the settings of the environment: FETCH_VERSIONS, separated
// by commas, and OWN_ACCOUNT. It fetches for one event at a time.
func New(source event.ThinSource) (*Fetcher, error) {
	f := &Fetcher{Source: source, turn: make(chan struct{}, 1), Own: os.Getenv("OWN_ACCOUNT")}
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
		return f.complement(ctx, a)
	}
	if wanted, err := f.wanted(ctx, s); err != nil || !wanted {
		return err
	}
	id, err := f.Link(ctx, s)
	if err != nil {
		return err
	}
	return f.publish(ctx, a, id)
}

// Link fetches for an unfetched event, stores that, and returns the id of the occurrence.
func (f *Fetcher) Link(ctx context.Context, s event.Stored) (id string, err error) {
	var l event.Link
	err = f.inTurn(ctx, func() (err error) {
		l, err = f.complete(ctx, s)
		return err
	})
	if err != nil {
		return "", err
	}
	return l.Event.ID, linkError(f.Store.Link(ctx, l))
}

// complement adds what typed actions read to an event that needs no fetch any more, such
// as one whose snapshot was posted.
func (f *Fetcher) complement(ctx context.Context, a *delivery.Attempt) error {
	s := a.Stored()
	var final *event.PermanentError
	err := f.inTurn(ctx, func() error { return f.render(ctx, event.Link{Thin: s, Event: s.Event}) })
	if err != nil && !errors.As(err, &final) && !errors.Is(err, event.ErrNotConfigured) {
		return err
	}
	return f.publish(ctx, a, s.ID)
}

// wanted reports whether the event has subscribers; without, nothing is fetched for it.
// Where they cannot be listed, it is fetched for those that it may have.
func (f *Fetcher) wanted(ctx context.Context, s event.Stored) (bool, error) {
	subscribers, err := event.FetchFor(ctx, f.Bus, event.Envelope{Facts: s.Facts})
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
	signed, reason := read(s)
	if reason != "" {
		return l, event.Permanent(fmt.Errorf("the stored body is no thin event: %s", reason))
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
	return l, f.render(ctx, l)
}

// publish sends the event to its subscribers, unless that is done, or is dispatch's: a
// snapshot that came first has its own way.
func (f *Fetcher) publish(ctx context.Context, a *delivery.Attempt, id string) error {
	found, err := f.Store.Events(ctx, []string{id})
	s, is := found[id]
	switch {
	case err != nil:
		return fmt.Errorf("read the event: %w", err)
	case !is:
		return fmt.Errorf("read the event: %w", event.ErrNotFound)
	case !s.Erased.IsZero():
		return event.Skip("erased")
	}
	a.Outcome("fetched in API version " + s.APIVersion)
	if id != a.Stored().ID {
		a.Outcome("a rendering of " + id)
	}
	if s.Unfetched() {
		return nil // it is thin, too, and has a delivery to fetch for it
	}
	if !s.Pending || !s.ByFetch {
		return nil
	}
	return f.Publish(ctx, s)
}

// linkError is the verdict on an error of the store. A conflict is the normal end of a
// race with the twin, and the next attempt sees what won it.
func linkError(err error) error {
	switch {
	case errors.Is(err, event.ErrTooLarge), errors.Is(err, event.ErrInvalid):
		return event.Permanent(err)
	case errors.Is(err, event.ErrConflict):
		return event.RetryAfter(err, 0)
	}
	return err
}
