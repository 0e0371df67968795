package access

import (
	"maps"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Row is what Stripe grants or has taken from a customer: a product or a
// feature. What was ever granted stays listed.
type Row struct {
	Customer string `json:"customer"`
	Product  string `json:"product,omitempty"`
	Feature  string `json:"feature,omitempty"` // its lookup key, else its id
	Granted  bool   `json:"granted"`
	// Until is the end of the item's period while all is well, or an earlier
	// end of the subscription; the end of grace when it is past due; and when
	// it ended once it did. Zero where there is no such time.
	Until time.Time `json:"until,omitzero"`
	Why   string    `json:"why"`
	event.Scope
}

// Rows returns what Stripe says at the time now, ordered by product, then by
// feature. The grace is applied here and in no row: see Settings.Grace. A
// subscription that Stripe calls active grants, however long ago its period ended;
// Why contains it. Check does not rely on a silence that long.
func (c Customer) Rows(now time.Time, grace time.Duration) []Row {
	var rows []Row
	lives := c.lives(func(Life) bool { return true })
	for _, p := range c.products() {
		rows = append(rows, c.row(Row{Product: p}, c.product(lives, p, now, grace)))
	}
	features := c.Features.present()
	for _, f := range c.Features.Seen {
		rows = append(rows, c.row(Row{Feature: f}, c.feature(features, f)))
	}
	return rows
}

func (c Customer) row(r Row, s standing) Row {
	r.Customer, r.Scope = c.Customer, c.Scope
	r.Granted, r.Until, r.Why = s.granted, s.until, s.why
	return r
}

// products are all that any subscription ever had, in order.
func (c Customer) products() (all []string) {
	for _, l := range c.Subscriptions {
		all = append(all, l.Seen...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// life is a subscription and what its facts say, worked out once.
type life struct {
	Life
	present
	id string
}

// lives are those that are wanted, in the order of their ids.
func (c Customer) lives(wanted func(Life) bool) (all []life) {
	for _, id := range slices.Sorted(maps.Keys(c.Subscriptions)) {
		if l := c.Subscriptions[id]; wanted(l) {
			all = append(all, life{l, l.present(), id})
		}
	}
	return all
}

// feature is what the newest summary says of it.
func (c Customer) feature(features present, name string) standing {
	if c.Deleted != 0 {
		return c.gone()
	}
	return features.listing(name)
}

// gone is the standing of all that ended with the customer.
func (c Customer) gone() standing {
	return standing{until: at(c.Deleted), rank: 1, why: c.Customer + " is deleted since " + at(c.Deleted).UTC().Format(time.DateTime)}
}

// product is the best that any subscription says of it.
func (c Customer) product(lives []life, name string, now time.Time, grace time.Duration) (best standing) {
	for _, l := range lives {
		if _, had := slices.BinarySearch(l.Seen, name); !had {
			continue
		}
		if s := c.of(l, name, now, grace); best.why == "" || s.better(best) > 0 {
			best = s
		}
	}
	return best
}

// of is what one subscription says of a product that it has or had.
func (c Customer) of(l life, name string, now time.Time, grace time.Duration) standing {
	endedBefore := l.Ended != (end{}) && l.Ended.At < c.Deleted
	if c.Deleted != 0 && !endedBefore {
		return c.gone()
	}
	return l.in(name, grace, now)
}
