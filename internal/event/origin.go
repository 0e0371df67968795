package event

import (
	"context"
	"time"
)

// StripeRetention is how long the origin lists an event.
const StripeRetention = 30 * 24 * time.Hour

// EndpointListed is the endpoint of events that were not posted to any, but fetched
// from the origin.
const EndpointListed = "recovered"

// EndpointImported is the endpoint of events that Stripe never made: each reports an
// object as Stripe's API has it, to the actions for which it was imported alone.
const EndpointImported = "imported"

// Listing selects events at their origin.
type Listing struct {
	Account     string // connected account; empty for the stack's own
	Livemode    bool
	Types       []string  // up to 20; nil for all
	From, To    time.Time // of creation; To is not included
	Undelivered bool      // only those that at least one endpoint, anyone's, did not take yet
	// Newer turns the page towards what was created after this event, Older
	// towards what was created before it. At most one is set; without, the
	// page is the newest.
	Newer, Older string
}

// Lister is where events come from. Safe for concurrent use.
type Lister interface {
	// Events returns up to a hundred events as they were created, newest
	// first, in the API version of their creation. more reports whether others
	// follow in the direction that the listing turns to (older ones without).
	// ErrNotConfigured without a key for the mode, ErrRefused if the key may
	// not read this, ErrNotFound if the event of Newer or Older is gone; any
	// other error means "try again later". Listing changes nothing.
	Events(ctx context.Context, l Listing) (bodies [][]byte, more bool, err error)
}

// Delivered reports whether the event was posted to an endpoint, or came over the partner
// bus.
func (f Facts) Delivered() bool {
	return f.Endpoint != "" && f.Endpoint != EndpointListed && f.Endpoint != EndpointImported
}
