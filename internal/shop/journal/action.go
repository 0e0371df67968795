package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Poster posts what events name. The pull of function reconcile posts the rest
// later: events only make the books prompt.
type Poster struct {
	Stripe Source
	Book   Book
}

// Post fetches the balance transactions that the event names and posts each.
func (p Poster) Post(ctx context.Context, e *action.Event[facts.Event]) error {
	named, err := p.named(ctx, e)
	if err != nil {
		return withoutKey(err, "")
	}
	if len(named) == 0 && e.Object.Payout == nil {
		return action.Skip("there is no balance transaction yet: nothing to post")
	}
	var posted, missing []string
	for _, n := range named {
		t, err := p.fetch(ctx, e, n.ID)
		if err != nil {
			return withoutKey(err, n.ID)
		}
		if t == nil {
			missing = append(missing, n.ID)
			continue
		}
		p := Post(*t, e.Scope, n.Seen)
		if err := update(e, p); err != nil {
			return err
		}
		posted = append(posted, p.effect())
	}
	effect := outcome(posted, missing)
	e.Outcome(effect)
	return p.payout(ctx, e, effect)
}

// named lists the balance transactions of the event, with those of refunds
// that it does not name.
func (p Poster) named(ctx context.Context, e *action.Event[facts.Event]) ([]Named, error) {
	named := NamedBy(e.Object)
	if !RefundsUnlisted(e.Object) {
		return named, nil
	}
	more, err := action.Fetch(ctx, e, "refunds/"+e.ID, func(ctx context.Context) ([]Named, error) {
		rs, err := p.Stripe.Refunds(ctx, e.Scope, e.Object.Charge.ID)
		if errors.Is(err, event.ErrNotFound) {
			err = nil
		}
		return OfRefunds(rs), err
	})
	return Union(named, more), err
}

// fetch reads a transaction at Stripe once for the event; nil if Stripe
// does not know it. That is kept like the transaction: an audit that found one later
// would post what the event did not. The pull posts what there is by then.
func (p Poster) fetch(ctx context.Context, e *action.Event[facts.Event], id string) (*Transaction, error) {
	return action.Fetch(ctx, e, id+"/"+e.ID, func(ctx context.Context) (*Transaction, error) {
		t, err := p.Stripe.Transaction(ctx, e.Scope, id)
		if errors.Is(err, event.ErrNotFound) {
			return nil, nil //nolint:nilnil // that there is none is the result
		}
		return &t, err
	})
}

// update registers a posting. One that differs from what is posted parks.
func update(e *action.Event[facts.Event], p Posting) error {
	return action.Update(e, Table, Kind, p.Fact, func(old Posting) (Posting, error) {
		now, err := Merge(old, p)
		return now, action.Permanent(err)
	})
}

// withoutKey finishes what cannot be fetched without an API key.
func withoutKey(err error, id string) error {
	if errors.Is(err, event.ErrNotConfigured) {
		return action.Skip(strings.TrimSpace("no Stripe API key is configured: once there is one, the pull of reconcile posts what happened " + id))
	}
	return err
}

func outcome(posted, missing []string) string {
	var parts []string
	if len(posted) > 0 {
		parts = append(parts, "posted "+strings.Join(posted, "; "))
	}
	if len(missing) > 0 {
		parts = append(parts, fmt.Sprintf("Stripe does not know %s for this account and mode: not posted", strings.Join(missing, ", ")))
	}
	return strings.Join(parts, "; ")
}
