package lookup

import (
	"context"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/balancetransaction"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

var _ journal.Source = Stripe{}

// Transaction implements journal.Source.
func (l Stripe) Transaction(ctx context.Context, s event.Scope, id string) (journal.Transaction, error) {
	api, err := l.Client.For(ctx, s)
	if err != nil {
		return journal.Transaction{}, stripeapi.ReadError("fetch "+id, err)
	}
	t, err := balancetransaction.Client{B: api}.Get(id, &stripe.BalanceTransactionParams{Params: stripeapi.Params(ctx, s.Account)})
	if err != nil {
		return journal.Transaction{}, stripeapi.ReadError("fetch "+id, err)
	}
	return transaction(t), nil
}

// Transactions implements journal.Source.
func (l Stripe) Transactions(ctx context.Context, s event.Scope, q journal.Query) (page []journal.Transaction, more bool, err error) {
	api, err := l.Client.For(ctx, s)
	if err != nil {
		return nil, false, stripeapi.ReadError("list balance transactions", err)
	}
	params := &stripe.BalanceTransactionListParams{ListParams: stripeapi.ListParams(ctx, s.Account)}
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
	list := balancetransaction.Client{B: api}.List(params)
	for list.Next() {
		page = append(page, transaction(list.BalanceTransaction()))
	}
	if err := list.Err(); err != nil {
		return nil, false, stripeapi.ReadError("list balance transactions", err)
	}
	return page, list.Meta().HasMore, nil
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

// seconds is 0, which is not sent, for the zero time.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
