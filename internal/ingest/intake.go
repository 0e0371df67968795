package ingest

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Intake accepts every event, whether it was posted, listed at Stripe or
// released from the quarantine. The caller must have verified the source. Safe
// for concurrent use.
type Intake struct {
	Store      event.Store
	Quarantine event.Quarantine
	Retention  time.Duration // how long events are kept
	// Own is the id of the stack's own account, if it is known: an event that
	// names it is not of a connected one.
	Own string
	// Parse reads a body; nil is webhook.Parse.
	Parse func(body []byte) (event.Facts, event.Reason)
}

// Arrival says where a body comes from.
type Arrival struct {
	Endpoint webhook.Endpoint
	// Account is the connected account of an event whose body does not say:
	// Stripe leaves it out where the request named it.
	Account string
	// Context: an event that names no account is of the one in its context, as
	// on the Connect endpoint of an organization.
	Context  bool
	Received time.Time
}

// Accept stores or quarantines the event and returns which, with the reason of
// what is not stored. The event is durable, or rightly dropped, if the error is
// nil. event.ErrTooLarge: it never can be.
func (in *Intake) Accept(ctx context.Context, from Arrival, body []byte) (event.Facts, event.Result, event.Reason, error) {
	if len(body) > webhook.MaxBody {
		return event.Facts{}, 0, "", fmt.Errorf("body of %d bytes: %w", len(body), event.ErrTooLarge)
	}
	f, reason, err := in.parse(body)
	if err != nil {
		return f, 0, "", err
	}
	f.Endpoint, f.Received = from.Endpoint.Name, from.Received
	if f.Thin() || reason != "" {
		body = webhook.WithoutClient(body)
	}
	if f.Account == "" {
		f.Account = from.Account
	}
	if f.Account == "" && from.Context && reason == "" {
		f.Account, reason = webhook.ContextAccount(body)
	}
	if f.Account == in.Own {
		f.Account = ""
	}
	if reason == "" {
		var drop bool
		if reason, drop = from.Endpoint.Admit(f); drop {
			return f, event.ResultNotStored, "test_event", nil
		}
	}
	result, err := in.store(ctx, event.Event{Facts: f, Body: body}, reason)
	return f, result, reason, err
}

func (in *Intake) store(ctx context.Context, e event.Event, reason event.Reason) (event.Result, error) {
	expires := e.Received.Add(in.Retention)
	if reason != "" {
		return event.ResultQuarantined, in.Quarantine.Put(ctx, quarantined(e, reason, expires))
	}
	result, err := in.Store.Put(ctx, e, expires)
	switch {
	case err != nil:
	case result == event.ResultRendering:
		return event.ResultDuplicate, in.render(ctx, e, expires)
	case result == event.ResultUnfetched:
		return event.ResultDuplicate, in.complete(ctx, e)
	}
	return result, err
}

// render keeps an event that was stored in another API version before, if typed
// actions may read this one: reconcile stores what Stripe lists in the account's
// version, and Stripe delivers in the endpoint's. One too large to keep is a repeat
// like any other.
func (in *Intake) render(ctx context.Context, e event.Event, expires time.Time) error {
	release := facts.Version(e.APIVersion).Release()
	if !slices.Contains(facts.TypedReleases(), release) {
		return nil
	}
	return in.keep(ctx, e, release, expires)
}

// keep stores a rendering.
func (in *Intake) keep(ctx context.Context, e event.Event, release string, expires time.Time) error {
	err := in.Store.PutRendering(ctx, e, release, expires)
	if errors.Is(err, event.ErrTooLarge) {
		return nil
	}
	return err
}

// complete gives a thin event that is not fetched yet the snapshot that Stripe posted:
// nothing is left to fetch, whatever became of the fetch so far.
func (in *Intake) complete(ctx context.Context, e event.Event) (err error) {
	for range tries {
		if err = in.link(ctx, e); !errors.Is(err, event.ErrConflict) {
			return err
		}
	}
	return err
}

// tries is how often a snapshot meets its own thin event's fetch before Stripe is asked
// to post it again.
const tries = 3

func (in *Intake) link(ctx context.Context, e event.Event) error {
	thin, err := in.Store.Get(ctx, e.ID)
	if errors.Is(err, event.ErrErased) {
		return nil
	}
	if err != nil {
		return err
	}
	if !thin.Unfetched() { // fetched in between
		return in.render(ctx, e, thin.Expires)
	}
	whole := event.Event{Facts: e.Facts, Fetched: e.Body}
	whole.SentAs, whole.Endpoint = thin.SentAs, thin.Endpoint
	err = in.Store.Link(ctx, event.Link{Thin: thin, Event: whole, Posted: true, At: e.Received})
	if errors.Is(err, event.ErrTooLarge) {
		return nil
	}
	return err
}

// parse returns an error if the parser panics. The error has the place, and
// never what was parsed.
func (in *Intake) parse(body []byte) (f event.Facts, reason event.Reason, err error) {
	defer func() {
		if p := recover(); p != nil {
			f, err = event.Facts{}, &panicked{value: p, stack: string(debug.Stack())}
		}
	}()
	parse := in.Parse
	if parse == nil {
		parse = webhook.Parse
	}
	f, reason = parse(body)
	return f, reason, nil
}
