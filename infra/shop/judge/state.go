package judge

import (
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/infra/shop/story"
)

// orders: one row per story of a payment, with its status and amounts.
func (ms months) orders(r *demo.Review) error {
	rows, err := command.ReadOrders(r.Cmd.Context(), r.Stack)
	if err != nil {
		return err
	}
	a, got := r.Area("orders"), map[string]story.Order{}
	for _, o := range rows {
		a.Counts[o.Status]++
		got[o.Order] = story.Order{ID: o.Order, Reference: o.Reference, Status: o.Status, Currency: o.Currency, Amount: o.Amount, Paid: o.Paid, Refunded: o.Refunded, Disputed: o.Disputed, Lost: o.Lost}
	}
	ms.each(func(m month, at int, s story.Story) {
		if s.Order.ID == "" {
			return
		}
		o := got[s.Order.ID]
		r.Compare(a, s.Title, o, s.Order)
		o.ID = ""
		a.End(m.version, fmt.Sprint(at), o)
	})
	if len(rows) != a.Expected {
		r.Break("%d orders, expected %d", len(rows), a.Expected)
	}
	return nil
}

// access: what each subscriber may use, and until when.
func (ms months) access(r *demo.Review) error {
	customers, err := command.ReadAccess(r.Cmd.Context(), r.Stack)
	if err != nil {
		return err
	}
	grace, err := command.Grace(r.Cmd.Context(), r.Stack)
	if err != nil {
		return err
	}
	a, got := r.Area("access"), map[story.Access]story.Access{}
	for _, c := range customers {
		for _, row := range c.Rows(time.Now(), grace) {
			a.Counts[map[bool]string{true: "granted", false: "revoked"}[row.Granted]]++
			key := story.Access{Customer: row.Customer, Product: row.Product, Feature: row.Feature}
			got[key] = story.Access{Customer: row.Customer, Product: row.Product, Feature: row.Feature, Granted: row.Granted, Until: row.Until.UTC()}
		}
	}
	ms.each(func(m month, at int, s story.Story) {
		for i, want := range s.Access {
			want.Until = want.Until.UTC()
			row := got[story.Access{Customer: want.Customer, Product: want.Product, Feature: want.Feature}]
			r.Compare(a, s.Title, row, want)
			a.End(m.version, fmt.Sprint(at, " ", i), []any{row.Feature, row.Granted})
		}
	})
	if rows := a.Counts["granted"] + a.Counts["revoked"]; rows != a.Expected {
		r.Break("%d rows of access, expected %d", rows, a.Expected)
	}
	return nil
}

// stock: what the checkouts leave of the supplies.
func (ms months) stock(r *demo.Review) error {
	levels, err := command.ReadStock(r.Cmd.Context(), r.Stack)
	if err != nil {
		return err
	}
	a, got := r.Area("stock"), map[string]story.Level{}
	for _, l := range levels {
		got[l.Item] = story.Level{OnHand: l.OnHand, Reserved: l.Reserved, BackOrdered: l.BackOrdered}
		a.Counts["on hand"] += int(l.OnHand)
		a.Counts["reserved"] += int(l.Reserved)
		a.Counts["back-ordered"] += int(l.BackOrdered)
	}
	for _, m := range ms {
		for item, want := range story.StockOf(m.stories, m.supplies()) {
			r.Compare(a, item, got[item], want)
			a.End(m.version, strings.TrimSuffix(item, m.version[:4]), got[item])
		}
	}
	if len(levels) != a.Expected {
		r.Break("%d items in stock, expected %d", len(levels), a.Expected)
	}
	return nil
}

// holds: one per order and reason, and when it is over.
func (ms months) holds(r *demo.Review) error {
	rows, err := command.ReadHolds(r.Cmd.Context(), r.Stack)
	if err != nil {
		return err
	}
	a, got := r.Area("holds"), map[string]story.Hold{}
	for _, h := range rows {
		a.Counts[h.Why]++
		got[h.Order+h.Why] = story.Hold{Order: h.Order, Why: h.Why, Since: second(h.Since), Due: second(h.Due), Released: second(h.Released)}
	}
	ms.each(func(m month, at int, s story.Story) {
		for _, h := range s.Holds {
			want := story.Hold{Order: h.Order, Why: h.Why, Since: second(h.Since), Due: second(h.Due), Released: second(h.Released)}
			r.Compare(a, s.Title, got[h.Order+h.Why], want)
			a.End(m.version, fmt.Sprint(at, " ", h.Why), got[h.Order+h.Why].Released.IsZero())
		}
	})
	return nil
}

// second is a time as Stripe reports it.
func second(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Second)
}
