package access

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Reader reads one row of state; dynamo.Tables and memory.Store are Readers.
type Reader interface {
	Load(ctx context.Context, table, key string) (event.Row, error)
}

// Decision is the answer to "may this customer use it now?".
type Decision struct {
	Allowed bool
	// Until is when that is going to change unless Stripe reports otherwise; zero
	// if no such time is known. An answer may be kept until then, though not
	// longer than the shop can wait for a cancellation to show.
	Until time.Time
	Why   string // for logs and support, not for the customer
}

// Check decides whether the customer may use a product (prod_…) or a feature
// (its lookup key, else its id) at the time now. It costs one consistent read. grace
// is Settings.Grace: no row has it, so that a change of it holds at once.
//
// It allows what Stripe grants, until the end of the period and the days of
// grace after it: a renewal that is reported late locks nobody out, and access
// that Stripe never ends lapses then. What Stripe ended is refused at once. The
// scope is the account and mode that the shop sells in. A customer without a row
// is refused without an error; an error leaves the decision to the caller.
//
// Packages under internal are for this module: an application in a fork of it
// imports this one, any other reads the table and ports what it needs.
func Check(ctx context.Context, r Reader, s event.Scope, customer, what string, now time.Time, grace time.Duration) (Decision, error) {
	it, err := r.Load(ctx, Table, s.Key(Kind, customer))
	if err != nil {
		return Decision{}, fmt.Errorf("check access: %w", err)
	}
	if it.Version == 0 {
		return Decision{Why: "nothing is known of this customer"}, nil
	}
	var c Customer
	if err := json.Unmarshal(it.Data, &c); err != nil {
		return Decision{}, fmt.Errorf("check access: row of %s: %w", customer, err)
	}
	return c.Check(what, now, grace), nil
}

// Check is the package's Check on a row that is at hand.
func (c Customer) Check(what string, now time.Time, grace time.Duration) Decision {
	if slices.Contains(c.Features.Seen, what) {
		s := c.feature(c.Features.present(), what)
		return Decision{Allowed: s.allowed, Why: s.why}
	}
	having := c.lives(func(l Life) bool { return slices.Contains(l.Seen, what) })
	s := c.product(having, what, now, grace)
	switch {
	case s.why == "":
		return Decision{Why: "the customer never had it"}
	case !s.allowed:
		return Decision{Why: s.why}
	default:
		return Decision{Allowed: true, Until: s.lapses, Why: s.why}
	}
}
