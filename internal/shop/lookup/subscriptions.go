package lookup

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// Subscriptions implements access.Subscriptions.
type Subscriptions struct {
	Client *stripeapi.Client
	Now    func() time.Time
}

var _ access.Subscriptions = Subscriptions{}

// Version implements access.Subscriptions: each item has its period in it.
func (Subscriptions) Version() string { return string(facts.FetchesThin) }

// Subscriptions implements access.Subscriptions.
func (l Subscriptions) Subscriptions(ctx context.Context, s event.Scope) iter.Seq2[[]access.Listed, error] {
	return func(yield func([]access.Listed, error) bool) {
		at := l.Now()
		for page, err := range l.Client.Pages(ctx, s, "/v1/subscriptions", l.Version(), nil) {
			all, unread := read(page, s, at)
			if err == nil {
				err = unread
			}
			if !yield(all, err) || err != nil {
				return
			}
			at = l.Now()
		}
	}
}

func read(page []json.RawMessage, s event.Scope, at time.Time) ([]access.Listed, error) {
	all := make([]access.Listed, 0, len(page))
	for _, data := range page {
		var sub struct {
			ID, Customer, Status string
			Account              string `json:"customer_account"` // of the newer kind of customers
		}
		if err := json.Unmarshal(data, &sub); err != nil || sub.ID == "" {
			return all, fmt.Errorf("read a subscription that Stripe listed: it has no id: %w", event.ErrInvalid)
		}
		all = append(all, access.Listed{ID: sub.ID, Customer: cmp.Or(sub.Customer, sub.Account), Status: sub.Status, Scope: s, At: at, Data: data})
	}
	return all, nil
}
