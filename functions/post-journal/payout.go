package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/journal"
)

// payout keeps the row of a payout, and once Stripe has reconciled it, what it
// is made of.
func (p poster) payout(ctx context.Context, e *action.Event[facts.Event]) error {
	if e.Object.Payout == nil {
		return nil
	}
	var listed *journal.Settled
	if e.Type == "payout.reconciliation_completed" {
		s, err := action.Outside(ctx, e, "payout/"+e.ID, func(ctx context.Context) (journal.Settled, error) {
			return p.listed(ctx, e)
		}, action.AtLeastOnce)
		if err != nil {
			return withoutKey(err, e.Object.Payout.ID)
		}
		if listed = &s; s.Net != e.Object.Payout.Amount {
			e.Outcome(fmt.Sprintf("does not reconcile: %d transactions come to %d, the payout is %d %s", s.Transactions, s.Net, e.Object.Payout.Amount, e.Object.Payout.Currency))
		}
	}
	return action.Update(e, journal.PayoutTable, journal.PayoutKind, e.Object.Payout.ID, func(old journal.Payout) (journal.Payout, error) {
		return journal.MergePayout(old, e.Object, listed), nil
	})
}

// listed reads what Stripe lists for the payout, posts what is not in the books
// yet and sums all of it up. Repeating it changes nothing. A transaction that is
// posted with another content parks the delivery.
func (p poster) listed(ctx context.Context, e *action.Event[facts.Event]) (journal.Settled, error) {
	q := journal.Query{Payout: e.Object.Payout.ID}
	var sum journal.Settled
	for {
		page, more, err := p.Stripe.Transactions(ctx, e.Scope, q)
		if errors.Is(err, event.ErrNotFound) {
			return sum, action.Skipf("Stripe does not know %s for this account and mode", q.Payout)
		}
		if err != nil {
			return sum, err
		}
		ps := make([]journal.Posting, len(page))
		for i, t := range page {
			ps[i] = journal.Post(t, e.Scope, nil)
		}
		_, differ, err := p.Book.Post(ctx, ps)
		if err != nil {
			return sum, err
		}
		if len(differ) > 0 {
			return sum, action.Permanent(errors.Join(differ...))
		}
		if sum = sum.Plus(journal.Settle(q.Payout, page)); !more || len(page) == 0 {
			return sum, nil
		}
		q.After = page[len(page)-1].ID
	}
}
