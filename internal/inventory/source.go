package inventory

import "context"

// Source lists what a checkout session sells. Safe for concurrent use. Its
// errors are event.ErrNotConfigured without an API key for the session's mode,
// event.ErrNotFound for a session that Stripe does not know, event.ErrRefused
// for a key that may not; besides they are verdicts that an action can return.
type Source interface {
	// Lines returns all line items that are goods: what recurs is not.
	Lines(ctx context.Context, c Checkout) (Listing, error)
}
