package journal

import (
	"context"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Source is where balance transactions come from. Safe for concurrent use. Its
// errors are event.ErrNotConfigured without an API key for the scope's mode,
// event.ErrNotFound for an object that Stripe does not know, event.ErrDenied for
// a key that may not read it, and verdicts that an action can return.
type Source interface {
	Transaction(ctx context.Context, s event.Scope, id string) (Transaction, error)
	// Transactions returns one page, newest first, and whether there is more.
	Transactions(ctx context.Context, s event.Scope, q Query) (page []Transaction, more bool, err error)
	// Refunds returns all refunds of a charge.
	Refunds(ctx context.Context, s event.Scope, charge string) ([]facts.Refund, error)
}

// Query selects balance transactions.
type Query struct {
	From   time.Time // of creation; zero is the beginning
	To     time.Time // not included; zero is now
	After  string    // the last of the page before
	Payout string    // only what this automatic payout pays out, and the payout itself
}
