package event

import (
	"context"
	"time"
)

// Fetch is the name of the pipeline's function that fetches the object of a thin
// event. Its deliveries are in the ledger like an action's.
const Fetch = "fetch"

// ThinPing is the type of the event that Stripe sends when it is asked to ping an event
// destination. No action subscribes to it.
const ThinPing = "v2.core.event_destination.ping"

// justNow is how old the rules may be by which nothing is fetched.
const justNow = time.Second

// FetchFor returns the subscribers for which a thin event is fetched. None by rules that
// may be a minute old are looked for anew: what is not fetched reaches no action, not
// even one whose rule is younger than that.
func FetchFor(ctx context.Context, b Bus, e Envelope) ([]string, error) {
	names, err := b.Subscribers(ctx, e)
	if err != nil || len(names) > 0 {
		return names, err
	}
	if err := b.Refresh(ctx, justNow); err != nil {
		return nil, err
	}
	return b.Subscribers(ctx, e)
}

// ThinSource reads at Stripe what a thin event refers to. account is the context of the
// event, unchanged: empty for the account of the key. ErrNotFound: Stripe does not have
// it, or not any more. ErrDenied: the key may not read it; the error names the
// permission as Stripe does. ErrNotConfigured: there is no key for the mode.
type ThinSource interface {
	// ThinEvent returns a thin event as Stripe's API has it.
	ThinEvent(ctx context.Context, livemode bool, account, id string) ([]byte, error)
	// Snapshot returns a snapshot event, in the API version that it was made in.
	Snapshot(ctx context.Context, livemode bool, account, id string) ([]byte, error)
	// Object returns the object at a path of the API, which may have a query, as it is
	// now. version is the API version to render it in; empty is the newest that thin
	// events are fetched in. ErrInvalid, without a request, for a path that is not below
	// /v1/ or /v2/.
	Object(ctx context.Context, livemode bool, account, path, version string) ([]byte, error)
}

// ThinListing selects thin events from Stripe's list, created in [From, To).
type ThinListing struct {
	Scope
	Types    []string // as Stripe names them, at most 20; nil is all
	From, To time.Time
	// Page is where the listing continues, as Stripe returned it; empty begins with
	// the newest. The other fields are those of the first page.
	Page string
}

// ThinLister lists thin events, newest first.
type ThinLister interface {
	// ThinEvents returns one page, and where the next one is: empty after the last.
	// ErrNotFound if Page is not valid any more.
	ThinEvents(ctx context.Context, l ThinListing) (bodies [][]byte, next string, err error)
}
