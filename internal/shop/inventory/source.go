package inventory

import (
	"context"

	"github.com/payhooks/payhooks/internal/event"
)

// Source lists what a checkout session sells. Safe for concurrent use. Errors are
// event.ErrNotConfigured without an API key for the scope's mode,
// event.ErrNotFound for a session that Stripe does not know, event.ErrDenied for
// a key that may not read it, and verdicts that an action can return.
type Source interface {
	// Lines returns all line items of the session that are goods: recurring
	// prices are left out.
	Lines(ctx context.Context, s event.Scope, session string) (Listing, error)
}
