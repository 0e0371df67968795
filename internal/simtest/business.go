package simtest

import (
	"context"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/access"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fraud"
	"github.com/payhooks/payhooks/internal/inventory"
	"github.com/payhooks/payhooks/internal/journal"
	"github.com/payhooks/payhooks/internal/order"
)

// The functions of the stack's own actions are commands, which nothing can
// import: these are they, over a Stripe that answers from memory.

// business are the tables whose rows must come out as if nothing had happened.
var business = []string{order.Table, access.Table, fraud.Table, inventory.Table, journal.Table}

func takeOrder(_ context.Context, e *simEvent) error {
	kind, id, err := order.Key(e.Object)
	if err != nil {
		return err
	}
	return action.Update(e, order.Table, kind, id, func(old order.Order) (order.Order, error) {
		return order.Merge(old, id, e.Object), nil
	})
}

func grantAccess(_ context.Context, e *simEvent) error {
	kind, id, err := access.Key(e.Object)
	if err != nil {
		return err
	}
	return action.Update(e, access.Table, kind, id, func(old access.Customer) (access.Customer, error) {
		return access.Merge(old, id, e.Object, 7), nil
	})
}

func flagFraud(_ context.Context, e *simEvent) error {
	kind, id, err := fraud.Key(e.Object)
	if err != nil {
		return err
	}
	for _, source := range fraud.Sources(e.Object) {
		kind, id := fraud.SourceKey(source)
		err := action.Update(e, fraud.Table, kind, id, func(old fraud.Source) (fraud.Source, error) {
			return fraud.Add(old, source, e.Object, fraud.Rule{Limit: 3, Window: 24 * time.Hour}), nil
		})
		if err != nil {
			return err
		}
	}
	return action.Update(e, fraud.Table, kind, id, func(old fraud.Order) (fraud.Order, error) {
		return fraud.Merge(old, id, e.Object), nil
	})
}

func (w *world) adjustStock(ctx context.Context, e *simEvent) error {
	kind, id, err := inventory.Key(e.Object, true)
	if err != nil {
		return err
	}
	if e.Object.Session == nil {
		return action.Update(e, inventory.Table, kind, id, func(old inventory.Payment) (inventory.Payment, error) {
			return inventory.MergePayment(old, id, e.Object), nil
		})
	}
	var listed *inventory.Listing
	if inventory.Sells(e.Object) {
		lines := inventory.Listing{Lines: []inventory.Line{{Item: "price_tee", Quantity: 2}}}
		l, err := fetch(ctx, w, e, "lines/"+e.Object.Session.ID, lines)
		if err != nil {
			return err
		}
		listed = &l
	}
	return action.Update(e, inventory.Table, kind, id, func(old inventory.Session) (inventory.Session, error) {
		return inventory.MergeSession(old, e.Object, listed), nil
	})
}

// fetch reads from Stripe, which may be read again.
func fetch[T any](ctx context.Context, w *world, e *simEvent, key string, answer T) (T, error) {
	return action.Fetch(ctx, e, key, func(context.Context) (T, error) {
		return answer, w.outside.happen(w, "fetch/"+key)
	})
}

func (w *world) postJournal(ctx context.Context, e *simEvent) error {
	named := journal.NamedBy(e.Object)
	if journal.RefundsUnlisted(e.Object) {
		more, err := fetch(ctx, w, e, "refunds/"+e.ID, journal.OfRefunds(refundsOf(e.Object)))
		if err != nil {
			return err
		}
		named = journal.Union(named, more)
	}
	if len(named) == 0 {
		return action.Skip("nothing to post")
	}
	for _, n := range named {
		t, err := fetch(ctx, w, e, n.ID, journal.Transaction{
			ID: n.ID, Amount: 1000, Fee: 30, Net: 970, Currency: "usd", Created: begin, Category: "charge", Type: "charge",
		})
		if err != nil {
			return err
		}
		p := journal.Post(t, e.Scope, n.Seen)
		err = action.Update(e, journal.Table, journal.Kind, p.Fact, func(old journal.Posting) (journal.Posting, error) {
			now, err := journal.Merge(old, p)
			return now, action.Permanent(err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// refundsOf is what Stripe lists of a charge: a part of it each.
func refundsOf(e facts.Event) (all []facts.Refund) {
	for n := range e.Charge.AmountRefunded / 300 {
		all = append(all, facts.Refund{
			ID: fmt.Sprintf("re_%s_%d", e.Charge.ID, n), Charge: e.Charge.ID, Amount: 300, Currency: "usd", Status: "succeeded",
			BalanceTransaction: fmt.Sprintf("txn_re_%s_%d", e.Charge.ID, n),
		})
	}
	return all
}
