package mails

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/money"
)

// entry is what the ledger keeps of a refund in Stripe's list. There is no
// personal data in it.
type entry struct {
	ID       string    `json:"id"`
	Amount   int64     `json:"amount"`
	Currency string    `json:"currency"`
	Status   string    `json:"status"`
	Created  time.Time `json:"created"`
	Seen     int64     `json:"seen,omitempty"` // by the customer, in SeenIn
	SeenIn   string    `json:"seen_in,omitempty"`
}

// errIncomplete: the list does not come to what the event says.
var errIncomplete = errors.New("Stripe's list of refunds is behind the event") //nolint:staticcheck // a name

// named is the notice of one refund of the list.
func (r *run) named(n notice, t entry, released bool) notice {
	m := n
	m.key, m.amount = "refund/"+t.ID, money.Amount{Minor: t.Amount, Currency: t.Currency}
	m.shown = money.Amount{Minor: t.Seen, Currency: t.SeenIn}
	if t.SeenIn == "" {
		m.shown = r.known.presented[n.payment].show(m.amount)
	}
	if !t.Created.IsZero() {
		m.at, m.until = t.Created, t.Created.Add(refundAge)
	}
	switch _, broken := r.known.broken[t.ID]; {
	case broken || fell(t.Status):
		m.skip = refundFailed
	case released:
		m.skip = remainder
	}
	return m
}

// list asks Stripe for the refunds of the charge.
func (r *run) list(ctx context.Context, n notice) ([]entry, error) {
	refunds, err := r.Stripe.Refunds(ctx, r.e.Scope, n.refunded.charge)
	switch {
	case errors.Is(err, event.ErrDenied):
		return nil, fmt.Errorf("charge.refunded names no refund in this API version, and Stripe's API key needs the permission to read Charges and Refunds: %w", err)
	case err != nil:
		return nil, err
	}
	var all []entry
	sum := int64(0)
	for _, f := range refunds {
		all = append(all, entry{f.ID, f.Amount, f.Currency, f.Status, f.Created, f.Presentment.Amount, f.Presentment.Currency})
		sum += f.Amount
	}
	if sum < n.refunded.sum {
		return nil, action.RetryAfter(fmt.Errorf("%w: %s", errIncomplete, n.refunded.charge), 0)
	}
	return all, nil
}

// remainderIn is the id of the refund that is what a partial capture released:
// the oldest of that amount, if the list counts it at all.
func remainderIn(list []entry, r refunded) (id string) {
	amount, sum := r.of.AmountRefunded-r.sum, int64(0)
	var at time.Time
	for _, t := range list {
		if fell(t.Status) {
			continue
		}
		sum += t.Amount
		if t.Amount == amount && (id == "" || t.Created.Before(at)) {
			id, at = t.ID, t.Created
		}
	}
	if amount == 0 || sum < r.of.AmountRefunded {
		return ""
	}
	return id
}

// fell reports whether a refund of that status gives nothing back.
func fell(status string) bool { return status == "failed" || status == "canceled" }
