package stripeapi

import (
	"context"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/journal"
	"github.com/stripe/stripe-go/v76"
)

var _ journal.Source = (*Client)(nil)

// Transaction implements journal.Source.
func (c *Client) Transaction(ctx context.Context, s event.Scope, id string) (journal.Transaction, error) {
	api, err := c.For(ctx, s)
	if err != nil {
		return journal.Transaction{}, readError("fetch "+id, err)
	}
	t, err := api.BalanceTransactions.Get(id, &stripe.BalanceTransactionParams{Params: Params(ctx, s.Account)})
	if err != nil {
		return journal.Transaction{}, readError("fetch "+id, err)
	}
	return transaction(t), nil
}

// Transactions implements journal.Source.
func (c *Client) Transactions(ctx context.Context, s event.Scope, q journal.Query) (page []journal.Transaction, more bool, err error) {
	api, err := c.For(ctx, s)
	if err != nil {
		return nil, false, readError("list balance transactions", err)
	}
	params := &stripe.BalanceTransactionListParams{ListParams: ListParams(ctx, s.Account)}
	params.Single = true
	if q.After != "" {
		params.StartingAfter = &q.After
	}
	if q.Payout != "" {
		params.Payout = &q.Payout
	}
	if !q.From.IsZero() || !q.To.IsZero() {
		params.CreatedRange = &stripe.RangeQueryParams{GreaterThanOrEqual: seconds(q.From), LesserThan: seconds(q.To)}
	}
	list := api.BalanceTransactions.List(params)
	for list.Next() {
		page = append(page, transaction(list.BalanceTransaction()))
	}
	if err := list.Err(); err != nil {
		return nil, false, readError("list balance transactions", err)
	}
	return page, list.Meta().HasMore, nil
}

// Refunds implements journal.Source.
func (c *Client) Refunds(ctx context.Context, s event.Scope, charge string) (all []facts.Refund, err error) {
	api, err := c.For(ctx, s)
	if err != nil {
		return nil, readError("list the refunds of "+charge, err)
	}
	list := api.Refunds.List(&stripe.RefundListParams{ListParams: ListParams(ctx, s.Account), Charge: &charge})
	for list.Next() {
		r := list.Refund()
		refund := facts.Refund{
			ID: r.ID, Charge: charge, Amount: r.Amount, Currency: string(r.Currency), Status: string(r.Status),
			Created: moment(r.Created),
		}
		if r.BalanceTransaction != nil {
			refund.BalanceTransaction = r.BalanceTransaction.ID
		}
		if r.FailureBalanceTransaction != nil {
			refund.FailureBalanceTransaction = r.FailureBalanceTransaction.ID
		}
		all = append(all, refund)
	}
	if err := list.Err(); err != nil {
		return nil, readError("list the refunds of "+charge, err)
	}
	return all, nil
}

func transaction(t *stripe.BalanceTransaction) journal.Transaction {
	own := journal.Transaction{
		ID: t.ID, Amount: t.Amount, Fee: t.Fee, Net: t.Net, Currency: string(t.Currency),
		Created: time.Unix(t.Created, 0).UTC(), Category: string(t.ReportingCategory), Type: string(t.Type),
	}
	if t.Source != nil {
		own.Source = t.Source.ID
	}
	if t.ExchangeRate != 0 {
		own.ExchangeRate = strconv.FormatFloat(t.ExchangeRate, 'g', -1, 64)
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

// seconds is 0, which is not sent, for the zero time.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
