package lookup

import (
	"context"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/refund"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// Refunds lists all refunds of a charge, as journal.Source and mails.Source ask for.
func (l Stripe) Refunds(ctx context.Context, s event.Scope, charge string) (all []facts.Refund, err error) {
	what := "list the refunds of " + charge
	api, err := l.Client.For(ctx, s)
	if err != nil {
		return nil, stripeapi.ReadError(what, err)
	}
	list := refund.Client{B: api}.List(&stripe.RefundListParams{ListParams: stripeapi.ListParams(ctx, s.Account), Charge: &charge})
	for list.Next() {
		all = append(all, readRefund(list.Refund(), charge))
	}
	if err := list.Err(); err != nil {
		return nil, stripeapi.ReadError(what, err)
	}
	return all, nil
}

func readRefund(r *stripe.Refund, charge string) facts.Refund {
	own := facts.Refund{
		ID: r.ID, Charge: charge, Amount: r.Amount, Currency: string(r.Currency), Status: string(r.Status),
		Created: moment(r.Created),
	}
	if r.BalanceTransaction != nil {
		own.BalanceTransaction = r.BalanceTransaction.ID
	}
	if r.FailureBalanceTransaction != nil {
		own.FailureBalanceTransaction = r.FailureBalanceTransaction.ID
	}
	return own
}

// moment is the zero time where Stripe sent none.
func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
