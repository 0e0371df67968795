package journal

import (
	"context"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// payout keeps the row of a payout, and once Stripe has reconciled it, what it
// is made of. effect is what the event did besides.
func (p Poster) payout(ctx context.Context, e *action.Event[facts.Event], effect string) error {
	if e.Object.Payout == nil {
		return nil
	}
	if effect == "" {
		e.Outcome(payoutEffect(*e.Object.Payout))
	}
	var listed *Settled
	if e.Type == "payout.reconciliation_completed" {
		s, err := action.Outside(ctx, e, "payout/"+e.ID, func(ctx context.Context) (Settled, error) {
			return p.listed(ctx, e)
		}, action.AtLeastOnce)
		if err != nil {
			return withoutKey(err, e.Object.Payout.ID)
		}
		if listed = &s; s.Net != e.Object.Payout.Amount {
			e.Outcome(fmt.Sprintf("does not reconcile: %d transactions come to %d, the payout is %d %s", s.Transactions, s.Net, e.Object.Payout.Amount, e.Object.Payout.Currency))
		}
	}
	return action.Update(e, PayoutTable, PayoutKind, e.Object.Payout.ID, func(old Payout) (Payout, error) {
		return MergePayout(old, e.Object, listed), nil
	})
}

// listed reads what Stripe lists for the payout, posts what is not in the books
// yet and sums all of it up. Repeating it changes nothing. A transaction that is
// posted with another content parks the delivery.
func (p Poster) listed(ctx context.Context, e *action.Event[facts.Event]) (Settled, error) {
	q := Query{Payout: e.Object.Payout.ID}
	var sum Settled
	for {
		page, more, err := p.Stripe.Transactions(ctx, e.Scope, q)
		if errors.Is(err, event.ErrNotFound) {
			return sum, action.Skipf("Stripe does not know %s for this account and mode", q.Payout)
		}
		if err != nil {
			return sum, err
		}
		ps := make([]Posting, len(page))
		for i, t := range page {
			ps[i] = Post(t, e.Scope, nil)
		}
		_, differ, err := p.Book.Post(ctx, ps)
		if err != nil {
			return sum, err
		}
		if len(differ) > 0 {
			return sum, action.Permanent(errors.Join(differ...))
		}
		if sum = sum.Plus(Settle(q.Payout, page)); !more || len(page) == 0 {
			return sum, nil
		}
		q.After = page[len(page)-1].ID
	}
}
