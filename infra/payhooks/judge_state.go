package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/inventory"
)

// orders: one row per story of a payment, with its status and amounts.
func (j *judge) orders() error {
	rows, err := readOrders(j.cmd.Context(), j.c)
	if err != nil {
		return err
	}
	a, got := j.area("orders"), map[string]story.Order{}
	for _, o := range rows {
		a.Counts[o.Status]++
		got[o.Order] = story.Order{ID: o.Order, Reference: o.Reference, Status: o.Status, Currency: o.Currency, Amount: o.Amount, Paid: o.Paid, Refunded: o.Refunded, Disputed: o.Disputed, Lost: o.Lost}
	}
	j.each(func(m month, at int, s story.Story) {
		if s.Order.ID == "" {
			return
		}
		o := got[s.Order.ID]
		j.hold(a, s.Title, o, s.Order)
		o.ID = ""
		a.end(m, fmt.Sprint(at), o)
	})
	if len(rows) != a.Told {
		j.broken("%d orders, told %d", len(rows), a.Told)
	}
	return nil
}

// access: what each subscriber may use, and until when.
func (j *judge) access() error {
	customers, err := accessCustomers(j.cmd, j.c)
	if err != nil {
		return err
	}
	a, got, rows := j.area("access"), map[story.Access]story.Access{}, 0
	for _, c := range customers {
		for _, r := range c.Rows(time.Now()) {
			rows++
			a.Counts[map[bool]string{true: "granted", false: "revoked"}[r.Granted]]++
			got[story.Access{Customer: r.Customer, Product: r.Product, Feature: r.Feature}] = story.Access{Customer: r.Customer, Product: r.Product, Feature: r.Feature, Granted: r.Granted, Until: r.Until.UTC()}
		}
	}
	j.each(func(m month, at int, s story.Story) {
		for i, want := range s.Access {
			want.Until = want.Until.UTC()
			r := got[story.Access{Customer: want.Customer, Product: want.Product, Feature: want.Feature}]
			j.hold(a, s.Title, r, want)
			a.end(m, fmt.Sprint(at, " ", i), []any{r.Feature, r.Granted})
		}
	})
	if rows != a.Told {
		j.broken("%d rows of access, told %d", rows, a.Told)
	}
	return nil
}

// stock: what the checkouts leave of the supplies.
func (j *judge) stock() error {
	levels, err := inventory.Levels(j.cmd.Context(), j.c.Tables)
	if err != nil {
		return err
	}
	a, got := j.area("stock"), map[string]story.Level{}
	for _, l := range levels {
		got[l.Item] = story.Level{OnHand: l.OnHand, Reserved: l.Reserved, BackOrdered: l.BackOrdered}
		a.Counts["on hand"] += int(l.OnHand)
		a.Counts["reserved"] += int(l.Reserved)
		a.Counts["back-ordered"] += int(l.BackOrdered)
	}
	for _, m := range j.months {
		for item, want := range story.StockOf(m.stories, m.supplies()) {
			j.hold(a, item, got[item], want)
			a.end(m, strings.TrimSuffix(item, m.version[:4]), got[item])
		}
	}
	if len(levels) != a.Told {
		j.broken("%d items in stock, told %d", len(levels), a.Told)
	}
	return nil
}

// holds: one per order and reason, and when it is over.
func (j *judge) holds() error {
	rows, err := holdRows(j.cmd, j.c)
	if err != nil {
		return err
	}
	a, got := j.area("holds"), map[string]story.Hold{}
	for _, h := range rows {
		a.Counts[h.Why]++
		got[h.Order+h.Why] = story.Hold{Order: h.Order, Why: h.Why, Since: second(h.Since), Due: second(h.Due), Released: second(h.Released)}
	}
	j.each(func(m month, at int, s story.Story) {
		for _, h := range s.Holds {
			want := story.Hold{Order: h.Order, Why: h.Why, Since: second(h.Since), Due: second(h.Due), Released: second(h.Released)}
			j.hold(a, s.Title, got[h.Order+h.Why], want)
			a.end(m, fmt.Sprint(at, " ", h.Why), got[h.Order+h.Why].Released.IsZero())
		}
	})
	return nil
}

// second is a time as Stripe tells it.
func second(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Second)
}
